/** The server: what an application holds of it, brought to life and to its end. */

import {
  type ClientType,
  type Clock,
  type CodedError,
  type ContentArguments,
  closeCodes,
  type ReplyTo,
  type TypeSaidBy,
  type Untyped,
} from '@backchat/protocol'
import type {
  CloseOptions,
  ConnectionFilter,
  ConnectionMiddleware,
  ConnectionSnapshot,
  ErrorContext,
  Explanation,
  FlightFilter,
  FlightRecord,
  FreeState,
  Guest,
  Handler,
  HandlerOptions,
  HealthListener,
  Identity,
  InspectorListener,
  InspectorOptions,
  Logger,
  LogoutResult,
  Manager,
  ManagerEvents,
  ManagerOptions,
  Middleware,
  OutgoingMessage,
  RoomOptions,
  RoomResult,
  SendResult,
  ServerRequestOptions,
} from '../api.js'
import { errorOf } from '../handlers/error.js'
import type { AnyHandler } from '../handlers/message.js'
import { createLogger } from '../log.js'
import { type Assembly, assemble } from './assembly.js'
import { EventBus } from './event-bus.js'
import { checkFilter, checkText } from './filter.js'
import { whyNotListening } from './own-server.js'
import { Patience } from './patience.js'
import { pluginHost } from './plugin-host.js'
import { Plugins } from './plugins.js'
import { changeRoom } from './rooms.js'
import { type SafeLog, safeLog } from './safe-log.js'
import { serverSettings } from './server-settings.js'
import { settingsOf } from './settings.js'
import { stayAlive, systemClock } from './system.js'

const eventNames = ['connection', 'disconnection', 'sessionEnded', 'handled', 'alert', 'error']

/** Closing never rejects: a drain that makes no sense is none. */
const drainOf = (drain: unknown): number =>
  typeof drain === 'number' && drain > 0 ? Math.min(drain, serverSettings.drain.most) : 0
/** A store is given this long to close. */
export const storeCloseMs = 5_000

