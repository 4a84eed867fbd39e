/** What an application holds on the server: the manager, its options, and what handlers and middleware are given. Types only. */

import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type {
  BackchatError,
  ClientType,
  Clock,
  CodedError,
  ContentArguments,
  Contract,
  ErrorCode,
  Ids,
  JsonObject,
  Message,
  MessageOf,
  Party,
  ReplyTo,
  RequestMode,
  SentChunk,
  SentContent,
  SentFailure,
  SentReply,
  ServerType,
  Trace,
  TypeSaidBy,
  Untyped,
} from '@backchat/protocol'
import type { Store } from './store/store.js'

// ---- options ----

/** Everything a manager is made of. `C` comes from `contract`, `User` from what `authenticate` returns, `State` from `state`. */
export type ManagerOptions<C = Untyped, User extends Identity = Guest, State extends object = FreeState> = Listening & {
  /** Every message type there is. Without it any type with a handler may be said, and nothing is checked. */
  readonly contract?: C & Contract
  /** Path of the endpoint. Default `/`: any path. Upgrades to other paths are left to others on the same server. */
  readonly path?: string | undefined
  readonly config?: ManagerConfig | undefined
  /** Watches or extends the manager; names are of those that come with it. */
  readonly plugins?: readonly (PluginName | Plugin)[] | undefined
  /** Where sessions live. Default `memoryStore()`. */
  readonly store?: Store | undefined
  /**
   * Says who this is; `null` refuses. It is given 5 s. Without it everybody is a guest of their own.
   * Its return type is the type of `context.user`. Write it before `state`, which is given what it returns.
   */
  readonly authenticate?: (token: string | undefined, request: IncomingMessage) => User | null | Promise<User | null>
  /**
   * Origins whose pages may connect (RFC 6454, as in `https://example.com`); `*` for all. Default: the same origin as
   * the server's `Host`. A request without an `Origin` header comes from no browser and is let in.
   */
  readonly origins?: readonly string[] | undefined
  /** Makes what `context.state` starts as, once for each connection. */
  readonly state?: (connection: ConnectionFacts<User>) => State
  /** Default: pino, level `info`. Anything with pino's methods. */
  readonly logger?: Logger | undefined
  /** For tests. Default: the platform's. */
  readonly clock?: Clock | undefined
  readonly ids?: Pick<Ids, 'id'> | undefined
}

/** A server of yours (`node:http` and everything built on it), or a port of our own. */
export type Listening =
  | { readonly server: HttpServer | HttpsServer; readonly port?: undefined; readonly host?: undefined }
  | { readonly server?: undefined; readonly port: number; readonly host?: string | undefined }

/** Numbers, each with its default. Times are milliseconds. */
export interface ManagerConfig {
  /** A link that is silent for `interval` is pinged. Default 25 000. */
  readonly heartbeat?: { readonly interval?: number | undefined } | undefined
  /** Links held at a time. Default 10 000; then `refuse full` [P-11]. */
  readonly maxConnections?: number | undefined
  /** Longest silence of a handler: until its reply, or between two chunks. Default 60 000; then `HANDLER_TIMEOUT`. */
  readonly messageTimeout?: number | undefined
  /** How long a session lives without a link [P-31]. Default: the store's; memory 120 000. */
  readonly sessionTtl?: number | undefined
  /** Sessions held at a time; the oldest without a link goes first. Default 100 000. */
  readonly maxSessions?: number | undefined
  /** Sessions of one user. Default 10; the oldest without a link goes first. */
  readonly maxSessionsPerUser?: number | undefined
  /** Largest message of a client, in bytes. Default 64 KiB; then `TOO_LARGE`. */
  readonly maxMessageBytes?: number | undefined
  /** Messages per session: `burst` at once, refilled at `perSecond`. Default: no limit; over it `RATE_LIMITED`. */
  readonly rateLimit?: { readonly perSecond: number; readonly burst?: number | undefined } | undefined
}

// ---- people and connections ----

/** What the library needs to know of a user. */
export interface Identity {
  /** Sessions belong to it: a session is found again only by the same user. */
  readonly id: string
  /** When the token ends: a date, or milliseconds since 1970. Default: never. */
  readonly expiresAt?: Date | number | undefined
}

/** Who speaks where nobody is asked to authenticate. */
export interface Guest extends Identity {
  readonly role: 'guest'
}

/** What `context.state` is without the option `state`. */
export type FreeState = Record<string, unknown>

export interface Session {
  readonly id: string
}

/** What is known of a connection before it has a state. */
export interface ConnectionFacts<User extends Identity = Identity> {
  /** Names the link: a session that comes back has another. */
  readonly id: string
  readonly session: Session
  readonly user: User
  /** The session was here before, and has been found again. */
  readonly resumed: boolean
  /** The address of the peer of the socket, which may be a proxy. */
  readonly remoteAddress: string | undefined
  /** Headers of the upgrade. */
  readonly headers: IncomingMessage['headers']
  /** ISO 8601. */
  readonly connectedAt: string
}

