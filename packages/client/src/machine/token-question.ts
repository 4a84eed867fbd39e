/** The question for the application's token: open once at a time, whoever wants the answer [P-34]. */

import type { Out } from './out.js'
import { timing } from './timing.js'

export class TokenQuestion {
  readonly #out: Out
  #asked = 0
  /** Until when an answer counts; before any time when no question is open. */
  #until = -Infinity
  /** The credentials have changed since it was asked. */
  #isOutdated = false

  constructor(out: Out) {
    this.#out = out
  }

  /** Asks, or waits with those who asked. Returns until when. */
  ask(now: number): number {
    if (now < this.#until) return this.#until
    this.#asked += 1
    this.#isOutdated = false
    this.#until = now + timing.tokenMs
    this.#out.emit({ kind: 'fetchToken', fetch: this.#asked })
    return this.#until
  }

  /** There are other credentials: if a question is open, its answer may be of the old ones, and it is asked again after that. */
  outdate(): void {
    this.#isOutdated = true
  }

  /** Whether that answers the newest question, for the first time, and with what counts. Who still wants an answer asks. */
  answer(fetch: number): boolean {
    if (fetch !== this.#asked || this.#until === -Infinity) return false
    this.#until = -Infinity
    return !this.#isOutdated
  }
}
