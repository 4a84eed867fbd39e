/** Which ask each number stands for, as can be read on the wire. */

import type { Fact } from './facts.js'
import type { Ask } from './scenario.js'

export class Numbering {
  readonly #asks = new Map<string, Ask>()
  /** By client: number to ask. */
  readonly #numberOf = new Map<Ask, number>()
  readonly #numbers = new Map<number, Map<number, Ask>>()

  hear(fact: Fact): void {
    if (fact.fact === 'asked') this.#asks.set(fact.ask.id, fact.ask)
    if (fact.fact !== 'sent' || fact.frame.kind !== 'request') return
    // The content of every message is `{"ask":"…"}`; to parse all of it here would take a tenth of the time.
    const ask = this.#asks.get(/"ask":"([^"]+)"/.exec(fact.frame.message)?.[1] ?? '')
    if (!ask) return
    this.of(fact.client).set(fact.frame.n, ask)
    this.#numberOf.set(ask, fact.frame.n)
  }

  /** All numbers that a client gave out, ascending. */
  of(client: number): Map<number, Ask> {
    const numbers = this.#numbers.get(client) ?? new Map<number, Ask>()
    this.#numbers.set(client, numbers)
    return numbers
  }

  /** The newest number of an ask. */
  numberOf(ask: Ask): number | undefined {
    return this.#numberOf.get(ask)
  }

  askOf(client: number, n: number): Ask | undefined {
    return this.#numbers.get(client)?.get(n)
  }
}
