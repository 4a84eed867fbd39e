/** The one error that leaves the library, and the form in which it travels. */

import type { JsonValue } from './json.js'

/** Every {@link ErrorCode}: what the guard of the wire compares with. */
export const errorCodes = [
  'TIMEOUT',
  'OUTCOME_UNKNOWN',
  'ABORTED',
  'CLOSED',
  'QUEUE_FULL',
  'TOO_LARGE',
  'INVALID_MESSAGE',
  'NO_HANDLER',
  'HANDLER_FAILED',
  'HANDLER_TIMEOUT',
  'FAILURE',
  'UNAUTHORIZED',
  'RATE_LIMITED',
  'OVERLOADED',
  'EXPIRED',
  'REPLY_LOST',
  'SESSION_GONE',
  'UNSUPPORTED_VERSION',
] as const

/**
 * What went wrong. A literal union, so that a `switch` over it is checked.
 *
 * | code | meaning |
 * |---|---|
 * | `TIMEOUT` | the deadline passed; `stage` says how far the request had got |
 * | `OUTCOME_UNKNOWN` | it may have run, and nobody can know: the server that ran it is gone |
 * | `ABORTED` | the caller gave up, by signal, `cancel()` or `break` |
 * | `CLOSED` | `client.close()` or `manager.close()` was called |
 * | `QUEUE_FULL` | too much is waiting for a link; nothing was sent |
 * | `TOO_LARGE` | the message, chunk or reply is over its limit |
 * | `INVALID_MESSAGE` | it is not JSON, or not what the contract says |
 * | `NO_HANDLER` | the other side knows no such message type |
 * | `HANDLER_FAILED` | the handler threw |
 * | `HANDLER_TIMEOUT` | the handler was silent for longer than it may be |
 * | `FAILURE` | the handler refused on purpose; `failure` says why |
 * | `UNAUTHORIZED` | the token was refused |
 * | `RATE_LIMITED` | too many, too fast; `retryAfterMs` says when |
 * | `OVERLOADED` | the server has more than it can do; `retryAfterMs` says when |
 * | `EXPIRED` | it reached the server after its deadline; it was not run |
 * | `REPLY_LOST` | it ran, but its reply was not kept |
 * | `SESSION_GONE` | the session ended before this could be sent |
 * | `UNSUPPORTED_VERSION` | client and server speak different versions of the protocol |
 */
export type ErrorCode = (typeof errorCodes)[number]

/** How far a message got. */
export type Stage = 'queued' | 'sent' | 'received' | 'started' | 'replied' | 'settled'

/** An error as it travels in an `error` frame [P-18]. */
export interface WireError {
  readonly code: ErrorCode
  /** One sentence for a person. Never a stack, never a secret. */
  readonly message: string
  /** False only when it is certain, now and for ever, that the handler did not start. */
  readonly mayHaveExecuted: boolean
  /** `RATE_LIMITED` and `OVERLOADED`: milliseconds after which it may be sent again. */
  readonly retryAfterMs?: number
  /** `FAILURE` only: what the handler said, in the shape the contract gives it. */
  readonly failure?: JsonValue
}
