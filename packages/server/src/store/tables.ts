/**
 * Where a store's decisions find what is kept: in maps of one process, or in the tables of a database. A table remembers and
 * finds, it decides nothing. All are used within one batch at a time.
 */

import type { Note, Owner } from './operations.js'
import type { SessionRecord } from './session-record.js'

export interface Tables {
  readonly sessions: SessionTable
  readonly rooms: RoomTable
  readonly owners: OwnerTable
  readonly notes: NoteTable
}

/**
 * Records are found as objects that may be changed in place until the batch is over: who keeps them elsewhere compares then.
 * But a record's `link` is changed by its table only.
 */
export interface SessionTable {
  readonly size: number
  all(): Iterable<SessionRecord>
  get(session: string): SessionRecord | undefined
  find(user: string, client: string): SessionRecord | undefined
  of(user: string): readonly SessionRecord[]
  countOf(user: string): number
  /** Gives the record that is to be used from now on. */
  add(record: SessionRecord): SessionRecord
  remove(record: SessionRecord): void
  /** The session has a link, on this owner's node. */
  hold(record: SessionRecord, owner: Owner): void
  /** The session has no link since then. */
  release(record: SessionRecord, since: number): void
  /** The same for all sessions that this owner holds, in the order of their names. */
  releaseAllOf(owner: Owner, since: number): void
  /** The session that has been without a link for longest; of those that are equal, the one that was released first. */
  longestWithout(): SessionRecord | undefined
  longestWithoutOf(user: string): SessionRecord | undefined
  /** Sessions without a link since that time or longer, the longest first, at most so many. */
  withoutSince(time: number, most: number): readonly SessionRecord[]
}

/** Which sessions are in which rooms. */
export interface RoomTable {
  join(session: string, room: string): void
  leave(session: string, room: string): void
  /** The session is over. */
  leaveAll(session: string): void
  members(room: string): Iterable<string>
}

/** An owner that has not ended. */
export interface Lease {
  readonly owner: Owner
  /** Names the node over all its incarnations. */
  readonly node: string | undefined
  /** When the lease runs out. */
  readonly until: number
}

export interface OwnerTable {
  get(owner: Owner): Lease | undefined
  all(): Iterable<Lease>
  set(lease: Lease): void
  remove(owner: Owner): void
  /** The process of this owner is known to be gone, so that nobody need wait for the end of its lease. */
  isGone(owner: Owner): boolean
}

/** Notes for owners, each with a number that grows for this owner. */
export interface NoteTable {
  /** In place of the note that this owner has under the same key. */
  leave(owner: Owner, key: string, note: Note): void
  /** Forgets those up to `seen`; gives the others, in the order of their numbers, and the number of the last one ever. */
  take(owner: Owner, seen: number): { readonly last: number; readonly notes: readonly Note[] }
  /** The owner has ended. */
  removeAllOf(owner: Owner): void
}
