/** The store under test: the one place that knows how it is made. */

import { memoryStore, type Operation, type Result } from '../simulation/machines.js'

export interface Carrier {
  apply(operations: readonly Operation[]): readonly Result[]
}

/** Time is for stores that keep it. */
export const newStore = (_now: () => number): Carrier => memoryStore()
