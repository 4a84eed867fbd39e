/** One request, from the moment it was asked for until the server may forget it. */

import { type Json, limits, type RequestFrame } from '@backchat/protocol'
import type { Progress } from './faults.js'
import type { Requested } from './inputs.js'
import { Stream } from './stream.js'

export type RequestState =
  /** No link has seen it. */
  | { readonly state: 'queued' }
  /** A link took it under its number. */
  | { readonly state: 'sent'; readonly n: number; readonly started: boolean }
  /** The server refused it for now: it did not run, and is sent again soon. */
  | { readonly state: 'postponed'; readonly n: number }
  /** The caller is settled; the server is told to stop and has not acknowledged it [P-20]. */
  | { readonly state: 'cancelling'; readonly n: number }
  /** Nothing more is to be done. */
  | { readonly state: 'settled' }

const queued: RequestState = { state: 'queued' }
export const settled: RequestState = { state: 'settled' }

export class Request {
  readonly asked: Requested
  readonly stream: Stream | undefined
  state = queued
  /** The caller waits until then. */
  deadline: number
  /** Which of the current link's request frames was the last one of it; Infinity when that took none. */
  place = Infinity
  /** All that was waited after refusals for now, beyond what each asked for. */
  waitedMs = 0
  /** It was sent in an earlier session, and may have run there. */
  outlived = false

  constructor(asked: Requested, now: number) {
    this.asked = asked
    this.deadline = now + asked.timeoutMs
    this.stream = asked.mode === 'stream' ? new Stream() : undefined
  }

  /** Its number, while it has one. */
  get n(): number | undefined {
    return 'n' in this.state ? this.state.n : undefined
  }

  /** A sign of it came: a stream may be silent anew, for as long as there may be while its reader keeps it waiting. */
  heard(now: number): void {
    if (this.stream === undefined) return
    this.deadline = now + (this.stream.stalled ? limits.timeoutMs : this.asked.timeoutMs)
  }

  /** How far it got. */
  progress(idempotent: boolean): Progress {
    const { state } = this
    if (state.state === 'queued') return { stage: 'queued', mayHaveExecuted: false, idempotent }
    if (state.state === 'postponed') return { stage: 'sent', mayHaveExecuted: this.outlived, idempotent }
    const started = state.state === 'sent' && state.started
    return { stage: started ? 'started' : 'sent', mayHaveExecuted: true, idempotent }
  }

  /** As it is transmitted, word for word each time but for what has passed meanwhile [P-14]. */
  frame(n: number, now: number): RequestFrame<Json> {
    const { mode, message, timeoutMs } = this.asked
    const from = this.stream?.wanted ?? 0
    const leftMs = Math.ceil(Math.min(this.deadline - now, timeoutMs))
    const frame = { kind: 'request', n, mode, leftMs, message } as const
    return from === 0 ? frame : { ...frame, from }
  }
}
