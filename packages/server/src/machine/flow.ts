/** How far a streamed answer has run ahead of its reader, and how much further it may [P-19]. */

import { limits } from '@backchat/protocol'
import { added, none } from '../added.js'
import { isSpent, largestPortion, less, oneChunk, type Portion } from './portion.js'

export class Flow {
  /** Number of the first chunk that the reader has not taken. */
  #confirmed = 0
  /** Sizes of the chunks that it has not taken, oldest first. */
  #ahead: number[] = none
  #bytesAhead = 0
  /** What the generator still yields without being asked again. */
  #due = oneChunk

  /** How many chunks there are; the next one gets this number. */
  get count(): number {
    return this.#confirmed + this.#ahead.length
  }

  /** Whether the handler may be asked for more: neither 256 chunks nor as many bytes as the largest reply wait for the reader. */
  get open(): boolean {
    return this.#ahead.length < limits.streamWindow && this.#bytesAhead < limits.replyBytes
  }

  /** Whether the generator waits to be asked. */
  get waits(): boolean {
    return isSpent(this.#due)
  }

  /** How much to ask for, and that it was asked for. One chunk at a time of an answer that nobody reads. */
  ask(isRead: boolean): Portion {
    this.#due = isRead ? this.#room : oneChunk
    return this.#due
  }

  /** A chunk of that size was yielded. */
  yielded(bytes: number): void {
    this.#due = less(this.#due, bytes)
  }

  /** It is kept until the reader has taken it. */
  produce(bytes: number): void {
    this.#ahead = added(this.#ahead, bytes)
    this.#bytesAhead += bytes
  }

  get #room(): Portion {
    return {
      chunks: Math.min(largestPortion.chunks, limits.streamWindow - this.#ahead.length),
      bytes: Math.min(largestPortion.bytes, limits.replyBytes - this.#bytesAhead),
    }
  }

  /** The reader took all chunks below `next`. Late or repeated confirmations are harmless, and so is one from the future. */
  confirm(next: number): void {
    const taken = this.#ahead.splice(0, Math.max(0, next - this.#confirmed))
    this.#confirmed += taken.length
    for (const bytes of taken) this.#bytesAhead -= bytes
  }
}
