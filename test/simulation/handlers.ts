/** The handlers of a server at work, each under the number that the machine gave its run. */

import type { Clock } from '@backchat/protocol'
import type { ServerFact } from './facts.js'
import type { Run, ServerInput } from './machines.js'
import type { Ask } from './scenario.js'
import { SimulatedRun } from './simulated-run.js'

export interface HandlersOptions {
  readonly node: number
  readonly clock: Clock
  /** The name under which the server is known to the store. */
  readonly owner: () => string
  /** What a message that names its ask wants done. */
  readonly askOf: (id: string) => Ask
  /** Numbers calls of handlers over all lives of all nodes. */
  readonly called: () => number
  /** How often each ask was refused for now, by whatever node. */
  readonly refusals: Map<string, number>
  readonly feed: (input: ServerInput) => void
  readonly tell: (fact: ServerFact) => void
}

export class Handlers {
  readonly #options: HandlersOptions
  readonly #runs = new Map<number, SimulatedRun>()

  constructor(options: HandlersOptions) {
    this.#options = options
  }

  /** How many have not ended. */
  get size(): number {
    return this.#runs.size
  }

  at(run: number): SimulatedRun | undefined {
    return this.#runs.get(run)
  }

  run({ run: id, message, session, link }: Run): void {
    const { node, clock, owner, askOf, called, feed, tell } = this.#options
    const ask = askOf(askIdOf(message.content))
    const run = new SimulatedRun({
      ask,
      id,
      node,
      clock,
      feed,
      tell,
      refused: this.#isRefused(ask),
      called: () => {
        const number = called()
        tell({ fact: 'ran', node, run: number, ask, session, link, owner: owner() })
        return number
      },
      ended: () => this.#runs.delete(id),
    })
    this.#runs.set(id, run)
  }

  /** Their process is gone. */
  die(): void {
    for (const run of this.#runs.values()) run.die()
  }

  #isRefused({ id, handler }: Ask): boolean {
    const { refusals } = this.#options
    const count = refusals.get(id) ?? 0
    if (count >= handler.refusals) return false
    refusals.set(id, count + 1)
    return true
  }
}

function askIdOf(content: unknown): string {
  if (typeof content === 'object' && content !== null && 'ask' in content) return String(content.ask)
  throw new Error(`a message without its ask: ${JSON.stringify(content)}`)
}
