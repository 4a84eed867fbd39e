/** Judges a history by what the library promises. A pure function: the same history, the same verdict. */

import { type Figures, figuresOf } from './figures.js'
import type { History } from './history.js'
import { type Ask, type Ledger, ledgerOf, type ServerEnd } from './ledger.js'
import { judgePushes } from './pushes.js'

export interface Terms {
  readonly store: 'memory' | 'lmdb'
  /** A settlement may be noticed so much after its deadline, while the clients' process is awake. */
  readonly lateMs: number
  /** The least share of right replies among the requests that no kill struck inside their handler. Failing everything cannot pass. */
  readonly leastRight: number
}

export interface Violation {
  readonly promise: Promised
  /** The ask, run, push or client it is about, to be looked for in the history. */
  readonly about: string
  readonly how: string
}

export type Promised =
  | 'settles once'
  | 'by its deadline'
  | 'runs once'
  | 'the reply of its run'
  | 'not run never ran'
  | 'unknown only where a store cannot know'
  | 'no error without a reason'
  | 'pushes in order, without holes'
  | 'a lost session is announced'
  | 'streams are exact'
  | 'the server lives'
  | 'most are answered'
  | 'nothing out of nowhere'

export interface Verdict {
  readonly violations: readonly Violation[]
  readonly figures: Figures
}

export function check(history: History, terms: Terms): Verdict {
  const ledger = ledgerOf(history)
  const pushes = judgePushes(ledger)
  const figures = figuresOf(ledger, pushes.figures)
  const violations = [
    ...[...ledger.asks.values()].flatMap((ask) => judgeAsk(ask, ledger, terms)),
    ...pushes.violations,
    ...judgeResets(ledger, terms),
    ...judgeServers(ledger),
    ...ledger.strangers.map((how) => ({ promise: 'nothing out of nowhere' as const, about: '', how })),
    ...judgeShare(figures, terms),
  ]
  return { violations, figures }
}

function judgeAsk(ask: Ask, ledger: Ledger, terms: Terms): Violation[] {
  const say = (promise: Promised, how: string): Violation => ({ promise, about: ask.asked.id, how })
  const found: Violation[] = []
  if (ask.ends.length !== 1) found.push(say('settles once', `it settled ${ask.ends.length} times`))
  const late = lateness(ask, ledger, terms)
  if (late !== undefined) found.push(say('by its deadline', late))
  if (!ask.asked.idempotent && ask.runs.length > 1) found.push(say('runs once', `it ran ${ask.runs.length} times`))
  if (ask.read.wrong !== undefined) found.push(say('streams are exact', ask.read.wrong))
  for (const [promise, how] of [...judgeReply(ask), ...judgeError(ask, ledger, terms)]) found.push(say(promise, how))
  return found
}

type Finding = readonly [promise: Promised, how: string]

function lateness({ asked, ends, read }: Ask, { sleeps }: Ledger, { lateMs }: Terms): string | undefined {
  const [end] = ends
  if (!end) return undefined
  // Of a stream the silence counts: since it was asked, or since the last chunk.
  const sinceMs = asked.mode === 'stream' ? read.lastAtMs : asked.atMs
  const tookMs = end.atMs - sinceMs
  const dueMs = sinceMs + asked.timeoutMs
  const slept = sleeps.reduce(
    (sum, { fromMs, toMs }) => sum + Math.max(0, Math.min(toMs, end.atMs) - Math.max(fromMs, dueMs)),
    0,
  )
  if (end.atMs > dueMs + lateMs + slept) return `it settled ${Math.round(end.atMs - dueMs)} ms too late`
  // A millisecond is lost where clocks are rounded.
  if (!end.ok && end.code === 'TIMEOUT' && tookMs < asked.timeoutMs - 2) return `it timed out after ${tookMs} ms`
  return undefined
}

