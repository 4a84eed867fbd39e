/** A connection in memory that carries bytes, and can be cut exactly before one of them. */

import { Duplex } from 'node:stream'
import type { Direction } from '@backchat/testing'

/** Before which byte of which direction; both sides learn of it, in this way. */
export interface ByteCut {
  readonly direction: Direction
  readonly offset: number
  readonly how: 'fin' | 'rst'
}

export class BytePipe {
  readonly client: Duplex
  readonly server: Duplex
  /** What was written so far, whether or not it arrived. */
  readonly written: Record<Direction, number> = { up: 0, down: 0 }
  readonly #cut: ByteCut | undefined
  #broken = false

  constructor(cut: ByteCut | undefined) {
    this.#cut = cut
    this.client = new End((bytes) => this.#carry('up', bytes))
    this.server = new End((bytes) => this.#carry('down', bytes))
    // The end of one side is the end of what the other one reads.
    this.client.once('finish', () => this.#finish(this.server)).once('close', () => this.#finish(this.server))
    this.server.once('finish', () => this.#finish(this.client)).once('close', () => this.#finish(this.client))
  }

  get broken(): boolean {
    return this.#broken
  }

  get gone(): boolean {
    return this.client.destroyed && this.server.destroyed
  }

  #carry(direction: Direction, bytes: Buffer): void {
    if (this.#broken) return
    const before = this.written[direction]
    this.written[direction] += bytes.length
    const room = this.#cut?.direction === direction ? this.#cut.offset - before : Number.POSITIVE_INFINITY
    const end = direction === 'up' ? this.server : this.client
    const passing = bytes.subarray(0, room)
    if (passing.length > 0 && !end.readableEnded && !end.destroyed) end.push(passing)
    if (bytes.length > room) this.#breakOff()
  }

  #breakOff(): void {
    this.#broken = true
    // What came before it is read before the end is learnt.
    setImmediate(() => {
      for (const end of [this.client, this.server]) {
        if (this.#cut?.how === 'rst') end.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))
        else this.#finish(end)
      }
    })
  }

  #finish(end: Duplex): void {
    if (!end.destroyed && !finished.has(end)) end.push(null)
    finished.add(end)
  }
}

const finished = new WeakSet<Duplex>()

class End extends Duplex {
  readonly #carry: (bytes: Buffer) => void

  constructor(carry: (bytes: Buffer) => void) {
    super()
    this.#carry = carry
    // An end that nobody holds any more may still be told of a reset.
    this.on('error', () => {})
  }

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.#carry(bytes)
    done()
  }
}
