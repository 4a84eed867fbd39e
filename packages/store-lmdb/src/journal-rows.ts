/** A journal in rows: one for each request, and one for each chunk, so that nothing large is ever written twice. */

import { Ranges, ShortLived } from '@backchat/protocol'
import { type ChunkLog, type Entry, emptyJournal, type Journal, noChunks } from '@backchat/server/store'
import { chunksOf, countOf } from './chunk-logs.js'
import type { Database, EntryRow, SessionRow } from './database.js'
import { type Change, NotingEntries } from './noting-entries.js'
import { removeUnder, rowsUnder } from './rows.js'

export interface KeptJournal {
  readonly journal: Journal
  readonly entries: NotingEntries
  /** The order of the entry that ended last. */
  lastOrder: number
}

export const newJournal = (settled: Ranges): KeptJournal => {
  const entries = new NotingEntries(new ShortLived())
  return { journal: emptyJournal(entries, settled), entries, lastOrder: 0 }
}

export const loadJournal = (database: Database, session: string, row: SessionRow): KeptJournal => {
  const loaded = new ShortLived<number, Entry>()
  const ended: { readonly n: number; readonly order: number; readonly bytes: number }[] = []
  const rows = rowsUnder(database.entries, session)
  // Where there is no entry there are no chunks, and to look for them is a search of its own.
  const chunks = rows.length === 0 ? noChunkLogs : loadChunks(database, session)
  for (const { key, value } of rows) {
    const n = Number(key[1])
    const entry = entryOf(value, chunks.get(n))
    loaded.set(n, entry)
    if (value.state === 'ended' && entry.state === 'ended') {
      ended.push({ n, order: value.order, bytes: value.bytes + entry.chunks.bytes })
    }
  }
  ended.sort((a, b) => a.order - b.order)
  const entries = new NotingEntries(loaded)
  const journal = emptyJournal(entries, new Ranges(row.floor, row.above))
  for (const { n, bytes } of ended) {
    journal.ended.set(n, true)
    journal.endedBytes += bytes
  }
  return { journal, entries, lastOrder: ended.at(-1)?.order ?? 0 }
}

const noChunkLogs: ReadonlyMap<number, ChunkLog> = new Map()

const loadChunks = (database: Database, session: string): ReadonlyMap<number, ChunkLog> => {
  const logs = new Map<number, ChunkLog>()
  for (const { key, value } of rowsUnder(database.chunks, session)) {
    const [, n, chunk] = key.map(Number)
    if (n === undefined || chunk === undefined) continue
    const { first, kept, bytes } = logs.get(n) ?? { first: chunk, kept: [], bytes: 0 }
    logs.set(n, { first, kept: [...kept, value], bytes: bytes + value.bytes })
  }
  return logs
}

const entryOf = (row: EntryRow, chunks: ChunkLog | undefined): Entry => {
  switch (row.state) {
    case 'started':
      return {
        state: 'started',
        owner: row.owner,
        again: row.again,
        chunks: chunks ?? { ...noChunks, first: row.count },
      }
    case 'ended': {
      const { ending, bytes, count } = row
      return { state: 'ended', ending, bytes, chunks: chunks ?? { ...noChunks, first: count } }
    }
    default:
      return { state: row.state }
  }
}

/** Writes what changed since the last time. */
export const writeJournal = (database: Database, session: string, kept: KeptJournal): void => {
  const { entries } = kept
  if (entries.changes.size === 0) return
  const orders = ordersOf(kept)
  for (const [n, change] of entries.changes.entries()) {
    const entry = entries.get(n)
    writeChunks(database, session, n, change, entry)
    if (entry === undefined) database.entries.removeSync([session, n])
    else if (!isWritten(change, entry)) database.entries.putSync([session, n], rowOf(entry, orders.get(n) ?? 0))
  }
  kept.lastOrder += orders.size
  entries.written()
}

/** Of an ended entry nothing changes any more but which of its chunks are kept. */
const isWritten = ({ before, anew }: Change, entry: Entry): boolean =>
  !anew && before?.state === entry.state && entry.state !== 'started'

const rowOf = (entry: Entry, order: number): EntryRow => {
  switch (entry.state) {
    case 'started':
      return { state: 'started', owner: entry.owner, again: entry.again, count: countOf(entry.chunks) }
    case 'ended':
      return {
        state: 'ended',
        ending: entry.ending,
        bytes: entry.bytes,
        count: countOf(entry.chunks),
        order,
      }
    default:
      return { state: entry.state }
  }
}

/** The order of those that ended since the last writing. */
const ordersOf = ({ entries, journal, lastOrder }: KeptJournal): ReadonlyMap<number, number> => {
  const ended = entries.changes.entries().filter(([n, change]) => {
    const entry = entries.get(n)
    return entry?.state === 'ended' && !isWritten(change, entry)
  })
  const orders = new Map(ended.map(([n]) => [n, lastOrder + 1]))
  if (ended.length > 1) {
    let order = lastOrder
    for (const [n] of journal.ended.entries()) {
      if (!orders.has(n)) continue
      order += 1
      orders.set(n, order)
    }
  }
  return orders
}

const writeChunks = (database: Database, session: string, n: number, { before, anew }: Change, entry?: Entry): void => {
  const old = chunksOf(before)
  const now = chunksOf(entry)
  const continued = !anew && now !== undefined
  const removedTo = old === undefined ? 0 : continued ? Math.min(now.first, countOf(old)) : countOf(old)
  for (let chunk = old?.first ?? 0; chunk < removedTo; chunk++) database.chunks.removeSync([session, n, chunk])
  if (now === undefined) return
  const from = continued && old !== undefined ? Math.max(countOf(old), now.first) : now.first
  for (let chunk = from; chunk < countOf(now); chunk++) {
    const stored = now.kept[chunk - now.first]
    if (stored !== undefined) database.chunks.putSync([session, n, chunk], stored)
  }
}

export const removeJournal = (database: Database, session: string): void => {
  removeUnder(database.entries, session)
  removeUnder(database.chunks, session)
}
