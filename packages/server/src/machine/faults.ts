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
