/** The client, as the application holds it. */

import type {
  BackchatError,
  ClientType,
  ContentArguments,
  FailureError,
  JsonObject,
  ReceivedChunk,
  ReceivedFailure,
  ReplyTo,
  TypeSaidBy,
  Untyped,
  View,
} from '@backchat/protocol'
import type { PendingRequest, StreamHandle } from './calls.js'
import type { ClientHandler, Heard, ListenedType } from './listening.js'
import type { ClientEvents, Explanation, Snapshot, Status } from './status.js'

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
   * Asks for a streamed answer, to be read by one reader. `timeout` is its longest silence, and there is none while the reader has more to read. After a lost link it goes on
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
   * Pushes come in order and without repeats; one counts as delivered when its listeners returned or threw, or when it
   * waits for the first listener of its type. What a listener throws is an `error` event. For `status`, `gap`, `reset`,
   * `trace` and `error` see {@link Client.events}.
   *
   * @throws TypeError when the type is no message type, or the listener no function.
   * @example
   * ```ts
   * const off = client.on('system', (message) => show(message.content.notice))
   * ```
   */
  on<Type extends ListenedType<C>>(type: Type, listener: (message: Heard<C, Type, V>) => unknown): () => void

  /**
   * Answers the server's requests of a type: one handler for a type, called at most once for each. Returns how to remove
   * it. A request waits for no handler: of a type that has none it is answered with `NO_HANDLER` at once, so add handlers
   * in the turn that makes the client. The answer is kept until the server has it, across links. What a handler throws is
   * `HANDLER_FAILED` there and an `error` event here; `throw context.failure(…)` refuses on purpose.
   *
   * @throws TypeError when the type has a handler already or is no message type, or the handler is no function.
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
  /**
   * Fetches a token again and goes on: after `unauthorized`, or on the living link, which stays as it is with all that runs.
   * Settles when the server has taken the token; rejects with `UNAUTHORIZED` when it is refused. Unread, it raises no unhandled rejection.
   */
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
