/** What an application holds: the client, its options, and what its calls return. Types only. */

import type {
  BackchatError,
  ClientType,
  Clock,
  CodedError,
  ContentArguments,
  Contract,
  ErrorCode,
  FailureError,
  Ids,
  JsonObject,
  Message,
  MessageOf,
  Random,
  ReceivedChunk,
  ReceivedFailure,
  ReplyTo,
  SentContent,
  SentFailure,
  SentReply,
  ServerType,
  Stage,
  Trace,
  TypeSaidBy,
  Untyped,
  View,
  Vocabulary,
} from '@backchat/protocol'
import type { WebSocketConstructor } from './transport/transport.js'

// ---- making a client ----

/**
 * Makes a client. It dials by itself, a macrotask later at the earliest, so that listeners can be added first.
 *
 * With `contract` received messages are parsed; with the contract's type alone they have the shapes that travel, and
 * nothing is checked; without either any type and any content may be said.
 *
 * @example
 * ```ts
 * const client = createClient({ url: 'wss://example.com/chat', contract: chat })
 * const slim = createClient<typeof chat>({ url: 'wss://example.com/chat' })
 * const plain = createClient<{ text: { content: string; reply: string } }>({ url: 'wss://example.com/chat' })
 * ```
 * @throws TypeError when an option is not what it should be: a programmer's mistake.
 */
export interface CreateClient {
  <C extends Contract>(options: ClientOptions<C> & { readonly contract: C }): Client<C, 'parsed'>
  <C extends Vocabulary<C> = Untyped>(options: ClientOptions<C> & { readonly contract?: undefined }): Client<C, 'wire'>
}

export interface ClientOptions<C = Untyped> {
  /** Where the server listens, `ws:` or `wss:`; a function is asked at each dial. Never put a credential into it [P-1]. */
  readonly url: string | URL | (() => string | URL | Promise<string | URL>)
  /**
   * What `authenticate` on the server judges, at most 8 KiB. A function is asked when a token is needed: it is given
   * 10 s, never called twice at a time, and called again when it fails. `undefined`: without a token, as a guest.
   */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>) | undefined
  /** Milliseconds until a request settles, or a stream's longest silence. Default 30 000; more than 24 h is 24 h. */
  readonly timeout?: number | undefined
  /**
   * Makes the content of the `init` message, which the client sends first in every new session: on the first
   * connection and after each `reset`. Listeners of `client.on('init')` get the reply. Returns at once, no promise.
   */
  readonly init?: InitOption<C> | undefined
  /** Default: the platform's own; in Node that of `ws`. */
  readonly WebSocket?: WebSocketConstructor | undefined
  readonly limits?: ClientLimits | undefined
  /** For tests: time, chance and names. Default: the platform's. */
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
  readonly ids?: Ids | undefined
}

/** No contract with an `init` message, no option. */
type InitOption<C> = 'init' extends ClientType<C> ? () => InitContent<SentContent<C, 'init'>> : never

// biome-ignore lint/suspicious/noConfusingVoidType: a function that ends without a return says nothing, and may.
type InitContent<Content> = undefined extends Content ? Content | void : Content

/** How much a client holds. What is over a limit fails by name; nothing is dropped in silence. */
export interface ClientLimits {
  /** Requests waiting for a link. Default 2,000; then `QUEUE_FULL`. */
  readonly queue?: number | undefined
  /** Pushes of a type that nobody listens to yet. Default 256; then an `error` event for each. */
  readonly unheard?: number | undefined
  /** Chunks of a stream waiting for its reader. Default 256; then the handler's `yield` waits. */
  readonly chunks?: number | undefined
  /** Settled messages that `explain` remembers. Default 256; the oldest are forgotten first. */
  readonly explained?: number | undefined
}

// ---- the client ----

/** One side of a conversation. `C` is the contract, `V` says whether what is received has been parsed by it. */
export interface Client<C = Untyped, V extends View = 'wire'> {
  /**
   * Asks, and settles exactly once, at or before its deadline: with the reply or with a {@link BackchatError}. Never
   * throws synchronously. `timeout` must be a positive number of milliseconds: else it rejects, and nothing is sent.
   *
   * @example
   * ```ts
   * const reply = await client.request('text', { text: 'hello' }, { timeout: 20_000 })
   * show(reply.content.text)
   * ```
   */
  request<Type extends TypeSaidBy<C, 'client', 'reply'>>(
    type: Type,
    ...rest: ContentArguments<C, Type, RequestOptions>
  ): PendingRequest<ReplyTo<C, Type, V>>

  /**
   * Asks for a streamed answer, to be read by one reader. `timeout` is its longest silence. After a lost link it goes on
   * at the exact chunk. `break` cancels it; {@link StreamHandle.leave} does not.
   *
   * @example
   * ```ts
   * const story = client.stream('text', { text: 'Tell me a story' })
   * for await (const chunk of story) draw(chunk)
   * const end = await story.reply
   * ```
   */
  stream<Type extends TypeSaidBy<C, 'client', 'chunk'>>(
    type: Type,
    ...rest: ContentArguments<C, Type, RequestOptions>
  ): StreamHandle<ReceivedChunk<C, Type, V>, ReplyTo<C, Type, V>>

  /** Tells, and settles when the server has recorded it; what its handler returns is dropped. Fails as a request does. */
  send<Type extends ClientType<C>>(type: Type, ...rest: ContentArguments<C, Type, RequestOptions>): PendingRequest<void>

