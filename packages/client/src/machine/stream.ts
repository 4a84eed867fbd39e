/** One streamed answer: its chunks in order and without holes, and how far its reader has come [P-19] [P-22]. */

import { Inbox, type JsonValue, limits } from '@backchat/protocol'

/** Below what a server sends ahead of a reader, which is counted in bytes: a character has up to three. */
const mostUnread = limits.replyBytes / 4

export class Stream {
  readonly #inbox = new Inbox(-1)
  /** All below it were taken by the reader. */
  #taken = 0
  /** The value of `#taken` that the server was told. */
  #told = 0
  #left = false
  /** Somebody asked for the chunks; for the reply. */
  #begun = false
  #replyWanted = false
  /** Of what came before anybody asked for it, in characters. */
  #unread = 0

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

  /** Who waits for the reply alone must not wait for a reader that never comes: its chunks would fill the window. */
  get isInTheWay(): boolean {
    if (this.#begun || this.#left || !this.#replyWanted) return false
    return this.#waiting >= limits.streamWindow || this.#unread >= mostUnread
  }

  receive(chunk: number): 'next' | 'old' | 'jump' | 'flood' {
    // Twice the window, because on a new link a server may count from the chunk that it was asked for.
    if (chunk === this.wanted && this.#waiting >= 2 * limits.streamWindow) return 'flood'
    const received = this.#inbox.receive(chunk)
    if (this.#left) this.#taken = this.wanted
    return received
  }

  /** What came is kept for the reader. */
  keep(content: JsonValue): void {
    if (!this.#begun) this.#unread += JSON.stringify(content).length
  }

  begin(): void {
    this.#begun = true
  }

  wantReply(): void {
    this.#replyWanted = true
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
