/** Two nodes on one store, of which the first one is held up. */

import { TestNode } from '../../../packages/server/src/machine/test-node.js'
import { memoryStore } from '../machines.js'
import type { Mutation } from '../world.js'

/** The time of the store goes in such steps. */
const stepMs = 100

export class TwoNodes {
  readonly first: TestNode
  readonly second: TestNode
  #now = 1_000

  constructor({ store: mutate }: Mutation) {
    const honest = memoryStore({ now: () => this.#now })
    const store = { ...(mutate?.(honest) ?? honest), close: () => {} }
    this.first = new TestNode({ answers: 'at once', store, owner: 'the first' })
    this.second = new TestNode({ answers: 'at once', store, owner: 'the second' })
  }

  /** The first one is held up for so long: it does nothing, and nobody tells it. */
  holdUp(ms: number): void {
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.#now += stepMs
      this.second.sleep(stepMs)
    }
    this.first.now = this.#now
  }
}
