/** The store interface: where sessions, journals and logs live. */

import type { Operation, Result } from './operations.js'

/**
 * One verb. A batch is carried out whole and alone; its results stand in the places of its operations.
 * A store that can answer at once does so; another one answers with a promise, batches in the order they were given.
 */
export interface Store {
  /** Carries out a batch. Throws or rejects when the store is out of reach; then the whole batch counts as perhaps done. */
  apply(operations: readonly Operation[]): readonly Result[] | Promise<readonly Result[]>
  /** Lets go of what it holds. Nothing is applied afterwards. */
  close(): void | Promise<void>
}
