/** All sessions of a store in memory, found by session id, by user and client, or by who holds them; and which have no link. */

import { Groups } from '../../groups.js'
import type { Owner } from '../operations.js'
import type { SessionRecord } from '../session-record.js'
import type { SessionTable } from '../tables.js'

/** Ids come from the network, so they are keys of maps and never of objects. */
export class SessionsInMemory implements SessionTable {
  readonly #bySession = new Map<string, SessionRecord>()
  readonly #byUser = new Groups<string, SessionRecord>(({ client }) => client)
  readonly #byHolder = new Map<Owner, Set<SessionRecord>>()
  /** Records without a link: the one that has had none for longest comes first. */
  #released = new Set<SessionRecord>()
  #releases = 0

  get size(): number {
    return this.#bySession.size
  }

  /** How many have a link, and how many have none. */
  count(): { readonly attached: number; readonly detached: number } {
    const detached = this.#released.size
    return { attached: this.size - detached, detached }
  }

  all(): Iterable<SessionRecord> {
    return this.#bySession.values()
  }

  get(session: string): SessionRecord | undefined {
    return this.#bySession.get(session)
  }

  find(user: string, client: string): SessionRecord | undefined {
    return this.#byUser.get(user, client)
  }

  of(user: string): readonly SessionRecord[] {
    return this.#byUser.of(user)
  }

  countOf(user: string): number {
    return this.#byUser.sizeOf(user)
  }

  add(record: SessionRecord): SessionRecord {
    this.#byUser.add(record.user, record)
    this.#bySession.set(record.session, record)
    return record
  }

  remove(record: SessionRecord): void {
    this.#unlink(record)
    this.#bySession.delete(record.session)
    this.#byUser.delete(record.user, record.client)
  }

  hold(record: SessionRecord, owner: Owner): void {
    this.#unlink(record)
    record.link = { state: 'held', owner }
    const held = this.#byHolder.get(owner) ?? new Set()
    this.#byHolder.set(owner, held.add(record))
  }

  release(record: SessionRecord, since: number): void {
    this.#unlink(record)
    this.#releases += 1
    record.link = { state: 'none', since, order: this.#releases }
    this.#released.add(record)
  }

  /** Their time may be before that of others, so they are put in order: that is rare. */
  releaseAllOf(owner: Owner, since: number): void {
    const held = this.#byHolder.get(owner)
    if (held === undefined) return
    for (const record of [...held].sort(byName)) this.release(record, since)
    this.#released = new Set([...this.#released].sort(byTime))
  }

  longestWithout(): SessionRecord | undefined {
    const [longest] = this.#released
    return longest
  }

  longestWithoutOf(user: string): SessionRecord | undefined {
    const [longest] = this.of(user)
      .filter(({ link }) => link.state === 'none')
      .sort(byTime)
    return longest
  }

  withoutSince(time: number, most: number): readonly SessionRecord[] {
    const found: SessionRecord[] = []
    for (const record of this.#released) {
      if (found.length === most || sinceOf(record) > time) break
      found.push(record)
    }
    return found
  }

  #unlink(record: SessionRecord): void {
    const { link } = record
    if (link.state === 'none') this.#released.delete(record)
    else {
      const held = this.#byHolder.get(link.owner)
      held?.delete(record)
      if (held?.size === 0) this.#byHolder.delete(link.owner)
    }
  }
}

const sinceOf = ({ link }: SessionRecord): number => (link.state === 'none' ? link.since : Number.POSITIVE_INFINITY)

const orderOf = ({ link }: SessionRecord): number => (link.state === 'none' ? link.order : Number.POSITIVE_INFINITY)

const byTime = (a: SessionRecord, b: SessionRecord): number => sinceOf(a) - sinceOf(b) || orderOf(a) - orderOf(b)

const byName = (a: SessionRecord, b: SessionRecord): number => (a.session < b.session ? -1 : 1)
