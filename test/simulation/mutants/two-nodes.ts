/** Two nodes on one store, at one time. A client dials the first one, then the second one. */

import { TestNode } from '../../../packages/server/src/machine/test-node.js'
import { memoryStore } from '../machines.js'
import type { Mutation } from '../world.js'

/** At each step both nodes may act. */
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

  /** Both live on. */
  pass(ms: number): void {
    this.#pass(ms, [this.first, this.second])
  }

  /** The first one is held up for so long: it does nothing, and then hears that time has passed. */
  holdUp(ms: number): void {
    this.#pass(ms, [this.second])
    this.first.now += ms
  }

  #pass(ms: number, nodes: readonly TestNode[]): void {
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.#now += stepMs
      for (const node of nodes) node.sleep(stepMs)
    }
  }
}
