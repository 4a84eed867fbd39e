/** How calls are followed from their beginning to their end: what the option `tracing` takes. */

import type { ErrorCode, Message, RpcFacts } from '@backchat/protocol'

/** Follows what the client asks, sends, streams and answers. What it throws changes nothing. `tracing()` of `@backchat/client/tracing` makes one. */
export interface Tracing {
  /** Called as a call begins, in the caller's turn. */
  began(call: BegunCall): FollowedCall
  /** Called as a handler is about to be asked what the server wants to know. */
  asked(message: Message): FollowedAnswer
}

export interface BegunCall extends RpcFacts {
  /** As the application gave it: it may be anything. */
  readonly metadata: unknown
  /** The client's option `url`. */
  readonly url: unknown
}

/** Is told of one call what becomes of it. */
export interface FollowedCall {
  /** What travels as the message's metadata, in place of the application's. */
  readonly metadata: unknown
  noted(note: CallNote): void
  /** The first chunk of a stream, and each that follows. */
  chunk(): void
  /** The last that is told. `reason`: the error's sentence. */
  settled(outcome: 'ok' | ErrorCode, reason?: string): void
}

/** Is told of one answer what becomes of it. */
export interface FollowedAnswer {
  /** Calls the handler, and returns what it returns. */
  run<Returned>(handler: () => Returned): Returned
  /** The last that is told. */
  settled(outcome: 'ok' | ErrorCode): void
}

export interface CallNote {
  /** A link took it, for the first time or again. Links are numbered by the client, from 1. */
  readonly link?: number
  /** The server wants to be asked again later. */
  readonly putOff?: ErrorCode | undefined
  /** The server said that its handler still runs: milliseconds since 1970. */
  readonly heardAtMs?: number
}
