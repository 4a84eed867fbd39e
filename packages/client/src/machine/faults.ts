/** What a caller is told when there is no answer: one sentence to act on, and exactly what is known. */

import type { ErrorCode, Stage, WireError } from '@backchat/protocol'
import type { Fault } from './effects.js'

/** How far a request got, for certain. */
export interface Progress {
  readonly stage: Stage
  readonly mayHaveExecuted: boolean
  /** The server said that its type may be run again. */
  readonly idempotent: boolean
}

/** Why the client by itself ends a request that has been accepted. */
export type Cause =
  | 'TIMEOUT'
  | 'ABORTED'
  | 'CLOSED'
  | 'TOO_LARGE'
  | 'OUTCOME_UNKNOWN'
  | 'UNAUTHORIZED'
  | 'SESSION_GONE'
  | 'UNSUPPORTED_VERSION'
  | 'INVALID_MESSAGE'

export function fault(code: ErrorCode, message: string, progress: Progress): Fault {
  const { stage, mayHaveExecuted, idempotent } = progress
  return { code, message, stage, mayHaveExecuted, retryable: !mayHaveExecuted || idempotent }
}

/** A fault that concerns no request, or one that was not accepted: nothing ran, and nothing will. */
export function notRun(code: ErrorCode, message: string, stage: Stage): Fault {
  return fault(code, message, { stage, mayHaveExecuted: false, idempotent: false })
}

/** An error that the server sent. `progress` adds what the server cannot know: that an earlier session may have run it. */
export function answered(error: WireError, progress: Progress): Fault {
  const mayHaveExecuted = error.mayHaveExecuted || progress.mayHaveExecuted
  return {
    ...fault(error.code, error.message, { ...progress, mayHaveExecuted }),
    retryAfterMs: error.retryAfterMs,
    failure: error.failure,
  }
}
