/** The trace of a message: the stages it went through, with times. */

import type { Stage } from './errors.js'

export interface TraceStep {
  readonly stage: Stage
  /** When it got there, as far as this side knows: milliseconds since 1970. */
  readonly atMs: number
}

/** Oldest first. */
export type Trace = readonly TraceStep[]

export type StageWords = Readonly<Record<Stage, string>>

/** Where a message is that got no further than this. */
export const stageInWords: StageWords = {
  queued: 'waiting in the client, never sent',
  sent: 'sent, but not confirmed by the server',
  received: 'at the server, its handler not started',
  started: 'its handler was running',
  replied: 'its handler had replied',
  settled: 'settled',
}

/** `queued, sent +3 ms, settled +120 ms`, counted from the first. */
export function timesInWords([first, ...rest]: Trace): string {
  if (first === undefined) return ''
  return [first.stage, ...rest.map(({ stage, atMs }) => `${stage} +${Math.round(atMs - first.atMs)} ms`)].join(', ')
}
