/**
 * The journal of one session: what is known of each request that the client has not reported settled [P-15].
 *
 * A request runs at most once, because a number is in one of three places and never goes back: unknown → an entry → settled.
 * The one way back, `forget`, is taken only for a run that never started. That holds for a number that was cancelled before its request arrived,
 * too: `cancel` makes it settled, so a request that comes later on the same link finds it there, and one that is
 * still under way on an older link meets the fence before it meets the journal.
 */

import { limits, type Range, Ranges, ShortLived } from '@backchat/protocol'
import { appendChunks, type ChunkLog, chunkCount, chunksFrom, confirmChunks, noChunks } from './chunk-log.js'
import type {
  BeginOperation,
  BeginResult,
  CancelResult,
  ChunksOperation,
  ChunksResult,
  Ending,
  FinishOperation,
  FinishResult,
  ForgetResult,
  RunFence,
} from './operations.js'

export interface Journal {
  /** Numbers that the client reported settled or cancelled. Nothing of them is wanted any more, and none of them ever runs. */
  readonly settled: Ranges
  readonly entries: Entries
  /** Numbers of ended entries, the one that ended first first. */
  readonly ended: ShortLived<number, true>
  /** What the ended entries keep, encoded. */
  endedBytes: number
}

/** A table, or one that also remembers what changed. */
export interface Entries {
  readonly size: number
  get(n: number): Entry | undefined
  set(n: number, entry: Entry): unknown
  delete(n: number): unknown
  /** As they are now. */
  entries(): readonly (readonly [n: number, entry: Entry])[]
}

export type Entry =
  | StartedEntry
  | EndedEntry
  /** It ran; its answer was dropped to make room. */
  | { readonly state: 'lost' }
  /** Its owner went without a word. */
  | { readonly state: 'unknown' }

interface StartedEntry {
  readonly state: 'started'
  readonly owner: string
  /** An owner before this one was gone, so that it may have run already. */
  readonly again: boolean
  readonly chunks: ChunkLog
}

interface EndedEntry {
  readonly state: 'ended'
  readonly ending: Ending
  readonly bytes: number
  readonly chunks: ChunkLog
}

/** A run that was settled or cancelled before it ended. */
export interface Abandoned {
  readonly n: number
  readonly owner: string
}

/** Whether another owner still lives; one that does not will never finish what it started. */
export type IsAlive = (owner: string, now: number) => boolean

/**
 * Most entries. A client that keeps to the window of 256 gets here only when its confirmations are late: then it is told to wait.
 * The figure leaves room for 16 windows of answers while a confirmation, sent at once when 32 of them wait for it [P-22], is on its way.
 */
export const mostEntries = 16 * limits.window

/**
 * Most ranges of settled numbers. The client reports at most 64; cancels, and numbers not yet reported, come on top.
 * A client that goes beyond loses its oldest open numbers, which then never run: memory stays bounded, and so does the harm.
 */
export const mostRanges = limits.ranges + 4 * limits.window

export const emptyJournal = (entries: Entries = new ShortLived<number, Entry>(), settled = new Ranges()): Journal => ({
  settled,
  entries,
  ended: new ShortLived(),
  endedBytes: 0,
})

/** Finds what is known of a request, and starts it when that is nothing [P-15]. */
export const begin = (journal: Journal, operation: BeginOperation, isAlive: IsAlive, now: number): BeginResult => {
  if (journal.settled.has(operation.n)) return { op: 'begin', status: 'settled' }
  const entry = journal.entries.get(operation.n)
  // Who has had chunks of it had them of a run that this journal forgot: the store went back in time.
  if (entry === undefined && operation.from > 0) return { op: 'begin', status: 'lost' }
  if (entry === undefined) return beginNew(journal, operation)
  if (entry.state === 'lost' || entry.state === 'unknown') return { op: 'begin', status: entry.state }
  if (entry.state === 'started' && entry.owner !== operation.owner && !isAlive(entry.owner, now)) {
    return inherit(journal, operation)
  }
  return lookUp(entry, operation.from)
}

const isNew: BeginResult = { op: 'begin', status: 'new' }

const beginNew = (journal: Journal, operation: BeginOperation): BeginResult => {
  if (operation.onlyLookUp) return isNew
  if (journal.entries.size >= mostEntries) return { op: 'begin', status: 'full' }
  return start(journal, operation, false)
}

const start = (journal: Journal, { n, owner }: BeginOperation, again: boolean): BeginResult => {
  journal.entries.set(n, { state: 'started', owner, again, chunks: noChunks })
  return again ? { op: 'begin', status: 'new', again } : isNew
}

/**
 * The owner died with the handler running. Another run's chunks need not be the same, so a stream that the reader has
 * begun to read is not taken over even if its type is idempotent.
 */
const inherit = (journal: Journal, operation: BeginOperation): BeginResult => {
  if (operation.idempotent && operation.from === 0 && operation.onlyLookUp !== true)
    return start(journal, operation, true)
  journal.entries.set(operation.n, { state: 'unknown' })
  return { op: 'begin', status: 'unknown' }
}

const lookUp = (entry: Extract<Entry, { chunks: ChunkLog }>, from: number): BeginResult => {
  const chunks = chunksFrom(entry.chunks, from)
  if (chunks === undefined) return { op: 'begin', status: 'lost' }
  if (entry.state === 'started') {
    const { owner, again } = entry
    return { op: 'begin', status: 'started', owner, ...(again && { again }), first: from, chunks }
  }
  return { op: 'begin', status: 'ended', ending: entry.ending, count: chunkCount(entry.chunks), first: from, chunks }
}

