/** The store that all nodes share: it may be lost, or be again what it was some time ago. */

import type { VirtualClock } from '@backchat/testing'
import type { Fact } from './facts.js'
import { memoryStore } from './machines.js'
import { StoreHistory } from './store-history.js'
import type { BatchStore } from './store-line.js'

export interface SimulatedStoreOptions {
  readonly clock: VirtualClock
  /** Whether it will have to go back. To remember what it was costs time. */
  readonly remembers: boolean
  /** Puts something between the nodes and each store that is opened. */
  readonly between: (store: BatchStore) => BatchStore
  readonly tell: (fact: Fact) => void
  /** There are notes for somebody. */
  readonly hinted: (owner: string) => void
}

export class SimulatedStore {
  readonly #options: SimulatedStoreOptions
  #store: BatchStore
  /** What it was asked; undefined where nobody wants to know. */
  #history: StoreHistory | undefined
  #stopHints = () => {}

  constructor(options: SimulatedStoreOptions) {
    this.#options = options
    this.#store = this.#use(this.#empty())
  }

  /** As it is now: another one may take its place. */
  get current(): BatchStore {
    return this.#store
  }

  /** It forgets everything. */
  lose(): void {
    this.#options.tell({ fact: 'store lost' })
    this.#store = this.#use(this.#empty())
  }

  /** It forgets what it acknowledged since. */
  rollBack(byMs: number): void {
    const { clock, tell } = this.#options
    if (this.#history === undefined) return
    const to = Math.max(0, clock.now() - byMs)
    tell({ fact: 'store rolled back', to })
    this.#history = this.#history.before(to)
    this.#store = this.#use(this.#history.store())
  }

  #empty(): BatchStore {
    const { clock, remembers } = this.#options
    const open = (now: () => number) => memoryStore({ now })
    this.#history = remembers ? new StoreHistory(open, clock.now) : undefined
    return this.#history?.store() ?? open(clock.now)
  }

  #use(store: BatchStore): BatchStore {
    const { between, hinted } = this.#options
    const opened = between(store)
    this.#stopHints()
    this.#stopHints = opened.listen(hinted)
    return opened
  }
}
