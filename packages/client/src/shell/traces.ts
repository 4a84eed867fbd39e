/** What became of each message: the stages it went through, and how it ended. Of the settled ones only the newest are remembered. */

import { type ErrorCode, type Stage, stageInWords, type Trace, type TraceStep, timesInWords } from '@backchat/protocol'
import type { Explanation } from '../api/status.js'
import type { Watch } from './watch.js'
import { type Line, type Way, whereabouts } from './whereabouts.js'

/** A message got further. */
export interface Step extends TraceStep {
  readonly id: string
  readonly type: string
}

/** What is known of one message. */
export interface Entry extends Way {
  readonly id: string
  readonly type: string
  trace: Trace
  /** How far it got, before it settled. */
  stage: Stage
  outcome: Explanation['outcome']
  /** Where it was when it settled. */
  end: string | undefined
}

/** Of a message whose way has not begun. */
export const newEntry = (id: string, type: string): Entry => ({
  id,
  type,
  trace: nowhere,
  stage: 'queued',
  outcome: 'pending',
  link: undefined,
  lostLink: undefined,
  heardAtMs: undefined,
  putOff: undefined,
  end: undefined,
})

export class Traces {
  readonly #watch: Watch
  readonly #line: () => Line
  readonly #pending: () => readonly Entry[]
  readonly #remembered: number
  readonly #reached: (step: Step) => void
  /** In a ring: each newer one takes the place of the oldest. */
  readonly #settled: Entry[] = []
  #ended = 0

  /** `pending`: what has not settled, oldest first. */
  constructor(
    watch: Watch,
    line: () => Line,
    pending: () => readonly Entry[],
    remembered: number,
    reached: (step: Step) => void,
  ) {
    this.#watch = watch
    this.#line = line
    this.#pending = pending
    this.#remembered = remembered
    this.#reached = reached
  }

  reach(entry: Entry, stage: Stage): void {
    if (entry.outcome !== 'pending') return
    entry.stage = stage
    this.#step(entry, stage)
  }

  /** Takes note of its way. */
  note(entry: Entry, note: Omit<Way, 'lostLink'>): void {
    if (entry.outcome !== 'pending') return
    if (note.link !== undefined && entry.link !== undefined && note.link !== entry.link) entry.lostLink = entry.link
    Object.assign(entry, note)
  }

  settle(entry: Entry, outcome: 'ok' | ErrorCode): void {
    if (entry.outcome !== 'pending') return
    entry.end = outcome === 'ok' ? '' : this.whereabouts(entry)
    entry.outcome = outcome
    if (this.#remembered > 0) this.#settled[this.#ended++ % this.#remembered] = entry
    this.#step(entry, 'settled')
  }

  /** Where it is beside its stage, or was when it settled. */
  whereabouts(entry: Entry): string {
    return entry.end ?? whereabouts(entry, this.#line(), this.#watch.at)
  }

  explain(id: string): Explanation | undefined {
    this.#watch.read()
    const entry = [...this.#pending(), ...this.#settled].find((entry) => entry.id === id)
    return entry && this.#explanationOf(entry)
  }

  /** What has not settled, oldest first. */
  pending(): readonly Explanation[] {
    this.#watch.read()
    return this.#pending().map((entry) => this.#explanationOf(entry))
  }

  #explanationOf(entry: Entry): Explanation {
    const { id, type, stage, outcome, link, heardAtMs } = entry
    const trace = copyOf(entry.trace)
    const end = outcome !== 'pending' ? `settled with ${outcome}; it got as far as: ` : ''
    const place = [stageInWords[stage], this.whereabouts(entry)].filter((words) => words !== '').join(': ')
    const text = `${type} ${id}: ${end}${place} (${timesInWords(trace)})`
    return { id, type, stage: stageOf(entry), trace, outcome, link, heardAtMs, text }
  }

  #step(entry: Entry, stage: Stage): void {
    const atMs = this.#watch.at
    entry.trace = further(entry.trace, stage, atMs)
    this.#reached({ id: entry.id, type: entry.type, stage, atMs })
  }
}

const nowhere: Trace = []

/** The newest step to each stage. */
const newest: { [stage in Stage]?: { readonly before: Trace; readonly after: Trace; readonly atMs: number } } = {}

/** Who is busy has many messages that take the same steps in the same milliseconds: they share what is written of it. */
function further(before: Trace, stage: Stage, atMs: number): Trace {
  const last = newest[stage]
  if (last?.before === before && last.atMs === atMs) return last.after
  const after = [...before, { stage, atMs }]
  newest[stage] = { before, after, atMs }
  return after
}

/** For an application, which may do with it what it likes. */
export const copyOf = (trace: Trace): Trace => trace.map((step) => ({ ...step }))

export const stageOf = ({ outcome, stage }: Entry): Stage => (outcome === 'pending' ? stage : 'settled')