/** Keeps what a run yielded. */
export const append = (journal: Journal, { run, first, chunks }: ChunksOperation): ChunksResult => {
  const entry = runningOf(journal, run)
  if (entry === undefined || chunkCount(entry.chunks) !== first) return { op: 'chunks', status: 'fenced' }
  journal.entries.set(run.n, withChunks(entry, appendChunks(entry.chunks, chunks)))
  return { op: 'chunks', status: 'ok' }
}

/** Keeps how a run ended. */
export const finish = (journal: Journal, { run, count, ending, bytes }: FinishOperation): FinishResult => {
  const entry = runningOf(journal, run)
  if (entry === undefined) return { op: 'finish', status: 'fenced' }
  // An answer with a hole in it must not look whole; that it ran stays known.
  if (ending.ok && chunkCount(entry.chunks) !== count) {
    journal.entries.set(run.n, { state: 'lost' })
    return { op: 'finish', status: 'fenced' }
  }
  journal.entries.set(run.n, { state: 'ended', ending, bytes, chunks: entry.chunks })
  journal.ended.set(run.n, true)
  journal.endedBytes += bytes + entry.chunks.bytes
  makeRoom(journal)
  return { op: 'finish', status: 'ok', count: chunkCount(entry.chunks) }
}

/**
 * Takes back a start: the run was refused before anything of it happened [P-18], or never began. That an owner before had
 * started it must not be forgotten with it.
 */
export const forget = (journal: Journal, run: RunFence): ForgetResult => {
  const entry = runningOf(journal, run)
  if (entry === undefined) return { op: 'forget', status: 'fenced' }
  if (entry.again) journal.entries.set(run.n, { state: 'unknown' })
  else journal.entries.delete(run.n)
  return { op: 'forget', status: 'ok' }
}

/** The caller gave up [P-20]: from now on the number counts as settled. */
export const cancel = (journal: Journal, n: number): CancelResult => {
  const entry = journal.entries.get(n)
  settle(journal, 0, [[n, n]])
  if (entry === undefined) return { op: 'cancel', status: 'none' }
  return entry.state === 'started'
    ? { op: 'cancel', status: 'started', owner: entry.owner }
    : { op: 'cancel', status: 'ended' }
}

/** The client has these for good: their entries go [P-22]. Numbers that go backwards change nothing. Tells what still runs of them. */
export const settle = (journal: Journal, floor: number, ranges: readonly Range[]): readonly Abandoned[] => {
  const { settled, entries } = journal
  const before = settled.floor
  settled.merge(floor, ranges)
  settled.bound(mostRanges)
  let abandoned = noneAbandoned
  const settleOne = (n: number, entry: Entry): void => {
    drop(journal, n, entry)
    if (entry.state === 'started') abandoned = [...abandoned, { n, owner: entry.owner }]
  }
  // Nothing that was settled before has an entry. Answers are mostly confirmed in order, a few of many at a time.
  if (ranges.length === 0 && settled.floor - before <= entries.size) {
    for (let n = before + 1; n <= settled.floor; n++) {
      const entry = entries.get(n)
      if (entry !== undefined) settleOne(n, entry)
    }
  } else for (const [n, entry] of entries.entries()) if (settled.has(n)) settleOne(n, entry)
  return abandoned
}

const noneAbandoned: readonly Abandoned[] = []

/** The reader has taken all chunks below `next`. Tells who runs it, if it still runs and this is new. */
export const confirmTaken = (journal: Journal, n: number, next: number): string | undefined => {
  const entry = journal.entries.get(n)
  if (entry?.state !== 'started' && entry?.state !== 'ended') return undefined
  const chunks = confirmChunks(entry.chunks, next)
  if (chunks === entry.chunks) return undefined
  if (entry.state === 'ended') journal.endedBytes -= entry.chunks.bytes - chunks.bytes
  journal.entries.set(n, withChunks(entry, chunks))
  return entry.state === 'started' ? entry.owner : undefined
}

/** Spelled out: to spread an entry and then replace a field of it takes V8 as long as all else that is done for a chunk. */
const withChunks = (entry: StartedEntry | EndedEntry, chunks: ChunkLog): Entry => {
  if (entry.state === 'ended') return { state: 'ended', ending: entry.ending, bytes: entry.bytes, chunks }
  return { state: 'started', owner: entry.owner, again: entry.again, chunks }
}

const runningOf = (journal: Journal, { n, owner }: RunFence) => {
  const entry = journal.entries.get(n)
  return entry?.state === 'started' && entry.owner === owner ? entry : undefined
}

/** Drops the answers that ended first. The newest one stays however large it is: it is the one still on its way. */
const makeRoom = (journal: Journal): void => {
  if (journal.endedBytes <= limits.journalBytes) return
  for (const [n] of journal.ended.entries()) {
    if (journal.endedBytes <= limits.journalBytes || journal.ended.size === 1) return
    const entry = journal.entries.get(n)
    if (entry !== undefined) drop(journal, n, entry)
    journal.entries.set(n, { state: 'lost' })
  }
}

const drop = (journal: Journal, n: number, entry: Entry): void => {
  journal.entries.delete(n)
  if (entry.state !== 'ended') return
  journal.ended.delete(n)
  journal.endedBytes -= entry.bytes + entry.chunks.bytes
}
