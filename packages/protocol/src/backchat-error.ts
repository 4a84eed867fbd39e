/** The one error that leaves the library: what went wrong, how far the message got, and whether it may have run. */

import type { ErrorCode, Stage } from './errors.js'
import { type StageWords, stageInWords, type Trace } from './trace.js'

/** What an error is made of. */
export interface ErrorParts {
  readonly code: ErrorCode
  /** One sentence that a person can act on. */
  readonly message: string
  /** Left out when the error belongs to no message. */
  readonly requestId?: string | undefined
  /** The message type of the request. */
  readonly type?: string | undefined
  readonly stage: Stage
  readonly mayHaveExecuted: boolean
  readonly retryable: boolean
  readonly retryAfterMs?: number | undefined
  readonly failure?: unknown
  readonly trace?: Trace | undefined
  /** Where it got stuck, in words that go on after those for its stage. */
  readonly where?: string | undefined
  /** Words for the stages; default: those of a client's message. */
  readonly words?: StageWords | undefined
  readonly cause?: unknown
}

/** Known to every copy of this package, so that two of them in one program recognise each other's errors. */
const brand = Symbol.for('backchat.error')

/**
 * Why a message got no answer. Every promise of the library that rejects, rejects with one.
 *
 * @example
 * ```ts
 * try {
 *   await client.request('text', { text: 'hello' })
 * } catch (error) {
 *   if (!BackchatError.is(error)) throw error
 *   if (error.code === 'RATE_LIMITED') show(`Try again in ${error.retryAfterMs} ms`)
 *   else if (error.mayHaveExecuted) show('No answer came. It may have been done all the same.')
 *   else show(`It was not done: ${error.message}`) // A person decides whether to ask anew, never a loop.
 * }
 * ```
 */
export class BackchatError extends Error {
  override readonly name = 'BackchatError'
  /** What went wrong; a literal union. */
  readonly code: ErrorCode
  /** The id of the message it is about; empty when it is about none. `client.explain(requestId)` tells more. */
  readonly requestId: string
  /** The type of that message; empty when it is about none. */
  readonly type: string
  /** How far the message got. */
  readonly stage: Stage
  /** False only when it is certain, now and for ever, that the handler did not start. */
  readonly mayHaveExecuted: boolean
  /** Asking anew cannot run it twice: it did not run, or its type is idempotent. So it is safe; whether it is useful, see `code`: `NO_HANDLER` or `TOO_LARGE` will be the same again. */
  readonly retryable: boolean
  /** `RATE_LIMITED` and `OVERLOADED`: milliseconds after which it may be sent again. */
  readonly retryAfterMs: number | undefined
  /** `FAILURE`: what the handler said; `client.isFailure(error, type)` knows its shape. */
  readonly failure: unknown
  /** The stages that the message went through, oldest first. */
  readonly trace: Trace

  constructor(parts: ErrorParts) {
    super(sentence(parts), parts.cause === undefined ? undefined : { cause: parts.cause })
    this.code = parts.code
    this.requestId = parts.requestId ?? ''
    this.type = parts.type ?? ''
    this.stage = parts.stage
    this.mayHaveExecuted = parts.mayHaveExecuted
    this.retryable = parts.retryable
    this.retryAfterMs = parts.retryAfterMs ?? (isDelay(parts.code) ? 0 : undefined)
    this.failure = parts.failure
    this.trace = parts.trace ?? []
    Object.defineProperty(this, brand, { value: true })
  }

  /** Whether it is one of ours, made by this or by another copy of the package; then `code` tells its kinds apart. */
  static is(error: unknown): error is CodedError {
    try {
      return typeof error === 'object' && error !== null && brand in error && error[brand] === true
    } catch {
      // A proxy, say, that throws when it is looked at.
      return false
    }
  }

  override toString(): string {
    return `${this.name} ${this.code}: ${this.message}`
  }

  /** For logs: all but `cause`, `failure` and the stack, which may hold what is not for logs. */
  toJSON(): Record<string, unknown> {
    const { failure: _, ...fields } = this
    return { ...fields, message: this.message }
  }
}

/**
 * An error whose `code` tells what else it carries: a union over all codes, or the error of the code named.
 * `BackchatError.is(error) && error.code === 'RATE_LIMITED'` makes `error.retryAfterMs` a number.
 */
export type CodedError<Code extends ErrorCode = ErrorCode> = {
  [Each in Code]: BackchatError & { readonly code: Each } & Carried<Each>
}[Code]

/** A handler's refusal on purpose, with what it said. */
export type FailureError<Failure> = BackchatError & { readonly code: 'FAILURE'; readonly failure: Failure }

type DelayCode = 'RATE_LIMITED' | 'OVERLOADED'

type Carried<Code> = Code extends DelayCode ? { readonly retryAfterMs: number } : unknown

const isDelay = (code: ErrorCode): code is DelayCode => code === 'RATE_LIMITED' || code === 'OVERLOADED'

/** What to do about it, then where the message is, in one line. */
function sentence(parts: ErrorParts): string {
  const { message, requestId, type, stage, where, words = stageInWords, mayHaveExecuted } = parts
  const advice = message.replaceAll(/\s*[\r\n]+\s*/g, ' ')
  if (requestId === undefined || requestId === '') return advice
  const place = where ? `${words[stage]}: ${where}` : words[stage]
  return `${advice} [${type || 'message'} ${requestId}: ${place}${running(stage, mayHaveExecuted)}]`
}

/** Whether it ran, where the words for the stage leave it open. */
function running(stage: Stage, mayHaveExecuted: boolean): string {
  if (!mayHaveExecuted) return '; it did not run'
  return stage === 'started' || stage === 'replied' ? '' : '; it may have run'
}
