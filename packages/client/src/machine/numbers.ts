/** The numbers of requests: given in ascending order, never twice, and told to the server once settled [P-14] [P-22]. */

import { type Limits, limits, type Range, Ranges } from '@backchat/protocol'

export class Numbers {
  #last = 0
  readonly #settled = new Ranges()
  /** How many numbers the server may forget. */
  #told = 0
  /** Settled too, but each would need one range more than the server takes: they wait until others close holes. */
  readonly #held = new Set<number>()
  #window: number = limits.window
  #ranges: number = limits.ranges

  /** What the server can hold, as its welcome says. */
  limit({ window, ranges }: Limits): void {
    this.#window = window
    this.#ranges = ranges
  }

  /** Whether the server takes another number. What is held back takes room there, so it counts. */
  get free(): boolean {
    return this.#last - this.#told < this.#window
  }

  give(): number {
    this.#last += 1
    return this.#last
  }

  settle(n: number): void {
    if (this.#held.size === 0 && this.#isTaken(n)) return this.#tell(n)
    this.#held.add(n)
    let closed = this.#tellHeld()
    while (closed && this.#held.size > 0) closed = this.#tellHeld()
  }

  get floor(): number {
    return this.#settled.floor
  }

  get settled(): readonly Range[] {
    return this.#settled.above
  }

  /** One pass over what is held; true when something found its place, so that more may. */
  #tellHeld(): boolean {
    let told = false
    for (const n of this.#held) {
      if (!this.#isTaken(n)) continue
      this.#held.delete(n)
      this.#tell(n)
      told = true
    }
    return told
  }

  /** Whether the server takes it as settled. */
  #isTaken(n: number): boolean {
    return this.#settled.above.length < this.#ranges || !this.#settled.wouldSplit(n)
  }

  #tell(n: number): void {
    this.#settled.add(n)
    this.#told += 1
  }
}
