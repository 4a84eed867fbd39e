/** The store interface: where sessions, journals and logs live. */

import type { Operation, Owner, Result } from './operations.js'

/**
 * One verb. A batch is carried out whole and alone; its results stand in the places of its operations.
 * A store that can answer at once does so; another one answers with a promise, batches in the order they were given.
 */
export interface Store {
  /** Carries out a batch. Throws or rejects when the store is out of reach; then the whole batch counts as perhaps done. */
  apply(operations: readonly Operation[]): readonly Result[] | Promise<readonly Result[]>
  /**
   * Calls back when a note was left for an owner, so that it need not wait for its next look. Only a hint: it may be
   * lost, late, repeated, and about owners of other nodes. Returns how to stop.
   */
  listen?(hinted: (owner: Owner) => void): () => void
  /** How often a node looks for notes, in milliseconds, where hints do not reach from one process to another. Default 1,000. */
  readonly pollMs?: number
  /** How long a session lives without a link where the application does not say, in milliseconds. Default 2 min. */
  readonly sessionTtlMs?: number
  /** How many sessions it holds, for people who watch. Asked rarely, and answered at once. Left out: the figures do not say. */
  sessions?(): { readonly attached: number; readonly detached: number }
  /** Lets go of what it holds. Nothing is applied afterwards. */
  close(): void | Promise<void>
}
