/** What became of three times too many questions, with the server turning some of them away and without. */

import { goodput, type Overload, recoveredAfterS } from '../overload.js'
import { aligned } from './table.js'

const codes = ['OVERLOADED', 'RATE_LIMITED', 'QUEUE_FULL', 'TIMEOUT'] as const

export function overloadTable(all: readonly Overload[]): string {
  const head = [
    '',
    'new requests are refused',
    'can be done',
    'asked',
    'answered',
    'of what can be done',
    ...codes,
    'other errors',
    'p50, p99 from when due',
    'p50, p99 from when taken',
    'as quick as before',
  ]
  return aligned([head, ...all.map(rowOf)])
}

function rowOf(measured: Overload): readonly string[] {
  const { name, kind, guarded, capacity, cpuMsEach, overload } = measured
  const asked = sum(Object.values(overload.codes))
  const { ok = 0 } = overload.codes
  const named = codes.map((code) => overload.codes[code] ?? 0)
  const recovered = recoveredAfterS(measured)
  return [
    `${kind}, ${name}`,
    guarded ? 'yes' : 'no',
    `${count(capacity)}/s, ${cpuMsEach.toFixed(1)} ms of CPU each`,
    count(asked),
    count(ok),
    `${(goodput(measured) * 100).toFixed(0)} %`,
    ...named.map(count),
    count(asked - ok - sum(named)),
    inMs(overload.fromDue),
    inMs(overload.fromTaken),
    recovered === undefined ? 'not while it was looked at' : `after ${recovered} s`,
  ]
}

/** Whether what is aimed at was reached, by a server that refuses. */
export function overloadGoals(all: readonly Overload[]): string {
  const rows = all.filter(({ guarded }) => guarded).flatMap(goalsOf)
  return aligned([['', 'goal', 'found', ''], ...rows])
}

/** A p99 is bounded when it is far from the time after which people give up. */
const mostP99Ms = 1_000
const mostRecoveryS = 5

function goalsOf(measured: Overload): readonly (readonly string[])[] {
  const { kind, overload } = measured
  const typed = new Set<string>(['ok', 'OVERLOADED', 'RATE_LIMITED'])
  const others = Object.entries(overload.codes).filter(([code]) => !typed.has(code))
  const recovered = recoveredAfterS(measured) ?? Number.POSITIVE_INFINITY
  const told = others.map(([code, times]) => `${count(times)} ${code}`).join(', ')
  const row = (title: string, aim: string, found: string, reached: boolean) => [
    `${kind}: ${title}`,
    aim,
    found,
    reached ? 'reached' : 'not reached',
  ]
  const { p99Ms } = overload.fromTaken
  return [
    row('what is not answered', 'OVERLOADED, RATE_LIMITED', told || 'nothing else', told === ''),
    row('p99 of what was let in', `≤ ${mostP99Ms} ms`, `${p99Ms.toFixed(0)} ms`, p99Ms <= mostP99Ms),
    row('as quick as before', `≤ ${mostRecoveryS} s`, `after ${recovered} s`, recovered <= mostRecoveryS),
  ]
}

export const overloadSection = (all: readonly Overload[]): string => `${overloadGoals(all)}\n\n${overloadTable(all)}`

const count = (value: number) => Math.round(value).toLocaleString('en-US')
const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0)
const inMs = ({ p50Ms, p99Ms }: { readonly p50Ms: number; readonly p99Ms: number }) =>
  `${p50Ms.toFixed(0)}, ${p99Ms.toFixed(0)} ms`
