/** The way to a store that takes its time: batches are carried out, and answered, in the order in which they were asked. */

import type { VirtualClock } from '@backchat/testing'
import type { Operation, Result } from './machines.js'

export interface BatchStore {
  apply(operations: readonly Operation[]): readonly Result[]
  listen(hinted: (owner: string) => void): () => void
}

export type Answer = readonly Result[] | 'failed'

export interface StoreLineOptions {
  readonly store: BatchStore
  readonly clock: VirtualClock
  /** Half of it passes before a batch is carried out, half before its results are back; 0: at once. */
  readonly delayMs: number
  readonly applied: (operations: readonly Operation[], results: readonly Result[]) => void
}

export class StoreLine {
  readonly #options: StoreLineOptions
  #failure = { until: 0, carriesOut: false }
  #stopped = false

  constructor(options: StoreLineOptions) {
    this.#options = options
  }

  ask(operations: readonly Operation[], answered: (results: Answer) => void): void {
    const { clock, delayMs } = this.#options
    if (delayMs === 0) return answered(this.#apply(operations))
    clock.after(delayMs / 2, () => {
      if (this.#stopped) return
      const results = this.#apply(operations)
      clock.after(delayMs / 2, () => this.#stopped || answered(results))
    })
  }

  /** For so long nobody hears from the store; what it is asked, it does or does not. */
  fail(forMs: number, carriesOut: boolean): void {
    this.#failure = { until: this.#options.clock.now() + forMs, carriesOut }
  }

  /** The process that asks is gone. */
  stop(): void {
    this.#stopped = true
  }

  #apply(operations: readonly Operation[]): Answer {
    const { until, carriesOut } = this.#failure
    const failed = this.#options.clock.now() < until
    if (failed && !carriesOut) return 'failed'
    const results = this.#options.store.apply(operations)
    this.#options.applied(operations, results)
    return failed ? 'failed' : results
  }
}
