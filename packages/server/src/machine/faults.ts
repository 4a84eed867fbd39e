/** The errors that the machine itself answers with [P-15, P-18]. Each says what is known, and no more. */

import { limits, type WireError } from '@backchat/protocol'

/** Refusals: nothing was journalled, and the handler certainly did not run. */
export const expired: WireError = {
  code: 'EXPIRED',
  message: 'The request reached the server after its deadline; it was not run.',
  mayHaveExecuted: false,
}
export const noHandler = (type: string): WireError => ({
  code: 'NO_HANDLER',
  message: `The server has no handler for messages of type ${JSON.stringify(type.slice(0, 64))}.`,
  mayHaveExecuted: false,
})
export const overloaded: WireError = {
  code: 'OVERLOADED',
  message: 'The server runs as many requests of this session as it may; it was not run.',
  mayHaveExecuted: false,
  retryAfterMs: 250,
}
export const strained = (retryAfterMs: number): WireError => ({
  code: 'OVERLOADED',
  message: 'The server is asked for more than it can do at the moment; the request was not run.',
  mayHaveExecuted: false,
  retryAfterMs,
})
export const closing: WireError = {
  code: 'OVERLOADED',
  message: 'The server goes away and will be back; the request was not run.',
  mayHaveExecuted: false,
  retryAfterMs: 1_000,
}

export const ownerGone: WireError = {
  code: 'OUTCOME_UNKNOWN',
  message: 'The server that started this request is gone; whether the handler ended, nobody knows.',
  mayHaveExecuted: true,
}
export const endForgotten: WireError = {
  code: 'OUTCOME_UNKNOWN',
  message: 'The handler ended, and the store has forgotten how.',
  mayHaveExecuted: true,
}
export const storeLostIt: WireError = {
  code: 'OUTCOME_UNKNOWN',
  message: 'The store failed while the handler ran; its answer is lost.',
  mayHaveExecuted: true,
}
export const closedWhileRunning: WireError = {
  code: 'OUTCOME_UNKNOWN',
  message: 'The server was closed while the handler ran.',
  mayHaveExecuted: true,
}
export const replyLost: WireError = {
  code: 'REPLY_LOST',
  message: 'The handler was started, but its answer was not kept until you asked for it.',
  mayHaveExecuted: true,
}
export const replyTooLarge: WireError = {
  code: 'TOO_LARGE',
  message: `The handler ran, but its answer or a chunk of it is larger than ${limits.replyBytes} bytes.`,
  mayHaveExecuted: true,
}
export const handlerTimeout = (timeoutMs: number): WireError => ({
  code: 'HANDLER_TIMEOUT',
  message: `The handler was silent for ${timeoutMs} ms.`,
  mayHaveExecuted: true,
})

// ---- what is pushed and asked ----

export const pushTooLarge: WireError = {
  code: 'TOO_LARGE',
  message: `A push has at most ${limits.messageBytes} bytes.`,
  mayHaveExecuted: false,
}
export const perhapsAppended: WireError = {
  code: 'OUTCOME_UNKNOWN',
  message: 'The store failed; the push was perhaps appended.',
  mayHaveExecuted: true,
}
export const perhapsLoggedOut: WireError = {
  code: 'OUTCOME_UNKNOWN',
  message: 'The store failed; the sessions of the user have perhaps ended.',
  mayHaveExecuted: true,
}
export const noSuchSession: WireError = {
  code: 'SESSION_GONE',
  message: 'There is no such session; nobody was asked.',
  mayHaveExecuted: false,
}
export const tooManyAsks: WireError = {
  code: 'OVERLOADED',
  message: `The session has ${limits.asks} open questions already; the client was not asked.`,
  mayHaveExecuted: false,
  retryAfterMs: 1_000,
}
export const askTimeout: WireError = {
  code: 'TIMEOUT',
  message: 'The client did not answer in time.',
  mayHaveExecuted: true,
}
export const askAborted: WireError = {
  code: 'ABORTED',
  message: 'The caller gave up.',
  mayHaveExecuted: true,
}
export const pageGone: WireError = {
  code: 'OUTCOME_UNKNOWN',
  message: 'The page that was asked is gone; whether it acted, nobody knows.',
  mayHaveExecuted: true,
}
export const askTrimmed: WireError = {
  code: 'EXPIRED',
  message: 'The client was away for so long that the question was dropped from its log; it never saw it.',
  mayHaveExecuted: false,
}
export const askedSessionGone: WireError = {
  code: 'SESSION_GONE',
  message: 'The session ended before the client answered.',
  mayHaveExecuted: true,
}
export const serverClosed: WireError = {
  code: 'CLOSED',
  message: 'The server was closed before the client answered.',
  mayHaveExecuted: true,
}
export const leaseLost: WireError = {
  code: 'OUTCOME_UNKNOWN',
  message: 'This server was out of touch with the store for too long; what it had begun, it gave up.',
  mayHaveExecuted: true,
}
export const tokenEnded: WireError = {
  code: 'UNAUTHORIZED',
  message: 'The token has ended; the request was not run.',
  mayHaveExecuted: false,
}
