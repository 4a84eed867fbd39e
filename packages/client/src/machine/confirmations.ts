/** When the server is told what we have: at once when it is much, else soon [P-22]. */

import { timing } from './timing.js'

/** So many settled requests and delivered pushes do not wait for company. */
const many = 32

export class Confirmations {
  #owed = 0
  #dueAt = Infinity

  /** One more fact that the server does not know yet. */
  owe(atOnce: boolean, now: number): void {
    this.#owed += 1
    const dueAt = atOnce || this.#owed >= many ? now : now + timing.ackMs
    this.#dueAt = Math.min(this.#dueAt, dueAt)
  }

  /** All is told. */
  told(): void {
    this.#owed = 0
    this.#dueAt = Infinity
  }

  wakeAt(): number {
    return this.#dueAt
  }
}
