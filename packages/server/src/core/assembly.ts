/** The parts of a server, and how they are wired: each knows what it needs of others, and nobody knows them all but this file. */

import { type CodedError, type Contract, type Ids, limits, type Untyped, type WireError } from '@backchat/protocol'
import type {
  ConnectionMiddleware,
  ErrorContext,
  FreeState,
  Guest,
  Identity,
  Logger,
  ManagerEvents,
  ManagerOptions,
  Middleware,
} from '../api.js'
import { Authenticator } from '../handlers/auth.js'
import { errorOf } from '../handlers/error.js'
import { MessageHandlers } from '../handlers/message.js'
import type { Effect } from '../machine/effects.js'
import type { Input } from '../machine/inputs.js'
import { ServerMachine } from '../machine/server-machine.js'
import { memoryStore } from '../store/memory.js'
import type { Store } from '../store/store.js'
import { ConnectionPool } from './connection-pool.js'
import { Entrance } from './entrance.js'
import type { EventBus } from './event-bus.js'
import { Links } from './links.js'
import { MachineDriver } from './machine-driver.js'
import { MessageProcessor } from './message-processor.js'
import { performer } from './perform.js'
import { Pushes } from './pushes.js'
import { Reception } from './reception.js'
import { type Settings, settingsOf } from './settings.js'
import { hashSecret, newId, systemClock } from './system.js'

/** What the parts tell the manager. */
export interface Surroundings<User extends Identity, State extends object> {
  readonly bus: EventBus<ManagerEvents<User, State>>
  readonly log: Logger
  readonly failed: (error: CodedError, context?: ErrorContext) => void
}

export interface Assembly<User extends Identity, State extends object> {
  readonly handlers: MessageHandlers<User, State>
  readonly messageMiddleware: Middleware<Untyped, User, State>[]
  readonly connectionMiddleware: ConnectionMiddleware<User, State>[]
  readonly pool: ConnectionPool<User, State>
  readonly processor: MessageProcessor<User, State>
  readonly pushes: Pushes
  readonly links: Links
  readonly entrance: Entrance
  readonly driver: MachineDriver
  readonly store: Store
  /** Settles when the machine is done with all that `closeAsked` wants. */
  readonly readyToClose: Promise<void>
}

export const assemble = <C, User extends Identity, State extends object>(
  options: ManagerOptions<C, User, State>,
  { bus, log, failed }: Surroundings<User, State>,
): Assembly<User, State> => {
  const settings = settingsOf(options)
  const { clock = systemClock, ids = { id: newId } } = options
  const contract: Contract | undefined = options.contract
  const feed = (input: Input): void => driver.feed(input)
  const common = { contract, feed, clock, ids, log, failed }

  const pool = new ConnectionPool<User, State>()
  const links = new Links({ feed, clock, messageBytes: settings.messageBytes })
  const request = (link: number) => links.request(link)
  const handlers = new MessageHandlers<User, State>(contract, feed)
  const pushes = new Pushes(common)
  const authenticate = options.authenticate ?? (() => null)
  const auth = new Authenticator<User>({ ...common, after: clock.after, authenticate, request })
  const connectionMiddleware: ConnectionMiddleware<User, State>[] = []
  const reception = new Reception<User, State>({
    ...common,
    pool,
    middleware: connectionMiddleware,
    state: options.state ?? freeState,
    request,
    release: (link) => links.release(link),
    userOf: (upgrade, id) => (options.authenticate === undefined ? guest<User>(id) : auth.userOf(upgrade)),
    connected: (connection) => bus.emit('connection', connection),
    disconnected: (connection, reason) => bus.emit('disconnection', connection, reason),
  })
  const messageMiddleware: Middleware<Untyped, User, State>[] = []
  const processor = new MessageProcessor<User, State>({
    ...common,
    handlers,
    middleware: messageMiddleware,
    connectionOf: (link) => pool.ofLink(link),
    admission: (link) => reception.admission(link),
    handled: (report) => bus.emit('handled', report),
  })

  let closable: () => void = () => {}
  const readyToClose = new Promise<void>((resolve) => {
    closable = resolve
  })
  const store = options.store ?? memoryStore(settings)
  const driver = new MachineDriver({
    machine: machineOf(settings, ids.id(), ids, options.authenticate !== undefined),
    store,
    clock,
    perform: performer({
      links,
      auth,
      reception,
      processor,
      pushes,
      sessionEnded: ({ session, user }) => bus.emit('sessionEnded', { id: session }, user),
      report: (effect) => failed(errorOf(effect.error), whereabouts(effect, pool)),
      readyToClose: () => closable(),
    }),
    turned: () => links.flush(),
    failed: (cause) => failed(errorOf(bug, { cause })),
  })
  const entrance = new Entrance(options, {
    ...settings,
    accepted: (socket, stream, upgrade) => links.open(socket, stream, upgrade),
  })
  return {
    handlers,
    messageMiddleware,
    connectionMiddleware,
    pool,
    processor,
    pushes,
    links,
    entrance,
    driver,
    store,
    readyToClose,
  }
}

const machineOf = (settings: Settings, owner: string, ids: Pick<Ids, 'id'>, authenticates: boolean): ServerMachine =>
  new ServerMachine({
    owner,
    ids,
    hash: hashSecret,
    authenticates,
    maxConnections: settings.maxConnections,
    heartbeatMs: settings.heartbeatMs,
    handlerTimeoutMs: settings.handlerTimeoutMs,
    sessionTtlMs: settings.sessionTtlMs,
    limits: { messageBytes: settings.messageBytes, window: limits.window, ranges: limits.ranges },
  })

/** Without `authenticate` the type of users is `Guest`, which the compiler cannot conclude from a missing function. */
const guest = <User extends Identity>(id: string): User => ({ id, role: 'guest' }) satisfies Guest as Identity as User

/** Without `state` the type of states is `FreeState`. */
const freeState = <State extends object>(): State => ({}) satisfies FreeState as object as State

const bug: WireError = {
  code: 'HANDLER_FAILED',
  message: 'A part of the server failed; what it was about is lost, all else goes on.',
  mayHaveExecuted: true,
}

/** What of a report's whereabouts an application can use. */
const whereabouts = <User extends Identity, State extends object>(
  { link, session }: Extract<Effect, { kind: 'report' }>,
  pool: ConnectionPool<User, State>,
): ErrorContext => {
  const connectionId = link === undefined ? undefined : pool.ofLink(link)?.id
  return {
    ...(connectionId !== undefined && { connectionId }),
    ...(session !== undefined && { sessionId: session }),
  }
}
