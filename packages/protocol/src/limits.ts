/** The limits of the protocol, in one place; PROTOCOL.md's table gives the reason of each. */

/** The limits a client must know, told in `welcome`. Bytes are UTF-8. */
export interface Limits {
  /** Largest request or send, as encoded message. */
  readonly messageBytes: number
  /** Most requests that are sent and not settled, at any time. */
  readonly window: number
  /** Most ranges of settled numbers above the floor. */
  readonly ranges: number
}

export const limits = {
  /** Largest frame before `welcome`, in bytes. */
  helloBytes: 16 * 1024,
  /** Largest token, in bytes. */
  tokenBytes: 8 * 1024,
  /** Longest client id, secret, page, session id or epoch, in characters. */
  nameLength: 128,
  /** A valid hello must arrive within this time. */
  helloMs: 5_000,
  /** Largest request or push, in bytes. */
  messageBytes: 64 * 1024,
  /** Largest reply or chunk, in bytes. */
  replyBytes: 1024 * 1024,
  /** Room in a frame beside its payload, in bytes. */
  envelopeBytes: 8 * 1024,
  /** Largest text with several frames, in bytes. */
  bundleBytes: 8 * 1024,
  /** Deepest nesting of a frame. */
  depth: 64,
  /** Most requests sent and not settled, for one client. */
  window: 256,
  /** Most ranges of settled numbers above the floor. */
  ranges: 64,
  /** Most requests waiting in the client for a link. */
  queue: 2_000,
  /** Most pushes waiting in the client for the first listener of their type. */
  unheard: 256,
  /** Most chunks that a stream runs ahead of its reader. */
  streamWindow: 256,
  /** Most pushes that a session's log keeps, and their bytes. */
  logPushes: 1_000,
  logBytes: 1024 * 1024,
  /** Most pushes of one session that wait for an answer. */
  asks: 64,
  /** Most bytes of replies that a session's journal keeps. */
  journalBytes: 1024 * 1024,
  /** Longest timeout of a request: 24 h. */
  timeoutMs: 24 * 60 * 60 * 1000,
} as const