/** A client's link, as the application sees it. */
export interface Connection<User extends Identity = Identity, State extends object = FreeState>
  extends ConnectionFacts<User> {
  readonly state: State
  /** Ends this link; the client comes back. The reason is for people who watch. */
  close(reason?: string): void
}

// ---- handlers ----

/** What a handler is given beside the message. */
export interface Context<
  C = Untyped,
  User extends Identity = Identity,
  State extends object = FreeState,
  Type extends string = string,
> {
  readonly message: MessageOf<C, Type, 'parsed'>
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
  failure(content: SentFailure<C, Type>): BackchatError
}

/** One run of a handler. */
export interface RunFacts {
  /** Names the run on this server, from 1. */
  readonly id: number
  /** How the caller wants to be answered. A generator's chunks are dropped unless it is `stream`. */
  readonly mode: RequestMode
}

/**
 * Answers messages of one type: a function, an async function, or a generator that yields chunks and returns the reply.
 * What it throws reaches the caller as `HANDLER_FAILED`, or as `FAILURE` when it is made by `context.failure`.
 */
export type Handler<
  C = Untyped,
  User extends Identity = Identity,
  State extends object = FreeState,
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
  | ([Chunk] extends [never] ? never : Generator<Chunk, Reply, void> | AsyncGenerator<Chunk, Reply, void>)

export interface HandlerOptions {
  /** Its longest silence in milliseconds. Default: `config.messageTimeout`. */
  readonly timeout?: number | undefined
  /** It may be run again when nobody can know whether it ran; clients are told. Default: the contract's `idempotent`, else false. */
  readonly idempotent?: boolean | undefined
}

// ---- middleware ----

/** What middleware is given: a message of any type, and its reply once `next()` has returned. */
export interface MiddlewareContext<C = Untyped, User extends Identity = Identity, State extends object = FreeState>
  extends Context<C, User, State, ClientType<C>> {
  /** The handler's reply; `undefined` before it came, and where there is none. */
  readonly reply: Message<'response', unknown> | undefined
}

/**
 * Runs around each handler, in the order of `use`, once for each run. Not calling `next()` and returning answers
 * `HANDLER_FAILED`; throwing answers with what was thrown.
 */
export type Middleware<C = Untyped, User extends Identity = Identity, State extends object = FreeState> = (
  context: MiddlewareContext<C, User, State>,
  next: () => Promise<void>,
) => unknown

/** Runs for each new connection, after authentication and before its `connection` event. Throwing ends the connection. */
export type ConnectionMiddleware<User extends Identity = Identity, State extends object = FreeState> = (
  connection: Connection<User, State>,
  next: () => Promise<void>,
) => unknown

// ---- plugins ----

export type PluginName = 'monitoring' | 'metrics' | 'recovery'

/** An addition to the manager. What it throws stops only itself, and is an `error` event. */
export interface Plugin {
  /** Unique in its manager. */
  readonly name: string
  /** Called once, before the manager is ready, which waits for it. */
  install(host: PluginHost): void | Promise<void>
  /** Called once, when the manager closes. */
  close?(): void | Promise<void>
}

/** What a plugin may do: listen and stand in between, whatever the contract. */
export interface PluginHost {
  readonly log: Logger
  readonly clock: Clock
  on<Name extends keyof ManagerEvents>(name: Name, listener: (...event: ManagerEvents[Name]) => unknown): () => void
  use(middleware: Middleware): void
  use(place: 'connection', middleware: ConnectionMiddleware): void
}

// ---- sending ----

/** A push: what the application writes; id, timestamp and session are added. */
export type OutgoingMessage<C = Untyped> = {
  [Type in ServerType<C>]: OutgoingEnvelope<Type> & OutgoingContent<SentContent<C, Type>>
}[ServerType<C>]

interface OutgoingEnvelope<Type> {
  readonly type: Type
  /** Default `system`. */
  readonly from?: Party | undefined
  /** Default `user`. */
  readonly to?: Party | undefined
  readonly metadata?: JsonObject | undefined
}

type OutgoingContent<Content> = undefined extends Content
  ? { readonly content?: Content }
  : { readonly content: Content }

/**
 * What became of a send, settled when it has been appended to the log of each session it is for. No session is no
 * error and stores nothing: `sessions` is 0.
 */
export type SendResult =
  | { readonly ok: true; readonly id: string; readonly sessions: number }
  | { readonly ok: false; readonly error: CodedError }

/** What became of a `join` or `leave`: `SESSION_GONE` when there is no such session. */
export type RoomResult = { readonly ok: true } | { readonly ok: false; readonly error: CodedError }

export interface RoomOptions {
  /** Sessions of the room that do not get it. */
  readonly except?: string | readonly string[] | undefined
}

