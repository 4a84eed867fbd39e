/** Why a socket was closed, as a WebSocket close code (RFC 6455 §7.4). Decisions are made on frames; these are for people who watch. */

export const closeCodes = {
  /** The client said `bye`, or the server has been closed. */
  normal: 1000,
  /** The server is going away and will be back. */
  goingAway: 1001,
  /** A frame was larger than allowed (RFC 6455). */
  tooLarge: 1009,
  /** The server's store or its `authenticate` failed (RFC 6455): the client comes again. */
  internalError: 1011,
  /** A frame was not understood, or not allowed at that moment. */
  protocolError: 4400,
  /** `authenticate` refused the token. */
  unauthorized: 4401,
  /** No valid hello came in time. */
  helloTimeout: 4408,
  /** A newer link of the same client took over, or this one was older from the start. */
  superseded: 4409,
  /** The other side was silent for too long. */
  silent: 4410,
  /** The protocol version is not spoken here. */
  version: 4426,
  /** The server holds as many connections as it may. */
  full: 4429,
} as const

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes]
