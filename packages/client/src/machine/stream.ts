/** One streamed answer: its chunks in order and without holes, and how far its reader has come [P-19] [P-22]. */

import { Inbox, limits } from '@backchat/protocol'

export class Stream {
  readonly #inbox = new Inbox(-1)
  /** All below it were taken by the reader. */
  #taken = 0
  /** The value of `#taken` that the server was told. */
  #told = 0
  #left = false

  /** The chunk that is due next: all below it arrived. */
  get wanted(): number {
    return this.#inbox.last + 1
  }

  /** The reader left: chunks are taken in its place. */
  get left(): boolean {
    return this.#left
  }

  /** Chunks wait for a reader who has begun: this silence is its own, and the server may have to wait for it. */
  get stalled(): boolean {
    return this.#taken > 0 && this.#waiting > 0
  }

  /** How many chunks were taken that the server does not know of. */
  get untold(): number {
    return this.#taken - this.#told
  }

  receive(chunk: number): 'next' | 'old' | 'jump' | 'flood' {
    // Twice the window, because on a new link a server may count from the chunk that it was asked for.
    if (chunk === this.wanted && this.#waiting >= 2 * limits.streamWindow) return 'flood'
    const received = this.#inbox.receive(chunk)
    if (this.#left) this.#taken = this.wanted
    return received
  }

  /** The reader took all below `next`. */
  take(next: number): void {
    this.#taken = Math.min(Math.max(this.#taken, next), this.wanted)
  }

  leave(): void {
    this.#left = true
    this.#taken = this.wanted
  }

  /** How far the reader has come, to be told to the server. */
  tell(): number {
    this.#told = this.#taken
    return this.#taken
  }

  /** What was told may have been lost with its link. */
  forgetTold(): void {
    this.#told = 0
  }

  get #waiting(): number {
    return this.wanted - this.#taken
  }
}