export interface ServerRequestOptions {
  /** Milliseconds. Default 30 000; more than 24 h is 24 h. */
  readonly timeout?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly metadata?: JsonObject | undefined
}

export interface CloseOptions {
  /** Milliseconds that running handlers are given to end. Default 10 000. Then their signals fire. */
  readonly drain?: number | undefined
}

// ---- events ----

/** Listeners are called with these. What one throws is an `error` event, and stops only itself. */
export interface ManagerEvents<User extends Identity = Identity, State extends object = FreeState> {
  /** A client's session is on this link now, for the first time or again. */
  connection: [connection: Connection<User, State>]
  /** The link ended; the session may come back. */
  disconnection: [connection: Connection<User, State>, reason: string]
  /** A session is over, and all that was known of it is gone. */
  sessionEnded: [session: Session, userId: string]
  /** A run ended. */
  handled: [report: HandledReport]
  /** Something went wrong: a handler failed, a listener threw, the store was out of reach. */
  error: [error: CodedError, context: ErrorContext]
}

/** What is measured of a run. */
export interface HandledReport {
  readonly type: string
  readonly messageId: string
  readonly sessionId: string
  readonly mode: RequestMode
  readonly outcome: 'ok' | ErrorCode
  readonly durationMs: number
  readonly chunks: number
}

/** Where an error happened, as far as it is known. */
export interface ErrorContext {
  readonly connectionId?: string
  readonly sessionId?: string
  readonly messageId?: string
  readonly messageType?: string
}

/** As much of pino as is used; `pino()` is one. */
export interface Logger {
  debug: LogMethod
  info: LogMethod
  warn: LogMethod
  error: LogMethod
  /** A logger that adds these fields to each line. */
  child(fields: Record<string, unknown>): Logger
}

export interface LogMethod {
  (fields: object, message?: string): void
  (message: string): void
}

// ---- the manager ----

/**
 * The server: sessions, handlers and pushes.
 *
 * @example
 * ```ts
 * const manager = new WebSocketManager({ port: 8787, contract: chat })
 * manager.registerHandler('rename', async (message) => ({ ok: await rename(message.content.title) }))
 * await manager.ready
 * ```
 */
export interface Manager<C = Untyped, User extends Identity = Guest, State extends object = FreeState> {
  /** Store and plugins are ready, a port of our own is listening; never waits for a server of yours. Unread, it raises no unhandled rejection. */
  readonly ready: Promise<void>

  /**
   * Sets the handler of a message type, one for each.
   *
   * @throws TypeError when the type has one already, or is not in the contract.
   * @example
   * ```ts
   * manager.registerHandler('text', async function* (message, context) {
   *   let text = ''
   *   for await (const word of model(message.content.text, context.signal)) { text += word; yield word }
   *   return { text }
   * }, { timeout: 60_000 })
   * ```
   */
  registerHandler<Type extends ClientType<C>>(
    type: Type,
    handler: Handler<C, User, State, Type>,
    options?: HandlerOptions,
  ): void

  /** Adds middleware around all handlers, or around new connections. */
  use(middleware: Middleware<C, User, State>): void
  use(place: 'connection', middleware: ConnectionMiddleware<User, State>): void

  /** Listens; returns how to stop. */
  on<Name extends keyof ManagerEvents>(
    name: Name,
    listener: (...event: ManagerEvents<User, State>[Name]) => unknown,
  ): () => void

  /** Pushes to the session of that connection, also after its link has ended. Never rejects. */
  sendMessage(connectionId: string, message: OutgoingMessage<C>): Promise<SendResult>
  /** Pushes to a session, whether or not it has a link. Never rejects. */
  sendToSession(sessionId: string, message: OutgoingMessage<C>): Promise<SendResult>
  /** Pushes to all sessions of a user. Never rejects. */
  sendToUser(userId: string, message: OutgoingMessage<C>): Promise<SendResult>
  /** Pushes to all sessions, with a link or without. Never rejects. */
  broadcast(message: OutgoingMessage<C>): Promise<SendResult>
  /** Pushes to the sessions in a room. Never rejects. */
  sendToRoom(room: string, message: OutgoingMessage<C>, options?: RoomOptions): Promise<SendResult>

  /** Puts a session into a room, which exists as long as somebody is in it. Never rejects. */
  join(sessionId: string, room: string): Promise<RoomResult>
  /** Takes a session out of a room. Never rejects. */
  leave(sessionId: string, room: string): Promise<RoomResult>

  /** Asks a client, and settles exactly once, by its deadline: with the reply or a {@link BackchatError}. */
  request<Type extends TypeSaidBy<C, 'server', 'reply'>>(
    sessionId: string,
    type: Type,
    ...rest: ContentArguments<C, Type, ServerRequestOptions>
  ): Promise<ReplyTo<C, Type, 'parsed'>>

  /** Takes nothing new, lets handlers end, then closes every socket, the store and the plugins. Never rejects; a second call waits for the first. */
  close(options?: CloseOptions): Promise<void>
}
