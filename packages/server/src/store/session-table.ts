/** All sessions of a store, found by session id or by user and client, and which of them have no link. */

import type { SessionRecord } from './session-record.js'

/** Ids come from the network, so they are keys of maps and never of objects. */
export class SessionTable {
  readonly #bySession = new Map<string, SessionRecord>()
  readonly #byUser = new Map<string, Map<string, SessionRecord>>()
  /** Records without a link, each with a number that grows: the one that lost its link first comes first. */
  readonly #detached = new Map<SessionRecord, number>()
  #detachments = 0

  get size(): number {
    return this.#bySession.size
  }

  all(): Iterable<SessionRecord> {
    return this.#bySession.values()
  }

  get(session: string): SessionRecord | undefined {
    return this.#bySession.get(session)
  }

  find(user: string, client: string): SessionRecord | undefined {
    return this.#byUser.get(user)?.get(client)
  }

  countOf(user: string): number {
    return this.#byUser.get(user)?.size ?? 0
  }

  of(user: string): readonly SessionRecord[] {
    return [...(this.#byUser.get(user)?.values() ?? [])]
  }

  add(record: SessionRecord): void {
    const clients = this.#byUser.get(record.user) ?? new Map<string, SessionRecord>()
    this.#byUser.set(record.user, clients.set(record.client, record))
    this.#bySession.set(record.session, record)
  }

  remove(record: SessionRecord): void {
    this.#bySession.delete(record.session)
    this.#detached.delete(record)
    const clients = this.#byUser.get(record.user)
    clients?.delete(record.client)
    if (clients?.size === 0) this.#byUser.delete(record.user)
  }

  attach(record: SessionRecord): void {
    this.#detached.delete(record)
  }

  detach(record: SessionRecord): void {
    this.#detachments += 1
    this.#detached.set(record, this.#detachments)
  }

  /** The session that has been without a link for longest. */
  oldestDetached(): SessionRecord | undefined {
    const [oldest] = this.#detached.keys()
    return oldest
  }

  oldestDetachedOf(user: string): SessionRecord | undefined {
    let oldest: SessionRecord | undefined
    for (const record of this.of(user)) if (this.#since(record) < this.#since(oldest)) oldest = record
    return oldest
  }

  #since(record: SessionRecord | undefined): number {
    return (record && this.#detached.get(record)) ?? Number.POSITIVE_INFINITY
  }
}
