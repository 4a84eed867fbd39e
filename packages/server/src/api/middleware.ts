/** What stands around handlers and in front of connections. */

import type { ClientType, Message, MessageOf, SentFailure, Untyped } from '@backchat/protocol'
import type { HandlerContext } from './handlers.js'
import type { Connection, Identity } from './people.js'

/** What middleware is given: a message of any type, and its reply once `next()` has returned. */
export type MiddlewareContext<
  C = Untyped,
  User extends Identity = Identity,
  State extends object = object,
> = ContextWithReply<MessageOf<C, ClientType<C>, 'parsed'>, SentFailure<C, ClientType<C>>, User, State>

/** The context of middleware for these messages. */
export interface ContextWithReply<Heard, Failure, User extends Identity = Identity, State extends object = object>
  extends HandlerContext<Heard, Failure, User, State> {
  /** The handler's reply; `undefined` before it came, and where there is none. */
  readonly reply: Message<'response', unknown> | undefined
  /**
   * Answers in place of the handler, whether or not it was called and whatever it threw; from then on {@link reply} is this.
   *
   * @throws Error when chunks of a stream have been sent.
   */
  answer(content: unknown): void
}

/**
 * Runs around each handler, in the order of `use`, once for each run. Not calling `next()` and returning answers
 * `HANDLER_FAILED`, unless `context.answer` was called; throwing answers with what was thrown. `next()` may be called again only
 * where it has failed, the type is idempotent, and no chunk of a stream has been sent. A `Middleware` without arguments serves every manager.
 */
export type Middleware<C = Untyped, User extends Identity = Identity, State extends object = object> = Around<
  MiddlewareContext<C, User, State>
>

/** Stands around what `next()` does. */
export interface Around<Context> {
  // biome-ignore lint/style/useShorthandFunctionType: an interface is compared by its context; a type alias would be compared by its contract, and no contract is another.
  (context: Context, next: () => Promise<void>): unknown
}

/** Runs for each new connection, after authentication and before its `connection` event. Throwing ends the connection. */
export type ConnectionMiddleware<User extends Identity = Identity, State extends object = object> = (
  connection: Connection<User, State>,
  next: () => Promise<void>,
) => unknown
