/** Those who wait for an outcome: each gets it exactly once, at or before the deadline [P-29]. */

import { ShortLived } from '@backchat/protocol'
import type { Outcome } from './effects.js'
import type { Key } from './inputs.js'
import type { Out } from './out.js'
import type { Request } from './request.js'

export class Callers {
  readonly #out: Out
  readonly #waiting = new ShortLived<number, Request>()
  /** No deadline comes before it. */
  #earliest = Infinity

  constructor(out: Out) {
    this.#out = out
  }

  get size(): number {
    return this.#waiting.size
  }

  /** The earliest deadline, or that of one which has settled or moved on since; then the turn finds nothing to do. */
  wakeAt(): number {
    return this.size === 0 ? Infinity : this.#earliest
  }

  find(key: Key): Request | undefined {
    return this.#waiting.get(key)
  }

  add(request: Request): void {
    this.expect(request)
    this.#waiting.set(request.asked.key, request)
  }

  /**
   * Takes note of a deadline that may be the earliest. Nearly all settle long before theirs: to look at each one when a
   * deadline has come is far less work than to keep all of them in order.
   */
  expect({ deadline }: Request): void {
    this.#earliest = Math.min(this.wakeAt(), deadline)
  }

  settle({ asked: { key } }: Request, outcome: Outcome): void {
    if (!this.#waiting.delete(key)) return
    this.#out.emit({ kind: 'settle', key, outcome })
  }

  /** Those who have waited long enough, in the order of their deadlines. */
  late(now: number): readonly Request[] {
    if (now < this.wakeAt()) return none
    this.#earliest = Infinity
    const late: Request[] = []
    for (const request of this.#waiting.values()) {
      if (request.deadline <= now) late.push(request)
      else this.expect(request)
    }
    return late.sort((a, b) => a.deadline - b.deadline)
  }
}

const none: readonly Request[] = []
