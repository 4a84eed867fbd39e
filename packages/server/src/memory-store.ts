/** The memory store as applications open it: on the process' monotonic clock. */

import { storeBounds } from './core/server-settings.js'
import { onlyNames } from './core/setting.js'
import { type MemoryStore, storeInMemory } from './store/memory.js'

export type { MemoryStore }

export interface MemoryStoreOptions {
  /**
   * Most sessions, attached or not; default 100,000. Beyond it the session that has been without a link for longest
   * goes; when all have one, a new client is refused with `full`.
   */
  readonly maxSessions?: number
  /** The same for the sessions of one user; default 10. */
  readonly maxSessionsPerUser?: number
  /** Milliseconds that never go back; default: the process' monotonic clock. For tests that step the time themselves. */
  readonly now?: () => number
}

/**
 * Keeps sessions in this process. When the process ends they are gone, and clients are told by a `reset`.
 * One memory store may serve several managers of one process: to each other they are like nodes on several machines.
 *
 * @throws TypeError when an option makes no sense, or does not exist.
 * @example
 * new WebSocketManager({ port: 8787, store: memoryStore({ maxSessions: 5_000 }) })
 */
export const memoryStore = (options: MemoryStoreOptions = {}): MemoryStore => {
  onlyNames('option of memoryStore()', options, ['maxSessions', 'maxSessionsPerUser', 'now'])
  const { now = () => performance.now() } = options
  return storeInMemory({ now, ...storeBounds(options) })
}
