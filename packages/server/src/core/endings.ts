/** The requests that ended here: the newest, and of those before them the newest whose answer its client has not confirmed. */

import { overOf, type RequestTrace } from './request-trace.js'
import { Ring } from './ring.js'

export class Endings {
  readonly #newest: Ring<RequestTrace>
  readonly #unconfirmed: Ring<RequestTrace>

  /** `remembered`: how many of each. */
  constructor(remembered: number) {
    this.#newest = new Ring(remembered)
    this.#unconfirmed = new Ring(remembered)
  }

  add(request: RequestTrace): void {
    const oldest = this.#newest.add(request)
    if (oldest !== undefined && overOf(oldest) === undefined) this.#unconfirmed.add(oldest)
  }

  /** Oldest first. */
  *all(): Iterable<RequestTrace> {
    yield* this.#unconfirmed.all()
    yield* this.#newest.all()
  }
}
