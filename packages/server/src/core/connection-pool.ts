/** The connections of this node, by id, link, session and user; those that ended are remembered for a while. */

import type { Connection, ConnectionFilter, ConnectionSnapshot, Identity } from '../api.js'
import { Groups } from '../groups.js'
import type { LinkId } from '../machine/inputs.js'

interface Entry<User extends Identity, State extends object> {
  readonly link: LinkId
  /** Undefined when it has been released. */
  connection: Renewable<Connection<User, State>> | undefined
  /** The connection, until it is released. */
  names: Names
}

/** What is remembered of a connection for whoever has its id or its link. */
export type Names = Pick<Connection, 'id' | 'session' | 'user'>

/** As the application has it, but for its user, who may get another token. */
type Renewable<C extends Connection> = Omit<C, 'user'> & { user: C['user'] }

/** So many ended connections are remembered; then the one that ended first is forgotten. */
const mostEnded = 10_000

export class ConnectionPool<User extends Identity, State extends object> {
  readonly #mostEnded: number
  /** Live and remembered ones. */
  readonly #byLink = new Map<LinkId, Entry<User, State>>()
  readonly #byId = new Map<string, Entry<User, State>>()
  /** Live ones. */
  readonly #bySession = new Map<string, Entry<User, State>>()
  readonly #byUser = new Groups<LinkId, Entry<User, State>>(({ link }) => link)
  /** In the order in which they ended. */
  readonly #ended = new Set<Entry<User, State>>()

  constructor(remembered = mostEnded) {
    this.#mostEnded = remembered
  }

  /** How many are live. */
  get size(): number {
    return this.#byId.size - this.#ended.size
  }

  add(link: LinkId, connection: Connection<User, State>): void {
    const entry = { link, connection, names: connection }
    this.#byLink.set(link, entry)
    this.#byId.set(connection.id, entry)
    this.#bySession.set(connection.session.id, entry)
    this.#byUser.add(connection.user.id, entry)
  }

  /** The same user, of whom more is known now. */
  renew(link: LinkId, user: User): void {
    const entry = this.#byLink.get(link)
    if (entry?.connection !== undefined) entry.connection.user = user
  }

  /** The connection of a link, also after it ended, until it is released. */
  ofLink(link: LinkId): Connection<User, State> | undefined {
    return this.#byLink.get(link)?.connection
  }

  /** Which connection the link is or was. */
  namesOf(link: LinkId): Names | undefined {
    return this.#byLink.get(link)?.names
  }

  /** The live connection of that id. */
  ofId(id: string): Connection<User, State> | undefined {
    const entry = this.#byId.get(id)
    return entry === undefined || this.#ended.has(entry) ? undefined : entry.connection
  }

  /** What is live now, all or what the filter wants, as facts that do not change. */
  snapshots({ id, session, user }: ConnectionFilter = {}): readonly ConnectionSnapshot<User>[] {
    return this.#candidates(id, session, user)
      .filter((each) => (session ?? each.session.id) === each.session.id && (user ?? each.user.id) === each.user.id)
      .map(snapshotOf)
  }

  /** Each live connection with its link. */
  *live(): Iterable<{ readonly link: LinkId; readonly connection: Connection<User, State> }> {
    for (const { link, connection } of this.#byLink.values())
      if (connection !== undefined && this.isLive(link)) yield { link, connection }
  }

  #candidates(id?: string, session?: string, user?: string): readonly Connection<User, State>[] {
    if (id !== undefined) return present(this.ofId(id))
    if (session !== undefined) return present(this.ofSession(session))
    if (user !== undefined) return this.ofUser(user)
    return [...this.live()].map(({ connection }) => connection)
  }

  /** The live connection of a session. */
  ofSession(session: string): Connection<User, State> | undefined {
    return this.#bySession.get(session)?.connection
  }

  /** The live connections of a user. */
  ofUser(user: string): readonly Connection<User, State>[] {
    return this.#byUser.of(user).flatMap(({ connection }) => present(connection))
  }

  /** The session that a connection belongs to or belonged to: sessions outlive their links. */
  sessionOf(connectionId: string): string | undefined {
    return this.#byId.get(connectionId)?.names.session.id
  }

  /** Whether the link is here and has not ended. */
  isLive(link: LinkId): boolean {
    const entry = this.#byLink.get(link)
    return entry !== undefined && !this.#ended.has(entry)
  }

  /** The link ended. */
  end(link: LinkId): Connection<User, State> | undefined {
    const entry = this.#byLink.get(link)
    if (entry === undefined || this.#ended.has(entry)) return undefined
    const { session, user } = entry.names
    // A newer link of the same session may be here already.
    if (this.#bySession.get(session.id) === entry) this.#bySession.delete(session.id)
    this.#byUser.delete(user.id, link)
    this.#remember(entry)
    return entry.connection
  }

  /** No handler begins for a link that has ended: what its connection holds, state and headers, may be much. */
  release(link: LinkId): void {
    const entry = this.#byLink.get(link)
    if (entry === undefined || !this.#ended.has(entry)) return
    const { id, session, user } = entry.names
    entry.connection = undefined
    entry.names = { id, session, user: { id: user.id } }
  }

  #remember(entry: Entry<User, State>): void {
    this.#ended.add(entry)
    if (this.#ended.size <= this.#mostEnded) return
    for (const oldest of this.#ended) return this.#forget(oldest)
  }

  #forget(entry: Entry<User, State>): void {
    this.#ended.delete(entry)
    this.#byLink.delete(entry.link)
    this.#byId.delete(entry.names.id)
  }
}

const present = <Found>(found: Found | undefined): readonly Found[] => (found === undefined ? [] : [found])

/** Without the headers, which hold cookies. */
const snapshotOf = <User extends Identity, State extends object>({
  id,
  session,
  user,
  resumed,
  remoteAddress,
  connectedAt,
}: Connection<User, State>): ConnectionSnapshot<User> => ({ id, session, user, resumed, remoteAddress, connectedAt })
