/** What answers a message, and what it is given. */

import type {
  BackchatError,
  MessageOf,
  RequestMode,
  SentChunk,
  SentFailure,
  SentReply,
  Trace,
  Untyped,
} from '@backchat/protocol'
import type { Logger } from './logger.js'
import type { Connection, Identity, Session } from './people.js'

/** What a handler is given beside the message: see {@link HandlerContext}. */
export type Context<
  C = Untyped,
  User extends Identity = Identity,
  State extends object = object,
  Type extends string = string,
> = HandlerContext<MessageOf<C, Type, 'parsed'>, SentFailure<C, Type>, User, State>

/** The context of a handler for these messages. */
export interface HandlerContext<Heard, Failure, User extends Identity = Identity, State extends object = object> {
  readonly message: Heard
  /** The link that brought the message; it may have ended since. */
  readonly connection: Connection<User, State>
  readonly session: Session
  readonly user: User
  /** The connection's state: what middleware may set. */
  readonly state: State
  /** Fires when the answer is not wanted any more: cancelled, timed out, session ended, server closing. A lost link does not fire it. */
  readonly signal: AbortSignal
  /** Knows the connection, the session and the message. */
  readonly log: Logger
  /** The stages the message went through on this server. */
  readonly trace: Trace
  readonly run: RunFacts
  /** Makes the error that refuses on purpose, in the contract's shape: `throw context.failure({ reason: 'read only' })`. */
  failure(content: Failure): BackchatError
}

/** One run of a handler. */
export interface RunFacts {
  /** Names the run on this server, from 1. */
  readonly id: number
  /** How the caller wants to be answered. A generator's chunks are dropped unless it is `stream`. */
  readonly mode: RequestMode
  /** It may be run again. */
  readonly idempotent: boolean
}

/**
 * Answers messages of one type: a function, an async function, or a generator that yields chunks and returns the reply. What an async function
 * comes to may be a generator, too, as when one handler is called by another.
 * What it throws reaches the caller as `HANDLER_FAILED`, or as `FAILURE` when it is made by `context.failure`.
 */
export type Handler<
  C = Untyped,
  User extends Identity = Identity,
  State extends object = object,
  Type extends string = string,
> = (
  message: MessageOf<C, Type, 'parsed'>,
  context: Context<C, User, State, Type>,
) => Answer<Returned<SentReply<C, Type>>, SentChunk<C, Type>>

/** A handler of a type without a reply may end without a `return`. */
// biome-ignore lint/suspicious/noConfusingVoidType: that is what such a function returns.
type Returned<Reply> = [Reply] extends [null | undefined] ? Reply | void : Reply

export type Answer<Reply, Chunk> =
  | Reply
  | Promise<Reply>
  | ([Chunk] extends [never] ? never : Streamed<Reply, Chunk> | Promise<Streamed<Reply, Chunk>>)

type Streamed<Reply, Chunk> = Generator<Chunk, Reply, void> | AsyncGenerator<Chunk, Reply, void>

export interface HandlerOptions {
  /** Its longest silence in milliseconds. Default: `config.messageTimeout`. */
  readonly timeout?: number | undefined
  /** It may be run again when nobody can know whether it ran; clients are told. Default: the contract's `idempotent`, else false. */
  readonly idempotent?: boolean | undefined
  /** A session's messages of this type are handled one after another, in the order in which they came; one that is cancelled or timed out holds up nobody. Default false. */
  readonly ordered?: boolean | undefined
}
