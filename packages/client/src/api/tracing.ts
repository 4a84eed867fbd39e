/** How calls are followed from their beginning to their end: what the option `tracing` takes. */

import type { CodedError, ErrorCode, Message, RpcFacts, Untyped } from '@backchat/protocol'
import type { RequestOptions } from './client.js'
import type { ClientHandler } from './listening.js'

/** Stands around calls and handlers. `tracing()` of `@backchat/client/tracing` makes one; it has to take care that nothing of it throws but a handler. */
export interface Tracing {
  /** Takes a call as it begins, in the caller's turn, and the client's option `url`; returns what is done in its place. */
  call(call: BegunCall, url: unknown): Pick<BegunCall, 'options' | 'waiter'>
  /** Takes what `client.handle` is given; returns what answers in its place. */
  handler(handler: ClientHandler<Untyped, string, 'wire'>): ClientHandler<Untyped, string, 'wire'>
}

export interface BegunCall extends RpcFacts {
  /** As the application gave them: they may be anything. */
  readonly options: RequestOptions
  readonly waiter: Waiter
}

/** Who waits for a call. Exactly one of `succeeded` and `failed` is called, once. */
export interface Waiter {
  /** With null for a send. */
  succeeded(reply: Message<string, unknown> | null): void
  failed(error: CodedError): void
  chunk(content: unknown): void
  /** Chunks that nobody read are gone, because of this. */
  dropped?(error: CodedError): void
  noted?(note: CallNote): void
}

export interface CallNote {
  /** A link took it, for the first time or again. Links are numbered by the client, from 1. */
  readonly link?: number
  /** The server wants to be asked again later. */
  readonly putOff?: ErrorCode | undefined
  /** The server said that its handler still runs: milliseconds since 1970. */
  readonly heardAtMs?: number
}
