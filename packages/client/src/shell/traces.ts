/** What became of each message: the stages it went through, and how it ended. Of the settled ones only the newest are remembered. */

import { type ErrorCode, type Stage, stageInWords, type Trace, type TraceStep, timesInWords } from '@backchat/protocol'
import type { Explanation } from '../api/status.js'
import { type Line, type Way, whereabouts } from './whereabouts.js'

/** A message got further. */
export interface Step extends TraceStep {
  readonly id: string
  readonly type: string
}

interface Entry {
  readonly id: string
  readonly type: string
  readonly steps: TraceStep[]
  /** How far it got, before it settled. */
  stage: Stage
  outcome: Explanation['outcome']
  readonly way: Way
  /** Where it was when it settled. */
  end?: string
}

export class Traces {
  readonly #wall: () => number
  readonly #line: () => Line
  readonly #remembered: number
  readonly #reached: (step: Step) => void
  readonly #pending = new Map<string, Entry>()
  readonly #settled = new Map<string, Entry>()

  constructor(wall: () => number, line: () => Line, remembered: number, reached: (step: Step) => void) {
    this.#wall = wall
    this.#line = line
    this.#remembered = remembered
    this.#reached = reached
  }

  begin(id: string, type: string): void {
    const entry: Entry = { id, type, steps: [], stage: 'queued', outcome: 'pending', way: {} }
    this.#pending.set(id, entry)
    this.#step(entry, 'queued')
  }

  reach(id: string, stage: Stage): void {
    const entry = this.#pending.get(id)
    if (entry === undefined) return
    entry.stage = stage
    this.#step(entry, stage)
  }

  /** Takes note of its way. */
  note(id: string, note: Omit<Way, 'lostLink'>): void {
    const way = this.#pending.get(id)?.way
    if (way === undefined) return
    if (note.link !== undefined && way.link !== undefined && note.link !== way.link) way.lostLink = way.link
    Object.assign(way, note)
  }

  settle(id: string, outcome: 'ok' | ErrorCode): void {
    const entry = this.#pending.get(id)
    if (entry === undefined) return
    entry.outcome = outcome
    entry.end = outcome === 'ok' ? '' : this.#whereabouts(entry)
    this.#pending.delete(id)
    this.#settled.set(id, entry)
    for (const oldest of this.#settled.keys()) {
      if (this.#settled.size <= this.#remembered) break
      this.#settled.delete(oldest)
    }
    this.#step(entry, 'settled')
  }

  stage(id: string): Stage {
    return this.#pending.get(id)?.stage ?? 'settled'
  }

  trace(id: string): Trace {
    return [...(this.#find(id)?.steps ?? [])]
  }

  /** Where it is beside its stage, or was when it settled. */
  whereabouts(id: string): string {
    const entry = this.#find(id)
    return entry === undefined ? '' : this.#whereabouts(entry)
  }

  explain(id: string): Explanation | undefined {
    const entry = this.#find(id)
    return entry && this.#explanationOf(entry)
  }

  /** What has not settled, oldest first. */
  pending(): readonly Explanation[] {
    return [...this.#pending.values()].map((entry) => this.#explanationOf(entry))
  }

  #find(id: string): Entry | undefined {
    return this.#pending.get(id) ?? this.#settled.get(id)
  }

  #whereabouts({ way, end }: Entry): string {
    return end ?? whereabouts(way, this.#line(), this.#wall())
  }

  #explanationOf(entry: Entry): Explanation {
    const { id, type, stage, steps, outcome, way } = entry
    const trace = [...steps]
    const settled = outcome !== 'pending'
    const end = settled ? `settled with ${outcome}; it got as far as: ` : ''
    const place = [stageInWords[stage], this.#whereabouts(entry)].filter((words) => words !== '').join(': ')
    const text = `${type} ${id}: ${end}${place} (${timesInWords(trace)})`
    const { link, heardAtMs } = way
    return { id, type, stage: settled ? 'settled' : stage, trace, outcome, link, heardAtMs, text }
  }

  #step(entry: Entry, stage: Stage): void {
    const step = { stage, atMs: this.#wall() }
    entry.steps.push(step)
    this.#reached({ id: entry.id, type: entry.type, ...step })
  }
}
