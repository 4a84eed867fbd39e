/** A cut that waits for its byte: the link goes exactly before it. */

import type { CutHow, CutSide, Direction } from '../faults/faults.js'

export interface ByteCutOptions {
  /** Whose bytes are counted. Default `down`: what the server sends. */
  readonly direction?: Direction
  /** Default `both`. */
  readonly side?: CutSide
  /** Default `rst`. */
  readonly how?: CutHow
}

/** What `cutAfter` hands back. It acts once. */
export interface PlannedByteCut {
  /** Whether no link has come so far yet. */
  readonly pending: boolean
  /** Calls it off. Harmless when it has happened. */
  cancel(): void
}

export class ByteCut implements PlannedByteCut {
  readonly bytes: number
  readonly direction: Direction
  readonly side: CutSide
  readonly how: CutHow
  #pending = true

  constructor(bytes: number, { direction = 'down', side = 'both', how = 'rst' }: ByteCutOptions) {
    this.bytes = bytes
    this.direction = direction
    this.side = side
    this.how = how
  }

  get pending(): boolean {
    return this.#pending
  }

  cancel(): void {
    this.#pending = false
  }
}
