/** Which link of each client is the current one: the newest that it dialled, as long as it is there. */

import type { Fact } from './facts.js'

export class Links {
  readonly #current = new Map<number, number>()

  hear(fact: Fact): void {
    if (fact.fact === 'dialled') this.#current.set(fact.client, fact.link)
    if ((fact.fact === 'lost' || fact.fact === 'abandoned') && this.isCurrent(fact.client, fact.link))
      this.#current.delete(fact.client)
  }

  isCurrent(client: number, link: number): boolean {
    return this.#current.get(client) === link
  }
}
