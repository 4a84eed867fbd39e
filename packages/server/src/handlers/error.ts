/** The one place where whatever was thrown becomes an error that travels: nothing unexpected is told to the peer. */

import {
  BackchatError,
  type CodedError,
  type ErrorCode,
  type JsonValue,
  type Stage,
  type StageWords,
  toJson,
  type WireError,
} from '@backchat/protocol'

/** Refusals made by `context.failure`. A `FAILURE` from elsewhere, say of another server that a handler asked, is not ours to pass on. */
const deliberate = new WeakMap<BackchatError, unknown>()

/** The error that `context.failure` makes. */
export const failureOf = (content: unknown, message: { readonly id: string; readonly type: string }): BackchatError => {
  const error = new BackchatError({
    code: 'FAILURE',
    message: 'The handler refused.',
    requestId: message.id,
    type: message.type,
    stage: 'started',
    mayHaveExecuted: true,
    retryable: false,
    failure: content,
  })
  deliberate.set(error, content)
  return error
}

/** What became of something thrown. */
export interface Mapped {
  readonly wire: WireError
  /** It was not meant to happen: the application's `error` event is told. */
  readonly unexpected: boolean
}

/** Codes by which a handler or middleware may refuse; others say something about a message that is not this one. */
const refusals: readonly ErrorCode[] = ['RATE_LIMITED', 'OVERLOADED', 'UNAUTHORIZED', 'INVALID_MESSAGE']

/** Maps anything at all: null, a string, an Error, a {@link BackchatError}. `called` says whether the handler was. */
export const mapThrown = (thrown: unknown, called: boolean): Mapped => {
  try {
    return mapped(thrown, called)
  } catch {
    // It looked like one of ours, and throws when it is looked at more closely.
    return { wire: failed(called), unexpected: true }
  }
}

const mapped = (thrown: unknown, called: boolean): Mapped => {
  if (!BackchatError.is(thrown)) return { wire: failed(called), unexpected: true }
  if (deliberate.has(thrown)) return refusedOnPurpose(deliberate.get(thrown), called)
  if (!refusals.includes(thrown.code)) return { wire: failed(called), unexpected: true }
  return { wire: refusal(thrown, called), unexpected: false }
}

/** What the handler said travels, so it must be JSON. It is taken as it is now, whatever becomes of the object. */
const refusedOnPurpose = (content: unknown, called: boolean): Mapped => {
  const encoded = toJson(content ?? null)
  if (!encoded.ok) return { wire: failed(called), unexpected: true }
  const failure: JsonValue = JSON.parse(encoded.json)
  return {
    wire: { code: 'FAILURE', message: 'The handler refused.', mayHaveExecuted: called, failure },
    unexpected: false,
  }
}

/** Never the message of what was thrown, which may hold anything; that is for the log. */
const failed = (called: boolean): WireError => ({
  code: 'HANDLER_FAILED',
  message: 'The handler failed.',
  mayHaveExecuted: called,
})

const refusal = ({ code, message, retryAfterMs }: CodedError, mayHaveExecuted: boolean): WireError => ({
  code,
  message,
  mayHaveExecuted,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
})

/** What is known of an error beside what would travel. */
export interface About {
  readonly requestId?: string
  readonly type?: string
  readonly stage?: Stage
  readonly words?: StageWords
  readonly cause?: unknown
}

/** An error for the application, which may be told everything: it is its own process. */
export const errorOf = (wire: WireError, about: About = {}): CodedError => {
  const error = new BackchatError({
    ...wire,
    stage: wire.mayHaveExecuted ? 'started' : 'received',
    retryable: !wire.mayHaveExecuted,
    ...about,
  })
  // The guard only tells the compiler what the constructor made.
  if (!BackchatError.is(error)) throw error
  return error
}
