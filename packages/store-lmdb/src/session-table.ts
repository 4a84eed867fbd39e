/** The sessions of the data file, found as the decisions want to find them. */

import type { Link, Owner, SessionRecord, SessionTable } from '@backchat/server/store'
import type { Database } from './database.js'
import type { Records } from './records.js'
import { keyName, namesUnder, rowsUnder } from './rows.js'
import type { KeyPart } from './table.js'

export class SessionsInLmdb implements SessionTable {
  readonly #database: Database
  readonly #records: Records

  constructor(database: Database, records: Records) {
    this.#database = database
    this.#records = records
  }

  get size(): number {
    return Number(this.#database.about.get('sessions') ?? 0)
  }

  *all(): Iterable<SessionRecord> {
    for (const session of this.#records.names()) {
      const record = this.get(session)
      if (record !== undefined) yield record
      this.#records.spillIfFull()
    }
  }

  get(session: string): SessionRecord | undefined {
    return this.#records.get(session)
  }

  find(user: string, client: string): SessionRecord | undefined {
    const session = this.#database.clients.get(keyOf(user, client))
    return session === undefined ? undefined : this.get(session)
  }

  of(user: string): readonly SessionRecord[] {
    return rowsUnder(this.#database.clients, keyName(user)).flatMap(({ value }) => this.get(value) ?? [])
  }

  countOf(user: string): number {
    return namesUnder(this.#database.clients, 1, keyName(user)).length
  }

  add(record: SessionRecord): SessionRecord {
    this.#database.clients.putSync(keyOf(record.user, record.client), record.session)
    this.#database.about.putSync('sessions', this.size + 1)
    return this.#records.add(record)
  }

  remove(record: SessionRecord): void {
    this.#unlink(record.session, record.link)
    this.#database.clients.removeSync(keyOf(record.user, record.client))
    this.#database.about.putSync('sessions', this.size - 1)
    this.#records.remove(record)
  }

  hold(record: SessionRecord, owner: Owner): void {
    this.#link(record.session, { state: 'held', owner })
  }

  release(record: SessionRecord, since: number): void {
    this.#release(record.session, since)
  }

  releaseAllOf(owner: Owner, since: number): void {
    for (const session of namesUnder(this.#database.held, 1, keyName(owner))) this.#release(session, since)
  }

  longestWithout(): SessionRecord | undefined {
    const [longest] = this.withoutSince(Number.POSITIVE_INFINITY, 1)
    return longest
  }

  longestWithoutOf(user: string): SessionRecord | undefined {
    const [longest] = this.of(user)
      .filter(({ link }) => link.state === 'none')
      .sort((a, b) => sinceOf(a) - sinceOf(b) || orderOf(a) - orderOf(b))
    return longest
  }

  withoutSince(time: number, most: number): readonly SessionRecord[] {
    const sessions = []
    for (const key of this.#database.released.getKeys({ limit: most })) {
      const [since, , session] = key
      if (Number(since) > time) break
      sessions.push(String(session))
    }
    return sessions.flatMap((session) => this.get(session) ?? [])
  }

  #release(session: string, since: number): void {
    const order = Number(this.#database.about.get('releases') ?? 0) + 1
    this.#database.about.putSync('releases', order)
    this.#link(session, { state: 'none', since, order })
  }

  #link(session: string, link: Link): void {
    const before = this.#records.relink(session, link)
    if (before === undefined) return
    this.#unlink(session, before)
    if (link.state === 'held') this.#database.held.putSync([keyName(link.owner), session], true)
    else this.#database.released.putSync([link.since, link.order, session], true)
  }

  #unlink(session: string, link: Link): void {
    if (link.state === 'held') this.#database.held.removeSync([keyName(link.owner), session])
    else this.#database.released.removeSync([link.since, link.order, session])
  }
}

const keyOf = (user: string, client: string): KeyPart[] => [keyName(user), keyName(client)]

const sinceOf = ({ link }: SessionRecord): number => (link.state === 'none' ? link.since : Number.POSITIVE_INFINITY)

const orderOf = ({ link }: SessionRecord): number => (link.state === 'none' ? link.order : Number.POSITIVE_INFINITY)
