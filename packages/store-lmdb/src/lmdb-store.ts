/** A durable store in a file, for the servers of one machine. */

import {
  choiceOf,
  Hints,
  numberOf,
  type Operation,
  type Owner,
  type Result,
  type Store,
  StoreLogic,
  storeBounds,
} from '@backchat/server/store'
import { Alone } from './alone.js'
import { examine } from './birth.js'
import { thisBoot } from './boot.js'
import { ChangeLog } from './change-log.js'
import { openDatabase } from './database.js'
import { homeOf } from './home.js'
import { NotesInLmdb } from './note-table.js'
import { OwnersInLmdb } from './owner-table.js'
import { thisProcess } from './processes.js'
import { Records } from './records.js'
import { Room } from './room.js'
import { RoomsInLmdb } from './room-table.js'
import { SessionsInLmdb } from './session-table.js'
import { durabilitySetting, mapSizeSetting, onlyOptions } from './settings.js'
import { StoreTime } from './time.js'

export interface LmdbStoreOptions {
  /** A folder, made if need be. On a disk of this machine: never on one that is shared over a network. */
  readonly path: string
  /**
   * What the store survives; default `'process'`.
   *
   * - `'process'`: the death of the server, by kill -9 too. What a batch wrote is in the memory of the operating system when its
   *   results are given, not on the disk. A power cut, or a crash of the operating system, loses it: the store then knows that the
   *   machine was booted anew, and starts empty. Clients are told by a `reset`. About 10 times faster.
   * - `'power'`: power cuts, too, if the disk keeps what it says it has. Every batch is flushed before its results are given, so a
   *   handler starts only after it stands on the disk that it did.
   *
   * All servers that share a path choose the same. Each keeps sessions of its own: who changes it starts empty.
   */
  readonly durability?: 'process' | 'power'
  /**
   * Most sessions, attached or not; default 100,000. Beyond it the session that has been without a link for longest
   * goes; when all have one, a new client is refused with `full`.
   */
  readonly maxSessions?: number
  /** The same for the sessions of one user; default 10. */
  readonly maxSessionsPerUser?: number
  /** Most bytes that the data may take; default 64 GiB. A batch that would take more fails, and nothing of it is stored. */
  readonly mapSize?: number
  /** Milliseconds that never go back, for tests that step the time themselves; default: the machine's monotonic clock. */
  readonly now?: () => number
}

/** A store that answers at once. */
export interface LmdbStore extends Store {
  apply(operations: readonly Operation[]): readonly Result[]
  listen(hinted: (owner: Owner) => void): () => void
  readonly pollMs: number
  readonly sessionTtlMs: number
  /** Settles when the file is closed. */
  close(): Promise<void>
}

/**
 * Keeps sessions, journal and logs in a file. Several server processes of one machine may share it; a session then goes on with
 * whichever of them its client comes to.
 *
 * All sessions are given up, and clients told by a `reset`, when what the file says may not be true any more: a copy was put in its
 * place, or (with `durability: 'process'`) the machine was booted anew. On Linux the kernel tells one boot from another; elsewhere it is
 * estimated from the uptime, and setting the clock by more than a minute counts as one.
 *
 * @throws when the folder cannot be written to, or was written by a newer version; a TypeError when an option makes no sense.
 *
 * @example
 * new WebSocketManager({ port: 8787, store: lmdbStore({ path: './data' }) })
 */
export const lmdbStore = (options: LmdbStoreOptions): LmdbStore => storeOf(options)

/** What only tests have otherwise. */
const inside = { mostLoadedBytes: 64 * 1024 * 1024, patience: 16 }

export const storeOf = (options: LmdbStoreOptions, { mostLoadedBytes, patience } = inside): LmdbStore => {
  onlyOptions(options)
  const { path } = options
  const durability = choiceOf(durabilitySetting, options.durability)
  const mapSize = numberOf(mapSizeSetting, options.mapSize)
  const bounds = storeBounds(options)
  const boot = thisBoot()
  const home = homeOf({ path, durability, boot })
  const flushes = durability === 'power'
  const database = openDatabase({ path: home, flushes })
  try {
    examine(database, home, boot)
  } catch (error) {
    void database.root.close()
    throw error
  }
  const time = new StoreTime(database, boot)
  const changes = new ChangeLog(database, { home, mapSize })
  const records = new Records(database, changes, { mostLoadedBytes, flushes, patience })
  const alone = new Alone(database)
  const owners = new OwnersInLmdb(database, thisProcess(boot))
  const tables = {
    sessions: new SessionsInLmdb(database, records),
    rooms: new RoomsInLmdb(database),
    owners,
    notes: new NotesInLmdb(database),
  }
  const now = options.now ?? (() => time.now())
  const logic = new StoreLogic({ tables, now, ...bounds })
  const room = new Room(database, changes, mapSize)
  const hints = new Hints()

  const carryOut = (operations: readonly Operation[]): readonly Result[] => {
    const isAlone = alone.begin()
    owners.begin(isAlone)
    records.begin(isAlone)
    const results = logic.apply(operations)
    records.end()
    if (flushes) time.write(now())
    room.check(records)
    if (records.hasLooked) alone.end()
    else alone.forget()
    records.seal()
    return results
  }
  const apply = (operations: readonly Operation[]): readonly Result[] => {
    try {
      const results = database.root.transactionSync(() => carryOut(operations))
      changes.kept()
      return results
    } catch (error) {
      // Whom it wanted to hint at has found nothing.
      logic.hinted()
      records.drop()
      alone.forget()
      throw storeError(error)
    }
  }
  return {
    pollMs: 250,
    sessionTtlMs: 24 * 60 * 60 * 1_000,
    apply(operations) {
      const results = apply(operations)
      hints.tell(logic.hinted())
      return results
    },
    listen: (hinted) => hints.listen(hinted),
    close: () => {
      changes.close()
      return database.root.close()
    },
  }
}

const storeError = (error: unknown): Error =>
  new Error(`The batch was not stored: ${error instanceof Error ? error.message : error}`, { cause: error })
