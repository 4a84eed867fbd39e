/** The way of one node to a store that takes its time: batches are carried out, and answered, in the order in which they were asked. */

import type { VirtualClock } from '@backchat/testing'
import type { Operation, Result } from './machines.js'

export interface BatchStore {
  apply(operations: readonly Operation[]): readonly Result[]
  listen(hinted: (owner: string) => void): () => void
}

export type Answer = readonly Result[] | 'failed'

export interface StoreLineOptions {
  /** The store as it is now: it may be lost, and another one take its place. */
  readonly store: () => BatchStore
  readonly clock: VirtualClock
  /** Half of it passes before a batch is carried out, half before its results are back; 0: at once. */
  readonly delayMs: number
  readonly applied: (operations: readonly Operation[], results: readonly Result[]) => void
}

export class StoreLine {
  readonly #options: StoreLineOptions
  #failure = { until: 0, carriesOut: false }
  #slowness = { until: 0, delayMs: 0 }
  /** When the batch before was, or will be, carried out and answered. */
  #before = { appliedAt: 0, answeredAt: 0 }
  #stopped = false

  constructor(options: StoreLineOptions) {
    this.#options = options
  }

  ask(operations: readonly Operation[], answered: (results: Answer) => void): void {
    const { clock } = this.#options
    const now = clock.now()
    const delayMs = this.#options.delayMs + (now < this.#slowness.until ? this.#slowness.delayMs : 0)
    if (delayMs === 0 && this.#before.answeredAt < now) return answered(this.#apply(operations))
    const appliedAt = Math.max(now + delayMs / 2, this.#before.appliedAt)
    const answeredAt = Math.max(appliedAt + delayMs / 2, this.#before.answeredAt)
    this.#before = { appliedAt, answeredAt }
    clock.after(appliedAt - now, () => {
      if (this.#stopped) return
      const results = this.#apply(operations)
      clock.after(answeredAt - appliedAt, () => this.#stopped || answered(results))
    })
  }

  /** For so long nobody hears from the store; what it is asked, it does or does not. */
  fail(forMs: number, carriesOut: boolean): void {
    this.#failure = { until: this.#options.clock.now() + forMs, carriesOut }
  }

  /** For so long it takes that much longer. */
  slow(forMs: number, delayMs: number): void {
    this.#slowness = { until: this.#options.clock.now() + forMs, delayMs }
  }

  /** The process that asks is gone. */
  stop(): void {
    this.#stopped = true
  }

  #apply(operations: readonly Operation[]): Answer {
    const { until, carriesOut } = this.#failure
    const failed = this.#options.clock.now() < until
    if (failed && !carriesOut) return 'failed'
    const results = this.#options.store().apply(operations)
    this.#options.applied(operations, results)
    return failed ? 'failed' : results
  }
}
