/** The store in memory: answers at once, forgets when the process ends. */

import { Hints } from './hints.js'
import { StoreLogic } from './logic.js'
import { NotesInMemory } from './memory/notes.js'
import { OwnersInMemory } from './memory/owners.js'
import { RoomsInMemory } from './memory/rooms.js'
import { SessionsInMemory } from './memory/sessions.js'
import type { Operation, Owner, Result } from './operations.js'
import type { Store } from './store.js'

/** A store that answers at once. */
export interface MemoryStore extends Store {
  apply(operations: readonly Operation[]): readonly Result[]
  listen(hinted: (owner: Owner) => void): () => void
  close(): void
}

export interface StoreInMemoryOptions {
  readonly now: () => number
  readonly maxSessions?: number
  readonly maxSessionsPerUser?: number
}

export const storeInMemory = (options: StoreInMemoryOptions): MemoryStore => {
  const { now, maxSessions = 100_000, maxSessionsPerUser = 10 } = options
  const tables = {
    sessions: new SessionsInMemory(),
    rooms: new RoomsInMemory(),
    owners: new OwnersInMemory(),
    notes: new NotesInMemory(),
  }
  const logic = new StoreLogic({ tables, now, maxSessions, maxSessionsPerUser })
  const hints = new Hints()
  return {
    apply(operations) {
      const results = logic.apply(operations)
      hints.tell(logic.hinted())
      return results
    },
    listen: (hinted) => hints.listen(hinted),
    sessions: () => tables.sessions.count(),
    close: () => {},
  }
}