/** See {@link Manager}, which says what each method does. */
export class WebSocketManager<const C = Untyped, User extends Identity = Guest, State extends object = FreeState>
  implements Manager<C, User, State>
{
  readonly ready: Promise<void>
  readonly healthListener: HealthListener
  readonly #log: Logger
  readonly #safeLog: SafeLog
  readonly #bus = new EventBus<ManagerEvents<User, State>>((cause, event) => this.#listenerFailed(cause, event))
  readonly #parts: Assembly<User, State>
  readonly #plugins: Plugins
  readonly #storeCloses: Patience
  /** What plugins have left to be undone. */
  readonly #undo: (() => void)[] = []
  #closing: Promise<void> | undefined

  /** @throws TypeError that names the option that makes no sense. */
  constructor(options: ManagerOptions<C, User, State>) {
    const settings = settingsOf(options)
    this.#log = options.logger ?? createLogger()
    this.#safeLog = safeLog(this.#log)
    const failed = (error: CodedError, context: ErrorContext = {}) => this.#failed(error, context)
    const clock = options.clock ?? systemClock
    this.#plugins = new Plugins(options.plugins ?? [], failed, clock)
    this.#storeCloses = new Patience(clock, storeCloseMs)
    this.#parts = assemble(options, settings, { bus: this.#bus, log: this.#log, failed })
    this.healthListener = this.#parts.health.listener
    // Who made the manager first gets to listen for what may go wrong.
    this.ready = Promise.resolve().then(() => this.#start(clock))
    this.ready.catch((cause) => this.#notReady(cause))
  }

  registerHandler<Type extends ClientType<C>>(
    type: Type,
    handler: Handler<C, User, State, Type>,
    options?: HandlerOptions,
  ): void {
    // What the types promise the handler is kept at run time, by the contract.
    this.#parts.handlers.register(type, handler as AnyHandler<User, State>, options)
  }

  use(middleware: Middleware<C, User, State>): void
  use(place: 'connection', middleware: ConnectionMiddleware<User, State>): void
  use(first: Middleware<C, User, State> | 'connection', second?: ConnectionMiddleware<User, State>): void {
    this.#use('add', first, second)
  }

  #use(
    how: 'add' | 'addOutside',
    first: Middleware<C, User, State> | 'connection',
    second?: ConnectionMiddleware<User, State>,
  ): void {
    if (typeof first === 'function')
      this.#parts.messageMiddleware[how](first as unknown as Middleware<Untyped, User, State>)
    else if (first === 'connection' && typeof second === 'function') this.#parts.connectionMiddleware[how](second)
    else
      throw new TypeError(
        "Middleware is a function: use(fn) around handlers, use('connection', fn) around connections.",
      )
  }

  on<Name extends keyof ManagerEvents>(
    name: Name,
    listener: (...event: ManagerEvents<User, State>[Name]) => unknown,
  ): () => void {
    if (!eventNames.includes(name))
      throw new TypeError(`There is no event '${name}'; there are ${eventNames.join(', ')}.`)
    if (typeof listener !== 'function') throw new TypeError(`The listener of '${name}' is not a function.`)
    return this.#bus.on(name, listener)
  }

  sendMessage(connectionId: string, message: OutgoingMessage<C>): Promise<SendResult> {
    const session = this.#parts.pool.sessionOf(connectionId)
    return this.#parts.pushes.send(session === undefined ? undefined : { to: 'session', session }, message)
  }

  sendToSession(session: string, message: OutgoingMessage<C>): Promise<SendResult> {
    return this.#parts.pushes.send({ to: 'session', session }, message)
  }

  sendToUser(user: string, message: OutgoingMessage<C>): Promise<SendResult> {
    return this.#parts.pushes.send({ to: 'user', user }, message)
  }

  broadcast(message: OutgoingMessage<C>): Promise<SendResult> {
    return this.#parts.pushes.send({ to: 'all' }, message)
  }

  sendToRoom(room: string, message: OutgoingMessage<C>, options?: RoomOptions): Promise<SendResult> {
    const except = options?.except ?? []
    return this.#parts.pushes.send(
      { to: 'room', room, except: typeof except === 'string' ? [except] : except },
      message,
    )
  }

  join(session: string, room: string): Promise<RoomResult> {
    return changeRoom(this.#parts.driver, { op: 'join', session, room })
  }

  leave(session: string, room: string): Promise<RoomResult> {
    return changeRoom(this.#parts.driver, { op: 'leave', session, room })
  }

  connections(filter?: ConnectionFilter): readonly ConnectionSnapshot<User>[] {
    checkFilter('connections()', filter, ['id', 'session', 'user'])
    return this.#parts.pool.snapshots(filter)
  }

  explain(id: string): Explanation | undefined {
    checkText('id of explain()', id)
    return this.#parts.witnesses.explain(id)
  }

  flightRecords(filter?: FlightFilter): readonly FlightRecord[] {
    checkFilter('flightRecords()', filter, ['session', 'request'])
    return this.#parts.witnesses.records(filter)
  }

  inspector(options: InspectorOptions): InspectorListener {
    return this.#parts.inspection.listener(options)
  }

  logout(user: string): Promise<LogoutResult> {
    return this.#parts.pushes.logout(user)
  }

  request<Type extends TypeSaidBy<C, 'server', 'reply'>>(
    session: string,
    type: Type,
    ...[content, options]: ContentArguments<C, Type, ServerRequestOptions>
  ): Promise<ReplyTo<C, Type, 'parsed'>> {
    // What the types promise the caller is kept at run time, by the contract.
    return this.#parts.asks.ask(session, type, content, options) as Promise<ReplyTo<C, Type, 'parsed'>>
  }

  close(options?: CloseOptions): Promise<void> {
    // It never rejects, so null is as good as nothing.
    const { drain = serverSettings.drain.otherwise } = options ?? {}
    this.#closing ??= this.#close(drainOf(drain)).finally(stayAlive())
    return this.#closing
  }

  async #start(clock: Clock): Promise<void> {
    // Plugins serve managers of any contract.
    const around = { on: this.on.bind(this), use: this.#use.bind(this, 'addOutside') }
    const manager = around as unknown as Pick<Manager<Untyped, Identity>, 'on' | 'use'>
    const { figures, health, asks, entrance, readiness } = this.#parts
    const host = pluginHost({
      manager,
      log: this.#log,
      clock,
      figures,
      health,
      asks,
      alert: (alert) => this.#bus.emit('alert', alert),
      failed: (error) => this.#failed(error),
      atClose: (undo) => this.#undo.push(undo),
      isClosed: () => readiness.phase === 'closed',
    })
    await this.#plugins.install(host)
    const where = await entrance.open()
    if (where !== undefined) this.#safeLog.info({ address: where.address, port: where.port }, 'listening')
    if (readiness.phase === 'starting') readiness.phase = 'serving'
  }

  /** From the outside in: nobody new, then no work, then no links, then nothing. */
  async #close(drainMs: number): Promise<void> {
    const { entrance, readiness, driver, readyToClose, links, auth, pushes, asks, rateLimit, inspection, store } =
      this.#parts
    readiness.phase = 'draining'
    entrance.shut()
    driver.feed({ kind: 'closeAsked', drainMs })
    await readyToClose
    readiness.close()
    driver.stop()
    const portFreed = entrance.close()
    auth.close()
    pushes.close()
    asks.close()
    rateLimit?.close()
    inspection.close()
    await links.close(closeCodes.goingAway, 'The server goes away.')
    await portFreed
    for (const undo of this.#undo) undo()
    await this.#plugins.close()
    try {
      await this.#storeCloses.wait(() => store.close())
    } catch (cause) {
      this.#failed(
        errorOf({ code: 'HANDLER_FAILED', message: 'The store failed to close.', mayHaveExecuted: true }, { cause }),
      )
    }
    driver.end()
  }

  /** Who does not look at `ready` is told too: a process that has nothing to do ends without a word. */
  #notReady(cause: unknown): void {
    this.#failed(
      errorOf({ code: 'HANDLER_FAILED', message: whyNotListening(cause), mayHaveExecuted: false }, { cause }),
    )
  }

  #listenerFailed(cause: unknown, event: keyof ManagerEvents): void {
    const wire = { code: 'HANDLER_FAILED', message: `A listener of '${event}' failed.`, mayHaveExecuted: true } as const
    const error = errorOf(wire, { cause })
    // A listener of errors that fails is not told of its own failure.
    if (event === 'error') this.#safeLog.error({ err: error }, error.message)
    else this.#failed(error)
  }

  #failed(error: CodedError, context: ErrorContext = {}): void {
    this.#safeLog.error({ err: error, ...context }, error.message)
    this.#bus.emit('error', error, context)
  }
}
