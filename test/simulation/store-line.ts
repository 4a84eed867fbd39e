/** The way to a store that takes its time: batches are carried out, and answered, in the order in which they were asked. */

import type { VirtualClock } from '@backchat/testing'
import type { Operation, Result } from './machines.js'

export interface BatchStore {
  apply(operations: readonly Operation[]): readonly Result[]
}

export interface StoreLineOptions {
  readonly store: BatchStore
  readonly clock: VirtualClock
  /** Half of it passes before a batch is carried out, half before its results are back; 0: at once. */
  readonly delayMs: number
  readonly applied: (operations: readonly Operation[], results: readonly Result[]) => void
}

export class StoreLine {
  readonly #options: StoreLineOptions
  #stopped = false

  constructor(options: StoreLineOptions) {
    this.#options = options
  }

  ask(operations: readonly Operation[], answered: (results: readonly Result[]) => void): void {
    const { clock, delayMs } = this.#options
    if (delayMs === 0) return answered(this.#apply(operations))
    clock.after(delayMs / 2, () => {
      if (this.#stopped) return
      const results = this.#apply(operations)
      clock.after(delayMs / 2, () => this.#stopped || answered(results))
    })
  }

  /** The process that asks is gone. */
  stop(): void {
    this.#stopped = true
  }

  #apply(operations: readonly Operation[]): readonly Result[] {
    const results = this.#options.store.apply(operations)
    this.#options.applied(operations, results)
    return results
  }
}
