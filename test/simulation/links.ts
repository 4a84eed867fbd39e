/** Which link of each client is the current one: the newest that it dialled, as long as it is there. */

import type { Ears } from './audience.js'

export class Links {
  readonly #current = new Map<number, number>()

  readonly on: Ears = {
    dialled: ({ client, link }) => void this.#current.set(client, link),
    lost: ({ client, link }) => this.#end(client, link),
    abandoned: ({ client, link }) => this.#end(client, link),
  }

  isCurrent(client: number, link: number): boolean {
    return this.#current.get(client) === link
  }

  #end(client: number, link: number): void {
    if (this.isCurrent(client, link)) this.#current.delete(client)
  }
}
