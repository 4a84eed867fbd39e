/** What batches change in the entries of a journal: written one after the other into one flat list, and carried out from it. */

import type { Json, WireError } from '@backchat/protocol'
import {
  type ChunkLog,
  type Ending,
  type Entry,
  type Journal,
  noChunks,
  type StoredChunk,
} from '@backchat/server/store'
import { chunksOf, countOf } from './chunk-logs.js'

/** Each change is its kind, the number of the request, and what else the kind has. */
export type EntryChanges = readonly Scalar[]
type Scalar = number | string | WireError

const kinds = {
  removed: 0,
  /** Instead of a request the owner, of those that start below. */
  owner: 1,
  started: 2,
  startedAgain: 3,
  /** The first chunk that is kept, how many are new, and of each its content and its size. */
  chunks: 4,
  /** The message and the size. */
  answered: 5,
  /** The error and the size. */
  failed: 6,
  lost: 7,
  unknown: 8,
} as const

export class EntryChangesList {
  #list: Scalar[] = []
  #owner: string | undefined
  #bytes = 0

  /** What they say of answers and chunks, and about what else they say. */
  get bytes(): number {
    return this.#bytes + this.#list.length * scalarBytes
  }

  /** All since the last call. */
  take(): EntryChanges {
    const list = this.#list
    if (list.length === 0) return none
    this.#list = []
    this.#owner = undefined
    this.#bytes = 0
    return list
  }

  removed(n: number): void {
    this.#list.push(kinds.removed, n)
  }

  became(n: number, before: Entry | undefined, entry: Entry): void {
    switch (entry.state) {
      case 'started':
        if (before?.state === 'started' && before.owner === entry.owner)
          return this.#chunks(n, before.chunks, entry.chunks)
        this.#started(n, entry)
        return this.#chunks(n, noChunks, entry.chunks)
      case 'ended':
        if (before?.state !== 'ended') this.#ended(n, entry.ending, entry.bytes)
        return this.#chunks(n, chunksOf(before) ?? noChunks, entry.chunks)
      default:
        this.#list.push(kinds[entry.state], n)
    }
  }

  #started(n: number, { owner, again }: Extract<Entry, { state: 'started' }>): void {
    if (owner !== this.#owner) this.#list.push(kinds.owner, owner)
    this.#owner = owner
    this.#list.push(again ? kinds.startedAgain : kinds.started, n)
  }

  #ended(n: number, ending: Ending, bytes: number): void {
    this.#bytes += bytes
    if (ending.ok) this.#list.push(kinds.answered, n, ending.message, bytes)
    else this.#list.push(kinds.failed, n, ending.error, bytes)
  }

  #chunks(n: number, old: ChunkLog, now: ChunkLog): void {
    if (now === old) return
    const from = Math.max(countOf(old), now.first)
    this.#list.push(kinds.chunks, n, now.first, countOf(now) - from)
    for (let chunk = from - now.first; chunk < now.kept.length; chunk++) {
      const stored = now.kept[chunk]
      if (stored === undefined) continue
      this.#list.push(stored.content, stored.bytes)
      this.#bytes += stored.bytes
    }
  }
}

/** On average, in MessagePack. */
const scalarBytes = 4

const none: EntryChanges = []

/** Carries out changes that another process has written, or this one before it was killed. */
export const carryOutChanges = (journal: Journal, changes: EntryChanges): void => {
  const reader = new Reader(changes)
  let owner = ''
  while (!reader.isAtEnd) {
    const kind = reader.number()
    if (kind === kinds.owner) owner = reader.text()
    else {
      const n = reader.number()
      replace(journal, n, entryAfter(journal.entries.get(n), kind, owner, reader))
    }
  }
}

const entryAfter = (before: Entry | undefined, kind: number, owner: string, reader: Reader): Entry | undefined => {
  const chunks = chunksOf(before) ?? noChunks
  switch (kind) {
    case kinds.removed:
      return undefined
    case kinds.started:
    case kinds.startedAgain:
      return { state: 'started', owner, again: kind === kinds.startedAgain, chunks: noChunks }
    case kinds.answered:
      return { state: 'ended', ending: { ok: true, message: reader.json() }, bytes: reader.number(), chunks }
    case kinds.failed:
      return { state: 'ended', ending: { ok: false, error: reader.error() }, bytes: reader.number(), chunks }
    case kinds.lost:
      return { state: 'lost' }
    case kinds.unknown:
      return { state: 'unknown' }
    case kinds.chunks:
      return withChunks(before, chunksAfter(chunks, reader))
    default:
      throw new Error(`The change log says what this version does not know: ${kind}`)
  }
}

const chunksAfter = (before: ChunkLog, reader: Reader): ChunkLog => {
  const first = reader.number()
  const kept: StoredChunk[] = before.kept.slice(Math.min(first - before.first, before.kept.length))
  for (let left = reader.number(); left > 0; left--) kept.push({ content: reader.json(), bytes: reader.number() })
  return { first, kept, bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0) }
}

const withChunks = (entry: Entry | undefined, chunks: ChunkLog): Entry | undefined =>
  entry?.state === 'started' || entry?.state === 'ended' ? { ...entry, chunks } : entry

/** Keeps the order in which entries ended, and how much they keep. */
const replace = (journal: Journal, n: number, entry: Entry | undefined): void => {
  const before = journal.entries.get(n)
  journal.endedBytes += bytesOf(entry) - bytesOf(before)
  if (before?.state === 'ended' && entry?.state !== 'ended') journal.ended.delete(n)
  if (before?.state !== 'ended' && entry?.state === 'ended') journal.ended.set(n, true)
  if (entry === undefined) journal.entries.delete(n)
  else journal.entries.set(n, entry)
}

const bytesOf = (entry: Entry | undefined): number => (entry?.state === 'ended' ? entry.bytes + entry.chunks.bytes : 0)

/** What is read was written by `EntryChangesList`, so that each place holds what it should. */
class Reader {
  readonly #changes: EntryChanges
  #next = 0

  constructor(changes: EntryChanges) {
    this.#changes = changes
  }

  get isAtEnd(): boolean {
    return this.#next >= this.#changes.length
  }

  number(): number {
    return this.#take() as number
  }

  text(): string {
    return this.#take() as string
  }

  json(): Json {
    return this.#take() as Json
  }

  error(): WireError {
    return this.#take() as WireError
  }

  #take(): Scalar | undefined {
    const scalar = this.#changes[this.#next]
    this.#next += 1
    return scalar
  }
}
