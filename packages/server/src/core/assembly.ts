/** The parts of a server, and how they are wired: each knows what it needs of others, and nobody knows them all but this file. */

import { type Clock, type CodedError, type Contract, limits, type Untyped, type WireError } from '@backchat/protocol'
import type {
  ConnectionMiddleware,
  ErrorContext,
  Figures,
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
import { Health, onOwnPort } from '../handlers/health.js'
import { MessageHandlers } from '../handlers/message.js'
import { Inspection } from '../inspector/inspection.js'
import type { Effect } from '../machine/effects.js'
import type { Input, LinkId } from '../machine/inputs.js'
import { ServerMachine } from '../machine/server-machine.js'
import { memoryStore } from '../memory-store.js'
import { Layers } from '../middleware/layers.js'
import { requestLog } from '../middleware/logging.js'
import { RateLimit } from '../middleware/rate-limit.js'
import type { Store } from '../store/store.js'
import { Asks } from './asks.js'
import { ConnectionPool } from './connection-pool.js'
import { Entrance } from './entrance.js'
import type { EventBus } from './event-bus.js'
import { figuresOf } from './figures.js'
import { Lanes } from './lanes.js'
import { Links } from './links.js'
import { MachineDriver, type ShellEffect } from './machine-driver.js'
import { MessageProcessor } from './message-processor.js'
import { performer } from './perform.js'
import { Pushes } from './pushes.js'
import { Readiness } from './readiness.js'
import { Reception } from './reception.js'
import { RefusedOrigins } from './refused-origins.js'
import { safeLog } from './safe-log.js'
import type { Settings } from './settings.js'
import { Stragglers } from './stragglers.js'
import { hashSecret, type ServerIds, systemClock, systemIds } from './system.js'
import { Tally } from './tally.js'
import { Witnesses } from './witnesses.js'

/** Where parts tell what happens. */
interface Reporting {
  readonly log: Logger
  readonly failed: (error: CodedError, context?: ErrorContext) => void
}

export interface Surroundings<User extends Identity, State extends object> extends Reporting {
  readonly bus: EventBus<ManagerEvents<User, State>>
}

export interface Assembly<User extends Identity, State extends object> {
  readonly handlers: MessageHandlers<User, State>
  readonly messageMiddleware: Layers<Middleware<Untyped, User, State>>
  readonly connectionMiddleware: Layers<ConnectionMiddleware<User, State>>
  readonly pool: ConnectionPool<User, State>
  readonly processor: MessageProcessor<User, State>
  readonly rateLimit: RateLimit | undefined
  readonly auth: Authenticator<User>
  readonly pushes: Pushes
  readonly asks: Asks
  readonly links: Links
  readonly entrance: Entrance
  readonly driver: MachineDriver
  readonly store: Store
  readonly readiness: Readiness
  readonly health: Health
  readonly figures: () => Figures
  readonly witnesses: Witnesses
  readonly inspection: Inspection
  /** Settles when the machine is done with all that `closeAsked` wants. */
  readonly readyToClose: Promise<void>
}

/** What most parts need. */
interface Common extends Reporting {
  readonly contract: Contract | undefined
  readonly clock: Clock
  readonly ids: ServerIds
  readonly feed: (input: Input) => void
}

export const assemble = <C, User extends Identity, State extends object>(
  options: ManagerOptions<C, User, State>,
  settings: Settings,
  { bus, log, failed }: Surroundings<User, State>,
): Assembly<User, State> => {
  const { contract, clock = systemClock, ids = systemIds } = options
  const { maxSessions, maxSessionsPerUser } = settings
  const store = options.store ?? memoryStore({ maxSessions, maxSessionsPerUser, now: () => clock.now() })
  const crash = (cause: unknown): void => failed(errorOf(bug, { cause }))
  const machine = machineOf(settings, ids, options.authenticate !== undefined, crash)
  const tally = new Tally(machine.counts)
  const feed = (input: Input): void => {
    tally.heard(input)
    witnesses.heard(input)
    driver.feed(input)
  }
  const common: Common = { contract, clock, ids, log, failed, feed }

  const pool = new ConnectionPool<User, State>()
  const witnesses: Witnesses = new Witnesses({
    ...settings,
    clock,
    machine,
    processor: () => processor,
    connectionOf: (link) => pool.namesOf(link),
  })
  const links = new Links({ ...common, ...settings })
  const { auth, reception, connectionMiddleware } = hallOf(options, common, bus, pool, links, () => driver.apply([]))
  const { handlers, processor, rateLimit, stragglers, messageMiddleware } = workshopOf(
    settings,
    common,
    bus,
    pool,
    reception,
    tally,
    witnesses,
  )
  const pushes = new Pushes(common)
  const asks = new Asks(common)
  const closable = promised()
  const driver: MachineDriver = new MachineDriver({
    machine,
    store,
    clock,
    perform: watched(
      tally,
      witnesses,
      performer({
        links,
        auth,
        reception,
        processor,
        pushes,
        asks,
        sessionEnded: ({ session, user }) => {
          // Whoever comes without a name is a user of their own.
          rateLimit?.forget(session, options.authenticate === undefined ? user : undefined)
          stragglers.forget(session)
          bus.emit('sessionEnded', { id: session }, user)
        },
        report: (effect) => failed(errorOf(effect.error), whereabouts(effect, pool)),
        readyToClose: closable.resolve,
      }),
    ),
    turned: () => links.flush(),
    failed: crash,
  })
  const readiness = new Readiness(driver, clock)
  const health = new Health({
    obstacle: () => readiness.obstacle(),
    failed: (path, cause) =>
      failed(
        errorOf({ code: 'HANDLER_FAILED', message: `The page ${path} failed.`, mayHaveExecuted: false }, { cause }),
      ),
  })
  const figures = () => figuresOf({ clock, readiness, pool, links, processor, driver, store, tally })
  const inspection = new Inspection({
    clock,
    figures,
    witnesses,
    links,
    pool,
    failed: (message, cause) => failed(errorOf({ code: 'HANDLER_FAILED', message, mayHaveExecuted: false }, { cause })),
  })
  const refusedOrigins = new RefusedOrigins(log)
  const entrance = new Entrance(options, onOwnPort(health.listener, inspectorOf(options, inspection)), {
    ...settings,
    failed: crash,
    refusedOrigin: (request) => refusedOrigins.tell(request),
    accepted: (...link) => links.open(...link),
  })
  const readyToClose = closable.promise
  return {
    handlers,
    messageMiddleware,
    connectionMiddleware,
    pool,
    processor,
    rateLimit,
    auth,
    pushes,
    asks,
    links,
    entrance,
    driver,
    store,
    readiness,
    health,
    figures,
    witnesses,
    inspection,
    readyToClose,
  }
}

/** Where people come in: who they are, and what their connection is. */
const hallOf = <C, User extends Identity, State extends object>(
  { authenticate, state }: ManagerOptions<C, User, State>,
  common: Common,
  bus: EventBus<ManagerEvents<User, State>>,
  pool: ConnectionPool<User, State>,
  links: Links,
  storeAnswered: () => Promise<unknown>,
) => {
  const connectionMiddleware = new Layers<ConnectionMiddleware<User, State>>()
  const log = safeLog(common.log)
  const request = (link: LinkId) => links.request(link)
  const auth = new Authenticator<User>({ ...common, request, authenticate: authenticate ?? (() => null) })
  const reception = new Reception<User, State>({
    ...common,
    pool,
    get middleware() {
      return connectionMiddleware.all
    },
    state: state ?? freeState,
    request,
    storeAnswered,
    // A new token is judged with the upgrade that brought the link.
    release: (link) => (authenticate === undefined ? links.release(link) : undefined),
    userOf: (upgrade, id) => (authenticate === undefined ? guest<User>(id) : auth.userOf(upgrade)),
    connected: (connection) => {
      const { id, session, user, resumed } = connection
      log.debug({ connection: id, session: session.id, user: user.id, resumed }, 'connected')
      bus.emit('connection', connection)
    },
    disconnected: (connection, reason) => {
      log.debug({ connection: connection.id, session: connection.session.id, reason }, 'disconnected')
      bus.emit('disconnection', connection, reason)
    },
  })
  return { auth, reception, connectionMiddleware }
}

/** Where messages are worked on. */
const workshopOf = <User extends Identity, State extends object>(
  settings: Settings,
  common: Common,
  bus: EventBus<ManagerEvents<User, State>>,
  pool: ConnectionPool<User, State>,
  reception: Reception<User, State>,
  tally: Tally,
  witnesses: Witnesses,
) => {
  const messageMiddleware = new Layers<Middleware<Untyped, User, State>>()
  const handlers = new MessageHandlers<User, State>(common.contract, common.feed)
  const rateLimit = settings.rateLimit && new RateLimit(settings.rateLimit)
  const stragglers = new Stragglers()
  const logged = requestLog(safeLog(common.log), settings.requestLog)
  const processor = new MessageProcessor<User, State>({
    ...common,
    handlers,
    rateLimit,
    lanes: new Lanes(settings.concurrency),
    stragglers,
    get middleware() {
      return messageMiddleware.all
    },
    connectionOf: (link) => pool.ofLink(link),
    admission: (link) => reception.admission(link),
    handled: (report, run) => {
      tally.handled(report)
      witnesses.handled(report, run)
      logged(report)
      bus.emit('handled', report)
    },
  })
  return { handlers, processor, rateLimit, stragglers, messageMiddleware }
}

/** On a port of our own, where it is wanted. */
const inspectorOf = ({ inspector }: Pick<ManagerOptions, 'inspector'>, inspection: Inspection) =>
  inspector && inspection.listener({ ...inspector, path: inspector.path ?? '/inspector' })

const watched =
  (tally: Tally, witnesses: Witnesses, perform: (effect: ShellEffect) => void) =>
  (effect: ShellEffect): void => {
    tally.performed(effect)
    witnesses.performed(effect)
    perform(effect)
  }

const machineOf = (
  settings: Settings,
  ids: ServerIds,
  authenticates: boolean,
  failed: (error: unknown) => void,
): ServerMachine => {
  const { messageBytes } = settings
  const { window, ranges } = limits
  // Each incarnation of a server is an owner of its own.
  return new ServerMachine({
    ...settings,
    owner: ids.id(),
    ids,
    hash: hashSecret,
    authenticates,
    failed,
    limits: { messageBytes, window, ranges },
  })
}

const promised = (): { readonly promise: Promise<void>; readonly resolve: () => void } => {
  let resolve: () => void = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

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
  const connectionId = link === undefined ? undefined : pool.namesOf(link)?.id
  return {
    ...(connectionId !== undefined && { connectionId }),
    ...(session !== undefined && { sessionId: session }),
  }
}
