/** A store that can go back to what it was: it remembers what it was asked, and another one is asked the same up to then. */

import type { Operation } from './machines.js'
import type { BatchStore } from './store-line.js'

interface Batch {
  readonly at: number
  readonly operations: readonly Operation[]
}

export class StoreHistory {
  readonly #open: (now: () => number) => BatchStore
  readonly #now: () => number
  readonly #batches: Batch[] = []

  constructor(open: (now: () => number) => BatchStore, now: () => number, batches: readonly Batch[] = []) {
    this.#open = open
    this.#now = now
    this.#batches = [...batches]
  }

  /** The store as it was left by what it was asked. */
  store(): BatchStore {
    let replayed: number | undefined = 0
    const store = this.#open(() => replayed ?? this.#now())
    for (const { at, operations } of this.#batches) {
      replayed = at
      store.apply(operations)
    }
    replayed = undefined
    return {
      apply: (operations) => {
        this.#batches.push({ at: this.#now(), operations })
        return store.apply(operations)
      },
      listen: (hinted) => store.listen(hinted),
    }
  }

  /** The same up to that time. */
  before(time: number): StoreHistory {
    const batches = this.#batches.filter(({ at }) => at <= time)
    return new StoreHistory(this.#open, this.#now, batches)
  }
}
