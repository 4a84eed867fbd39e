/** One request, from the moment it was asked for until the server may forget it. */

import { type Json, limits, type RequestFrame } from '@backchat/protocol'
import type { Progress } from './faults.js'
import type { Requested } from './inputs.js'
import { Stream } from './stream.js'

export type RequestState =
  /** No link has seen it. */
  | 'queued'
  /** A link took it under its number. */
  | 'sent'
  /** The server refused it for now: it did not run, and is sent again soon. */
  | 'postponed'
  /** The caller is settled; the server is told to stop and has not acknowledged it [P-20]. */
  | 'cancelling'
  /** Nothing more is to be done. */
  | 'settled'

/** Its state is fields, not an object for each: there is one for every message under way (ADR 16). */
export class Request {
  readonly asked: Requested
  readonly stream: Stream | undefined
  state: RequestState = 'queued'
  /** Its number, from when it is sent until it is settled. */
  n: number | undefined
  /** While it is sent: whether its handler is known to run. */
  started = false
  /** The caller waits until then. */
  deadline: number
  /** Which of the current link's request frames was the last one of it; 0 when that took none. */
  place = 0
  /** All that was waited after refusals for now, beyond what each asked for. */
  waitedMs = 0
  /** It was sent in an earlier session, and may have run there. */
  outlived = false

  constructor(asked: Requested, now: number) {
    this.asked = asked
    this.deadline = now + asked.timeoutMs
    this.stream = asked.mode === 'stream' ? new Stream() : undefined
  }

  /** A link takes it, perhaps not for the first time: of what became of it before nothing is known. */
  send(n: number): void {
    this.state = 'sent'
    this.n = n
    this.started = false
  }

  settle(): void {
    this.state = 'settled'
    this.n = undefined
  }

  /** A sign of it came: a stream may be silent anew, for as long as there may be while its reader keeps it waiting. */
  heard(now: number): void {
    if (this.stream === undefined) return
    this.deadline = now + (this.stream.stalled ? limits.timeoutMs : this.asked.timeoutMs)
  }

  /** How far it got. */
  progress(idempotent: boolean): Progress {
    const { state } = this
    if (state === 'queued') return { stage: 'queued', mayHaveExecuted: false, idempotent }
    if (state === 'postponed') return { stage: 'sent', mayHaveExecuted: this.outlived, idempotent }
    const started = state === 'sent' && this.started
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
