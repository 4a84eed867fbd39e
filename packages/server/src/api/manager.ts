/** The server, as the application holds it. */

import type { BackchatError, ClientType, ContentArguments, ReplyTo, TypeSaidBy, Untyped } from '@backchat/protocol'
import type { ManagerEvents } from './events.js'
import type { Explanation } from './explanation.js'
import type { FlightFilter, FlightRecord } from './flight-record.js'
import type { Handler, HandlerOptions } from './handlers.js'
import type { HealthListener } from './health.js'
import type { InspectorListener, InspectorOptions } from './inspector.js'
import type { ConnectionMiddleware, Middleware } from './middleware.js'
import type { ConnectionFilter, ConnectionSnapshot, FreeState, Guest, Identity } from './people.js'
import type {
  CloseOptions,
  LogoutResult,
  OutgoingMessage,
  RoomOptions,
  RoomResult,
  SendResult,
  ServerRequestOptions,
} from './sending.js'

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
  /**
   * Store and plugins are ready, a port of our own is listening; never waits for a server of yours. Rejects when the port cannot be had, with
   * what Node says (`EADDRINUSE`); the log and an `error` event say it too. Unread, it raises no unhandled rejection, and a process that has
   * nothing else to do ends with exit code 0: await it.
   */
  readonly ready: Promise<void>

  /**
   * Answers `GET` and `HEAD` of `/livez` (200 while the process can answer), `/readyz` (200, or 503 with the reason: not ready yet,
   * draining, the store out of reach) and the pages of plugins (`/metrics`). A manager with a `port` of its own answers
   * them there. What is asked else is left to `next`; without it the answer is 404.
   *
   * @example
   * ```ts
   * createServer(manager.healthListener).listen(9090, '127.0.0.1')   // a port for probes alone
   * app.use(manager.healthListener)                                  // Express
   * ```
   */
  readonly healthListener: HealthListener

  /**
   * Sets the handler of a message type, one for each.
   *
   * @throws TypeError when the type has one already, or is not in the contract, or an option makes no sense.
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

  /**
   * The connections of this server that are live now, all or those of a session or user. A copy: it does not change.
   *
   * @throws TypeError when the filter makes no sense.
   */
  connections(filter?: ConnectionFilter): readonly ConnectionSnapshot<User>[]

  /**
   * What this server knows of a request, by the id that its caller has in `pending.id` and `error.requestId`: how far it got, what it waits for,
   * how it ended. `undefined` for one that is not known here, or not any more (`config.explained`). Where several servers share a store, each
   * knows what it was asked and what it ran: ask the one that has the client's link.
   *
   * @throws TypeError when the id is no text.
   * @example
   * ```ts
   * manager.explain(id)?.text
   * // text V1StGXR8 of ann, session Uakgb_J5: its handler was running: silent for 12 s, given up after 60 s (received, started +2 ms)
   * ```
   */
  explain(id: string): Explanation | undefined

  /**
   * The newest headers of frames, oldest first: who said what when, never its content, a token or a secret. Pings are left out, and so are all chunks
   * but the first of a stream. How many are kept says `config.flightRecords`. A copy.
   *
   * @throws TypeError when the filter makes no sense.
   */
  flightRecords(filter?: FlightFilter): readonly FlightRecord[]

  /**
   * A page that shows connections, sessions, requests in flight and why one is stuck, for people who may look. Mount it on a server of
   * yours; on a port of the manager's own it is the option `inspector`.
   *
   * @throws TypeError when there is no function `allow`, or an option makes no sense.
   * @example
   * ```ts
   * createServer(manager.inspector({ allow: isAdmin })).listen(9091, '127.0.0.1')   // a port of its own
   * app.use('/inspector', manager.inspector({ allow: isAdmin }))                     // Express
   * ```
   */
  inspector(options: InspectorOptions): InspectorListener

  /**
   * Ends all sessions of a user, on every server of the store: signals fire, what they had is gone, and their links are closed with
   * `refuse unauthorized` (4401). A client then asks for one fresh token, so take care that its old one is not good any more. Never rejects.
   */
  logout(userId: string): Promise<LogoutResult>

  /**
   * Asks a client, and settles exactly once, by its deadline: with the reply or a {@link BackchatError}. The client's handler starts
   * at most once. A session without a link is asked when it comes back. Unread, it raises no unhandled rejection.
   *
   * @example
   * ```ts
   * const answer = await manager.request(sessionId, 'confirm', { question: 'Delete?' }, { timeout: 60_000 })
   * if (answer.content.ok) await remove()
   * ```
   */
  request<Type extends TypeSaidBy<C, 'server', 'reply'>>(
    sessionId: string,
    type: Type,
    ...rest: ContentArguments<C, Type, ServerRequestOptions>
  ): Promise<ReplyTo<C, Type, 'parsed'>>

  /** Takes nothing new, lets handlers end, then closes every socket, the store and the plugins. Never rejects; a second call waits for the first. */
  close(options?: CloseOptions): Promise<void>
}
