/** Which ask each number stands for, as can be read on the wire. */

import type { Json, RequestFrame } from '@backchat/protocol'
import type { Ears } from './audience.js'
import type { Ask } from './scenario.js'

/** The content of every message begins so; to parse all of it would take a tenth of the time. */
const mark = '"ask":"'

export class Numbering {
  readonly #asks = new Map<string, Ask>()
  /** The newest number of each. */
  readonly #numberOf = new Map<Ask, number>()
  /** By client: number to ask. */
  readonly #numbers = new Map<number, Map<number, Ask>>()

  readonly on: Ears = {
    asked: ({ ask }) => void this.#asks.set(ask.id, ask),
    'sent request': ({ client, frame }) => this.#sent(client, frame),
  }

  /** The newest number of an ask. */
  numberOf(ask: Ask): number | undefined {
    return this.#numberOf.get(ask)
  }

  askOf(client: number, n: number): Ask | undefined {
    return this.#numbers.get(client)?.get(n)
  }

  #sent(client: number, { message, n }: RequestFrame<Json>): void {
    const from = message.indexOf(mark) + mark.length
    const ask = this.#asks.get(message.slice(from, message.indexOf('"', from)))
    if (!ask) return
    const numbers = this.#numbers.get(client) ?? new Map<number, Ask>()
    this.#numbers.set(client, numbers.set(n, ask))
    this.#numberOf.set(ask, n)
  }
}
