/** What a transport reported, in words that a test can wait for. Tests only. */

import type { TransportEvents } from './transport.js'

/** Far beyond what loopback takes; a fact that has not come by then never will. */
const patienceMs = 15_000

export class Facts implements TransportEvents {
  /** Such as `opened 1`, `received 1 hello`, `closed 1 1006 connect ECONNREFUSED`. */
  readonly all: string[] = []
  readonly #readers = new Set<() => void>()

  opened(link: number): void {
    this.#add(`opened ${link}`)
  }

  received(link: number, data: string): void {
    this.#add(`received ${link} ${data}`)
  }

  garbled(link: number, reason: string): void {
    this.#add(`garbled ${link} ${reason}`)
  }

  closed(link: number, code: number, reason: string): void {
    this.#add(`closed ${link} ${code} ${reason}`.trim())
  }

  /** The first fact that begins so. */
  until(beginning: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const read = () => {
        const fact = this.all.find((fact) => fact.startsWith(beginning))
        if (fact !== undefined) end(() => resolve(fact))
      }
      const end = (settle: () => void) => {
        clearTimeout(timer)
        this.#readers.delete(read)
        settle()
      }
      const late = () => reject(new Error(`no fact '${beginning}', only: ${this.all.join(', ')}`))
      const timer = setTimeout(() => end(late), patienceMs)
      this.#readers.add(read)
      read()
    })
  }

  #add(fact: string): void {
    this.all.push(fact)
    for (const read of [...this.#readers]) read()
  }
}
