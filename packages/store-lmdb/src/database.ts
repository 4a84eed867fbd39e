/** The tables of the data file, and what stands in a row of each. A row is small: payloads have rows of their own. */

import type { Json } from '@backchat/protocol'
import type { Ending, Lease, Link, Note, Owner } from '@backchat/server/store'
import { open, type RootDatabase } from 'lmdb'
import type { ProcessMark } from './processes.js'
import { type Key, Table, type Tally } from './table.js'

/** The layout of this version. A file of a newer one is not touched. */
export const layout = 2

export interface Database {
  readonly root: RootDatabase
  readonly tally: Tally
  /** What is true of the whole file: layout, clock, counts, change log. */
  readonly about: Table<number | string>
  /** session → {@link SessionRow} as JSON, after the number of the batch that wrote it. */
  readonly sessions: Table<string>
  /** user, client → session */
  readonly clients: Table<string>
  /** owner, session → what that owner holds */
  readonly held: Table<true>
  /** since, order, session → what has no link */
  readonly released: Table<true>
  /** session, n */
  readonly entries: Table<EntryRow>
  /** session, n, chunk */
  readonly chunks: Table<ChunkRow>
  /** session, push */
  readonly log: Table<LogRow>
  /** room, session */
  readonly members: Table<true>
  /** session, room */
  readonly rooms: Table<true>
  /** owner */
  readonly owners: Table<OwnerRow>
  /** owner, number */
  readonly notes: Table<NoteRow>
  /** owner, key → number; owner, 'last' → the last number there was */
  readonly noteNumbers: Table<number>
}

export interface SessionRow {
  readonly epoch: string
  readonly user: string
  readonly client: string
  readonly secretHash: string
  readonly attempt: number
  readonly page: string
  readonly owner: Owner
  readonly link: Link
  readonly given: number
  readonly floor: number
  readonly above: readonly (readonly [number, number])[]
  readonly head: number
  readonly asks: readonly (readonly [push: number, owner: Owner, until: number])[]
}

/** `ended` stands in the order in which they ended. The first chunk kept is the first that has a row, or else the next one. */
export type EntryRow =
  | {
      readonly state: 'started'
      readonly owner: Owner
      readonly again: boolean
      readonly count: number
    }
  | {
      readonly state: 'ended'
      readonly ending: Ending
      readonly bytes: number
      readonly count: number
      readonly order: number
    }
  | { readonly state: 'lost' | 'unknown' }

export interface ChunkRow {
  readonly content: Json
  readonly bytes: number
}

export type LogRow =
  | Json
  | { readonly message: Json; readonly owner: Owner; readonly until: number }
  | { readonly withdraws: number }

export interface OwnerRow extends Lease {
  readonly process: ProcessMark
}

export interface NoteRow {
  readonly key: string
  readonly note: Note
}

export interface DatabaseOptions {
  readonly path: string
  /** Whether a batch is flushed to the disk before its results are given. */
  readonly flushes: boolean
}

export const openDatabase = ({ path, flushes }: DatabaseOptions): Database => {
  // Results may be given only when the flush is over, so that nothing overlaps with it.
  const root = open({ path, maxDbs: 16, noSync: !flushes, overlappingSync: false })
  const tally = { writes: 0 }
  const table = <Row>(name: string, encoding: 'msgpack' | 'string' = 'msgpack'): Table<Row> =>
    new Table(root.openDB<Row, Key>({ name, encoding }), tally)
  return {
    root,
    tally,
    about: table('about'),
    sessions: table('sessions', 'string'),
    clients: table('clients'),
    held: table('held'),
    released: table('released'),
    entries: table('entries'),
    chunks: table('chunks'),
    log: table('log'),
    members: table('members'),
    rooms: table('rooms'),
    owners: table('owners'),
    notes: table('notes'),
    noteNumbers: table('note numbers'),
  }
}
