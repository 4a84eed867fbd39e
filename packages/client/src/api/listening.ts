/** What listeners hear, and how the server's requests are answered. */

import type {
  BackchatError,
  ClientType,
  MessageOf,
  ReplyTo,
  SentFailure,
  SentReply,
  ServerType,
  Untyped,
  View,
} from '@backchat/protocol'

/** What `on` takes: what a server may push, `init`, and `*`. */
export type ListenedType<C> = ServerType<C> | ('init' extends ClientType<C> ? 'init' : never) | '*'

/** What a listener of that type gets. */
export type Heard<C, Type extends string, V extends View> = Type extends '*'
  ? MessageOf<C, ServerType<C>, V>
  : Type extends 'init'
    ? ReplyTo<C, 'init', V>
    : MessageOf<C, Type, V>

export type ClientHandler<C, Type extends string, V extends View> = (
  message: MessageOf<C, Type, V>,
  context: ClientHandlerContext<C, Type>,
) => SentReply<C, Type> | Promise<SentReply<C, Type>>

export interface ClientHandlerContext<C = Untyped, Type extends string = string> {
  /** Fires when the server does not want the answer any more, its time is over, the session is lost, or the client closes. */
  readonly signal: AbortSignal
  /** Makes the error that refuses on purpose: `throw failure({ reason: 'not now' })`. */
  failure(content: SentFailure<C, Type>): BackchatError
}
