/** The clients of a process, as many as a workload needs. */

import { type Contact, line, type Peer } from '../peers/peer.js'

/** Dials that are under way at a time. */
const dialsAtATime = 64

export class Contacts {
  readonly #peer: Peer
  readonly #port: number
  readonly #all: Contact[] = []

  constructor(peer: Peer, port: number) {
    this.#peer = peer
    this.#port = port
  }

  async open(count: number): Promise<number> {
    const began = performance.now()
    for (const contact of this.#all.splice(count)) await contact.close()
    let missing = count - this.#all.length
    const dial = async () => {
      while (missing > 0) {
        missing -= 1
        this.#all.push(await this.#peer.connect(this.#port))
      }
    }
    await Promise.all(Array.from({ length: dialsAtATime }, dial))
    return (performance.now() - began) / 1_000
  }

  first(count: number): readonly Contact[] {
    if (this.#all.length < count) throw new Error(`There are ${this.#all.length} clients, and ${count} are needed.`)
    return this.#all.slice(0, count)
  }

  get all(): readonly Contact[] {
    return this.#all
  }

  askAgain(): Promise<readonly number[]> {
    return Promise.all(
      this.#all.map(async (contact) => {
        await contact.askAgain(line)
        return Date.now()
      }),
    )
  }
}