  /**
   * Listens to pushes of a type, to `*`, all pushes, or to `init`, whose listeners get the reply. Returns how to stop.
   * Pushes come in order and without repeats; one counts as delivered when its listeners returned or threw. What a
   * listener throws is an `error` event.
   *
   * @example
   * ```ts
   * const off = client.on('system', (message) => show(message.content.notice))
   * ```
   */
  on<Type extends ListenedType<C>>(type: Type, listener: (message: Heard<C, Type, V>) => unknown): () => void

  /**
   * Answers the server's requests of a type. One handler for a type; returns how to remove it.
   *
   * @throws TypeError when the type has a handler already.
   * @example
   * ```ts
   * client.handle('confirm', async (message, { signal }) => ({ ok: await ask(message.content.question, signal) }))
   * ```
   */
  handle<Type extends TypeSaidBy<C, 'server', 'reply'>>(type: Type, handler: ClientHandler<C, Type, V>): () => void

  /** Whether the handler of that type refused a request on purpose; then `error.failure` has the contract's shape. */
  isFailure<Type extends TypeSaidBy<C, 'client', 'failure'>>(
    error: unknown,
    type: Type,
  ): error is FailureError<ReceivedFailure<C, Type, V>>

  /** The connection, as one value. */
  readonly status: Status
  /** Calls back whenever {@link getSnapshot} would return another object. Returns how to stop. Bound, for React's `useSyncExternalStore`. */
  readonly subscribe: (listener: () => void) => () => void
  /** The same object until something changes. Bound. */
  readonly getSnapshot: () => Snapshot
  /** Local events; nothing of them travels. */
  readonly events: ClientEvents
  /** Settles with the first connection; rejects when the token is refused or the client is closed before. Unread, it raises no unhandled rejection. */
  readonly ready: Promise<void>
  /** Fetches a token again and goes on: after `unauthorized`, or to change it on the living session. Rejects with `UNAUTHORIZED` when it is refused. */
  reauthenticate(): Promise<void>
  /** Where a message is or got stuck; `undefined` for an id that is not known, or not any more. */
  explain(id: string): Explanation | undefined
  /** What has not settled, oldest first. */
  pending(): readonly Explanation[]
  /** Ends the session: says goodbye to the server, settles everything with `CLOSED`, and leaves no timer, listener or socket behind. Never rejects. */
  close(): Promise<void>
}

export interface RequestOptions {
  /** Milliseconds; for a stream the longest silence. Default: the client's. */
  readonly timeout?: number | undefined
  /** Gives up: the caller gets `ABORTED` at once, and the handler's signal fires. */
  readonly signal?: AbortSignal | undefined
  /** Travels beside the content. */
  readonly metadata?: JsonObject | undefined
}

// ---- what calls return ----

/** A promise that also knows where its message is. */
export interface PendingRequest<Reply> extends Promise<Reply> {
  /** The id of the message, known at once. */
  readonly id: string
  /** How far it got. */
  readonly stage: Stage
  /** Gives up: it settles with `ABORTED` at once, and the server is told, again on each new link until it knows. Resolves when settled; never rejects. */
  cancel(): Promise<void>
}

/** Chunks for one reader, and the reply after them. When the stream fails, reading throws a {@link BackchatError} after the last exact chunk. */
export interface StreamHandle<Chunk, Reply> extends AsyncIterable<Chunk> {
  readonly id: string
  readonly stage: Stage
  /** The reply, after the last chunk, whether or not chunks are read. Unread, it raises no unhandled rejection. */
  readonly reply: Promise<Reply>
  /** Stops reading; the handler goes on. Reading ends, and `reply` still settles. */
  leave(): void
  /** Gives up: reading and `reply` settle with `ABORTED` at once, and the handler's signal fires. Never rejects. */
  cancel(): Promise<void>
  [Symbol.asyncIterator](): AsyncIterator<Chunk, void>
}

// ---- listening and answering ----

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
  /** Fires when the server does not want the answer any more, or the client closes. */
  readonly signal: AbortSignal
  /** Makes the error that refuses on purpose: `throw failure({ reason: 'not now' })`. */
  failure(content: SentFailure<C, Type>): BackchatError
}

// ---- looking on ----

export type Status =
  | { readonly state: 'idle' | 'connecting' | 'online' | 'closed' }
  /** Dials again at `until`, milliseconds since 1970. */
  | { readonly state: 'waiting'; readonly reason: string; readonly until: number }
  /** The token was refused; `reauthenticate()` goes on. */
  | { readonly state: 'unauthorized'; readonly reason: string }

/** What a user interface draws. */
export interface Snapshot {
  readonly status: Status
  /** What has not settled, oldest first. */
  readonly pending: readonly Explanation[]
}

/** Where a message is, or got stuck. */
export interface Explanation {
  readonly id: string
  readonly type: string
  readonly stage: Stage
  readonly trace: Trace
  readonly outcome: 'pending' | 'ok' | ErrorCode
  /** The same in one line for a person. */
  readonly text: string
}

export interface ClientEventMap {
  status: Status
  /** Pushes that are past the server's retention: these numbers will never come [P-24]. */
  gap: { readonly from: number; readonly to: number }
  /** The session was lost; a new one has begun, and its pushes start anew [P-12]. */
  reset: { readonly reason: string }
  /** A message got further. */
  trace: { readonly id: string; readonly type: string; readonly stage: Stage; readonly atMs: number }
  /** Something that nobody waits for went wrong: a listener threw, `init` failed, a push had no listener. */
  error: CodedError
}

export interface ClientEvents {
  /** Listens to a local event; returns how to stop. What a listener throws stops only itself. */
  on<Name extends keyof ClientEventMap>(name: Name, listener: (event: ClientEventMap[Name]) => unknown): () => void
}

export type { Message }