function judgeReply({ asked, ends, runs, read }: Ask): Finding[] {
  const [end] = ends
  if (!end?.ok) return []
  if (runs.length === 0) return [['the reply of its run', 'it was answered and never ran']]
  if (asked.mode === 'send') return []
  const found: Finding[] = []
  if (!runs.some((run) => run === end.run)) found.push(['the reply of its run', `no run of it returned ${end.run}`])
  // Whoever is fickle may have left when the reply came.
  if (asked.mode === 'stream' && asked.plan === 'patient' && read.exact !== asked.chunks)
    found.push(['streams are exact', `${read.exact} of ${asked.chunks} chunks`])
  if (asked.mode === 'stream' && read.exact > 0 && read.run !== end.run)
    found.push(['streams are exact', 'chunks and reply are of different runs'])
  return found
}

function judgeError({ asked, ends, runs }: Ask, ledger: Ledger, { store }: Terms): Finding[] {
  const [end] = ends
  if (!end || end.ok) return []
  const found: Finding[] = []
  if (!end.mayHaveExecuted && runs.length > 0) found.push(['not run never ran', `${end.code}, and it ran`])
  if (end.code === 'OUTCOME_UNKNOWN') {
    if (asked.idempotent) found.push(['unknown only where a store cannot know', 'it is idempotent'])
    if (!isExcused(asked, end.atMs, ledger, store))
      found.push([
        'unknown only where a store cannot know',
        `nothing was lost from ${asked.atMs} to ${end.atMs}: ${end.text}`,
      ])
  } else if (!(expected[asked.plan] ?? []).includes(end.code)) found.push(['no error without a reason', end.text])
  return found
}

/** What may become of an ask beside an answer and `OUTCOME_UNKNOWN`. Who is in haste may have no time to come again after a refusal. */
const expected: Record<string, readonly string[]> = {
  patient: [],
  hasty: ['TIMEOUT', 'OVERLOADED'],
  fickle: ['ABORTED'],
}

/** A kill leaves runs behind of which nobody knows. Memory forgets everything with each end, which a client learns when it comes back. */
function isExcused(
  asked: Ask['asked'],
  untilMs: number,
  { serverEnds, heardBy }: Ledger,
  store: Terms['store'],
): boolean {
  const ends = serverEnds.filter(({ how }) => store === 'memory' || how.includes('kill'))
  if (ends.some((end) => overlaps(end, asked.atMs, untilMs))) return true
  const heard = store === 'memory' ? (heardBy.get(asked.client) ?? []) : []
  return heard.some(({ kind, atMs }) => kind === 'reset' && atMs >= asked.atMs && atMs <= untilMs + sameTurnMs)
}

/** A reset and what it settles are told in one turn. */
const sameTurnMs = 50

function overlaps(
  { beganAtMs = 0, endedAtMs = Number.POSITIVE_INFINITY }: ServerEnd,
  from: number,
  to: number,
): boolean {
  return from <= endedAtMs && to >= beganAtMs
}

/** Each end of a server takes the sessions of a store in memory with it, once. Nothing else takes a session. */
function judgeResets({ heardBy, serverEnds }: Ledger, { store }: Terms): Violation[] {
  const found: Violation[] = []
  for (const [client, heard] of heardBy) {
    const left = serverEnds.filter((end) => store === 'memory' && end.endedAtMs !== undefined)
    for (const fact of heard) {
      if (fact.kind !== 'reset') continue
      const cause = left.findIndex(({ beganAtMs = 0 }) => beganAtMs <= fact.atMs)
      if (cause >= 0) left.splice(cause, 1)
      else
        found.push({
          promise: 'a lost session is announced',
          about: client,
          how: `a reset at ${fact.atMs} without a cause`,
        })
    }
  }
  return found
}

function judgeServers({ serverEnds }: Ledger): Violation[] {
  return serverEnds.flatMap(({ server, trouble }) =>
    trouble === undefined ? [] : [{ promise: 'the server lives' as const, about: `server ${server}`, how: trouble }],
  )
}

function judgeShare({ asked, right, insideAKill }: Figures, { leastRight }: Terms): Violation[] {
  const share = right / Math.max(1, asked - insideAKill)
  if (share >= leastRight) return []
  const how = `${right} right replies to ${asked} requests, of which ${insideAKill} were struck inside their handler`
  return [{ promise: 'most are answered', about: '', how }]
}
