/** The requests that ended here: the newest, and of those before them the newest whose answer its client has not confirmed. */

import { overOf, type RequestTrace } from './request-trace.js'
import { Ring } from './ring.js'

export class Endings<Request extends RequestTrace> {
  readonly #newest: Ring<Request>
  readonly #unconfirmed: Ring<Request>

  /** `remembered`: how many of each. */
  constructor(remembered: number) {
    this.#newest = new Ring(remembered)
    this.#unconfirmed = new Ring(remembered)
  }

  /** Returns the one that had to go. */
  add(request: Request): Request | undefined {
    const oldest = this.#newest.add(request)
    return oldest === undefined || overOf(oldest) !== undefined ? oldest : this.#unconfirmed.add(oldest)
  }

  /** Oldest first. */
  *all(): Iterable<Request> {
    yield* this.#unconfirmed.all()
    yield* this.#newest.all()
  }
}
