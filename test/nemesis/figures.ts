/** The columns of the comparison with other libraries, and what it takes to understand them. */

import type { Ask, Ledger, ServerEnd } from './ledger.js'
import type { PushFigures } from './pushes.js'

export interface Figures {
  /** Requests of the comparison: not idempotent, asked with patience. All columns but the streams' are about them. */
  readonly asked: number
  readonly right: number
  readonly errors: number
  readonly neverSettled: number
  readonly ranMoreThanOnce: number
  readonly failedThoughItRan: number
  /** A kill struck while the handler ran. Nobody can answer these. */
  readonly insideAKill: number
  /** Which errors they ended with. */
  readonly errorsByCode: Record<string, number>
  /** Asks of every kind, as `request patient`, with their ends. */
  readonly ends: Record<string, Record<string, number>>
  readonly streams: {
    readonly asked: number
    readonly exact: number
    readonly prefixAndError: number
    readonly wrong: number
  }
  readonly pushes: PushFigures
  /** Longest wait for a right reply, in milliseconds. */
  readonly slowestMs: number
  readonly struck: Record<string, number>
  readonly reported: Record<string, number>
}

export function figuresOf(ledger: Ledger, pushes: PushFigures): Figures {
  const all = [...ledger.asks.values()]
  const compared = all.filter(({ asked }) => asked.mode === 'request' && asked.plan === 'patient' && !asked.idempotent)
  const failed = compared.filter(({ ends: [end] }) => end?.ok === false)
  const right = compared.filter(isRight)
  const kills = ledger.serverEnds.filter(({ how }) => how.includes('kill'))
  return {
    asked: compared.length,
    right: right.length,
    errors: failed.length,
    neverSettled: compared.filter(({ ends }) => ends.length === 0).length,
    ranMoreThanOnce: compared.filter(({ runs }) => runs.length > 1).length,
    failedThoughItRan: failed.filter(({ runs }) => runs.length > 0).length,
    insideAKill: compared.filter((ask) => wasKilledInside(ask, ledger, kills)).length,
    errorsByCode: tally(failed.map(endOf)),
    ends: tallies(all.map((ask) => [kindOf(ask), endOf(ask)])),
    streams: streamsOf(all.filter(({ asked }) => asked.mode === 'stream' && asked.plan === 'patient')),
    pushes,
    slowestMs: Math.round(
      right.reduce((most, { asked, ends: [end] }) => Math.max(most, (end?.atMs ?? 0) - asked.atMs), 0),
    ),
    struck: Object.fromEntries(ledger.struck),
    reported: Object.fromEntries(ledger.reported),
  }
}

function isRight({ ends, runs }: Ask): boolean {
  const [end] = ends
  return ends.length === 1 && end?.ok === true && runs.length === 1 && runs[0] === end.run
}

/** It had started, and had not come to its return, when its server was killed. */
function wasKilledInside({ runs, ends: [end] }: Ask, ledger: Ledger, kills: readonly ServerEnd[]): boolean {
  if (end?.ok) return false
  return runs.some((name) => {
    const run = ledger.runs.get(name)
    if (!run || run.returningAtMs !== undefined) return false
    return kills.some(({ endedAtMs }) => endedAtMs !== undefined && run.startedAtMs <= endedAtMs)
  })
}

function streamsOf(streams: readonly Ask[]): Figures['streams'] {
  const exact = streams.filter(({ ends, read, asked }) => ends[0]?.ok && !read.wrong && read.exact === asked.chunks)
  const prefix = streams.filter(({ ends, read }) => ends[0]?.ok === false && !read.wrong)
  const wrong = streams.length - exact.length - prefix.length
  return { asked: streams.length, exact: exact.length, prefixAndError: prefix.length, wrong }
}

function kindOf({ asked: { mode, plan, idempotent } }: Ask): string {
  return `${plan} ${idempotent ? 'idempotent ' : ''}${mode}`
}

function endOf({ ends: [end] }: Ask): string {
  if (!end) return 'never settled'
  return end.ok ? 'ok' : end.code
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

function tallies(pairs: readonly (readonly [string, string])[]): Record<string, Record<string, number>> {
  const kinds = [...new Set(pairs.map(([kind]) => kind))]
  return Object.fromEntries(
    kinds.map((kind) => [kind, tally(pairs.filter(([of]) => of === kind).map(([, end]) => end))]),
  )
}
