/** Receives whom the machine has greeted: what is known of the connection, its state, its middleware, its events. */

import type { IncomingMessage } from 'node:http'
import type { Clock, CodedError, Ids } from '@backchat/protocol'
import type { Connection, ConnectionFacts, ConnectionMiddleware, ErrorContext, Identity } from '../api.js'
import { errorOf } from '../handlers/error.js'
import type { Effect } from '../machine/effects.js'
import type { Input, LinkId } from '../machine/inputs.js'
import { onion } from '../middleware/onion.js'
import type { ConnectionPool } from './connection-pool.js'
import { atOnce } from './isolated.js'

export interface ReceptionOptions<User extends Identity, State extends object> {
  readonly pool: ConnectionPool<User, State>
  readonly middleware: readonly ConnectionMiddleware<User, State>[]
  readonly state: (connection: ConnectionFacts<User>) => State
  readonly request: (link: LinkId) => IncomingMessage | undefined
  readonly release: (link: LinkId) => void
  /** The user that the upgrade was found to be of; `id` is what the machine knows of it. */
  readonly userOf: (request: IncomingMessage, id: string) => User | undefined
  readonly feed: (input: Input) => void
  /** Settles when the store has answered all that it has been asked. */
  readonly storeAnswered: () => Promise<unknown>
  readonly clock: Clock
  readonly ids: Pick<Ids, 'id'>
  readonly connected: (connection: Connection<User, State>) => void
  readonly disconnected: (connection: Connection<User, State>, reason: string) => void
  readonly failed: (error: CodedError, context: ErrorContext) => void
}

export class Reception<User extends Identity, State extends object> {
  readonly #options: ReceptionOptions<User, State>
  /** Links whose middleware still runs, or did not let them in. */
  readonly #admissions = new Map<LinkId, Promise<boolean>>()
  /** Links whose `connection` event has not been: these have no `disconnection`. */
  readonly #unannounced = new Set<LinkId>()

  constructor(options: ReceptionOptions<User, State>) {
    this.#options = options
  }

  /** Undefined when the link is in. */
  admission(link: LinkId): Promise<boolean> | undefined {
    return this.#admissions.get(link)
  }

  /** Carries out the effect `attached`. */
  attached(effect: Extract<Effect, { kind: 'attached' }>): void {
    const { link, user: id } = effect
    const request = this.#options.request(link)
    const user = request && this.#options.userOf(request, id)
    // The socket has closed in the same turn: the machine will hear of it.
    if (request === undefined || user === undefined) return
    this.#options.release(link)
    const connection = this.#describe(effect, user, request)
    if (connection === undefined) return
    this.#options.pool.add(link, connection)
    if (this.#options.middleware.length === 0) return this.#options.connected(connection)
    this.#unannounced.add(link)
    this.#admissions.set(link, this.#admit(link, connection))
  }

  /** Carries out the effect `authorized`: what is known of the user may have changed, its id has not. */
  authorized(link: LinkId): void {
    const { pool, request, userOf } = this.#options
    const connection = pool.ofLink(link)
    const upgrade = request(link)
    if (connection === undefined || upgrade === undefined) return
    const user = userOf(upgrade, connection.user.id)
    if (user !== undefined) pool.renew(link, user)
  }

  /** Carries out the effect `detached`. */
  detached({ link, reason }: Extract<Effect, { kind: 'detached' }>): void {
    const connection = this.#options.pool.end(link)
    this.#admissions.delete(link)
    if (!this.#unannounced.delete(link) && connection !== undefined) this.#options.disconnected(connection, reason)
    this.#releaseLater(link)
  }

  /** A request of the link may be with the store; its handler begins when the machine has heard the answer. */
  #releaseLater(link: LinkId): void {
    const release = () => void setImmediate(() => this.#options.pool.release(link))
    this.#options.storeAnswered().then(release, release)
  }

  #describe(
    { link, session, resumed }: Extract<Effect, { kind: 'attached' }>,
    user: User,
    request: IncomingMessage,
  ): Connection<User, State> | undefined {
    const { clock, ids, state } = this.#options
    const facts = {
      id: ids.id(),
      session: { id: session },
      user,
      resumed,
      remoteAddress: request.socket.remoteAddress,
      headers: request.headers,
      connectedAt: new Date(clock.wall()).toISOString(),
    }
    try {
      const made = atOnce(state(facts), 'state makes what context.state is')
      return connectionOf(facts, made, (reason = closedByApplication) => this.#close(link, reason))
    } catch (cause) {
      this.#refuse(link, facts, 'The option state failed; the connection was closed.', cause)
      return undefined
    }
  }

  async #admit(link: LinkId, connection: Connection<User, State>): Promise<boolean> {
    let admitted = false
    try {
      await onion(this.#options.middleware, connection, async () => {
        admitted = true
        this.#announce(link, connection)
      })
      if (!admitted) this.#drop(link, 'not let in')
    } catch (cause) {
      admitted = false
      this.#refuse(link, connection, 'Connection middleware failed; the connection was closed.', cause)
    }
    if (admitted) this.#admissions.delete(link)
    return admitted
  }

  /** Middleware takes its time, and the link may have ended meanwhile: then nobody hears of it. */
  #announce(link: LinkId, connection: Connection<User, State>): void {
    if (!this.#options.pool.isLive(link)) return
    this.#unannounced.delete(link)
    this.#options.connected(connection)
  }

  #refuse(link: LinkId, { id, session }: ConnectionFacts<User>, message: string, cause: unknown): void {
    this.#drop(link, 'not let in')
    const error = errorOf({ code: 'HANDLER_FAILED', message, mayHaveExecuted: false }, { cause })
    this.#options.failed(error, { connectionId: id, sessionId: session.id })
  }

  /** A reason that is no text would fail where it is sent, and the link would stay. */
  #close(link: LinkId, reason: unknown): void {
    if (typeof reason !== 'string') throw new TypeError('The reason for closing a connection is a text.')
    this.#drop(link, reason)
  }

  #drop(link: LinkId, reason: string): void {
    this.#options.feed({ kind: 'dropAsked', link, reason })
  }
}

/** By name: V8 would make a hidden class for each that was made by a spread. */
const connectionOf = <User extends Identity, State extends object>(
  { id, session, user, resumed, remoteAddress, headers, connectedAt }: ConnectionFacts<User>,
  state: State,
  close: (reason?: string) => void,
): Connection<User, State> => ({ id, session, user, resumed, remoteAddress, headers, connectedAt, state, close })

const closedByApplication = 'closed by the application'
