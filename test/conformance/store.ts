/** The store under test: the one place that knows how it is made. */

import { memoryStore, type Operation, type Result } from '../simulation/machines.js'

export interface Carrier {
  apply(operations: readonly Operation[]): readonly Result[]
}

/** A store that keeps time is told it. */
export function newStore(now: () => number): Carrier {
  const options = { maxSessions: 100_000, now }
  return memoryStore(options)
}
