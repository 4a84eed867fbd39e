/** How far a streamed answer has run ahead of its reader, and whether it may go on [P-19]. */

import { limits } from '@backchat/protocol'

export class Flow {
  /** Number of the first chunk that the reader has not taken. */
  #confirmed = 0
  /** Sizes of the chunks that it has not taken, oldest first. */
  readonly #ahead: number[] = []
  #bytesAhead = 0

  /** How many chunks there are; the next one gets this number. */
  get count(): number {
    return this.#confirmed + this.#ahead.length
  }

  /** Whether the handler may be asked for more: neither 256 chunks nor as many bytes as the largest reply wait for the reader. */
  get open(): boolean {
    return this.#ahead.length < limits.streamWindow && this.#bytesAhead < limits.replyBytes
  }

  /** A chunk of that size was yielded. */
  produce(bytes: number): void {
    this.#ahead.push(bytes)
    this.#bytesAhead += bytes
  }

  /** The reader took all chunks below `next`. Late or repeated confirmations are harmless, and so is one from the future. */
  confirm(next: number): void {
    const taken = this.#ahead.splice(0, Math.max(0, next - this.#confirmed))
    this.#confirmed += taken.length
    for (const bytes of taken) this.#bytesAhead -= bytes
  }
}
