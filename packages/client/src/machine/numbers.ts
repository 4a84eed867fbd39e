/** The numbers of requests, and what has them: given in ascending order, never twice, and told to the server once settled [P-14] [P-22]. */

import { type Limits, limits, type Range, ShortLived } from '@backchat/protocol'

export class Numbers<Holder> {
  #last = 0
  /** All up to this one are told. */
  #floor = 0
  /** What the server may not forget, ascending; what is held back has no holder any more. */
  readonly #open = new ShortLived<number, Holder | undefined>()
  /** How many ranges of what is told there are above the floor. */
  #ranges = 0
  /** Settled, but each would need one range more than the server takes: they wait until others close holes. */
  readonly #held = new Set<number>()
  #window: number = limits.window
  #mostRanges: number = limits.ranges

  /** What the server can hold, as its welcome says. */
  limit({ window, ranges }: Limits): void {
    this.#window = window
    this.#mostRanges = ranges
  }

  /** Whether the server takes another number. What is held back takes room there, so it counts. */
  get free(): boolean {
    return this.#open.size < this.#window
  }

  give(holder: Holder): number {
    this.#last += 1
    this.#open.set(this.#last, holder)
    return this.#last
  }

  /** How many are given and not settled. */
  get size(): number {
    return this.#open.size - this.#held.size
  }

  /** What has this number, until it is settled. */
  find(n: number): Holder | undefined {
    return this.#open.get(n)
  }

  /** All that is not settled, ascending. */
  entries(): readonly (readonly [n: number, holder: Holder])[] {
    return this.#open.entries().flatMap(([n, holder]) => (holder === undefined ? [] : [[n, holder] as const]))
  }

  settle(n: number): void {
    if (this.#held.size === 0 && this.#isTaken(n)) return this.#tell(n)
    this.#held.add(n)
    this.#open.set(n, undefined)
    let closed = this.#tellHeld()
    while (closed && this.#held.size > 0) closed = this.#tellHeld()
  }

  get floor(): number {
    return this.#floor
  }

  /** What is told above it: all that lies between what is open. */
  get settled(): readonly Range[] {
    const ranges: Range[] = []
    if (this.#ranges === 0) return ranges
    let before = this.floor + 1
    for (const [n] of [...this.#open.entries(), [this.#last + 1] as const]) {
      if (n > before + 1) ranges.push([before + 1, n - 1])
      before = n
    }
    return ranges
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

  /** Whether the server takes it as settled: beside what is told already, or as one range more. */
  #isTaken(n: number): boolean {
    return this.#isTold(n - 1) || this.#isTold(n + 1) || this.#ranges < this.#mostRanges
  }

  #isTold(n: number): boolean {
    return n <= this.#last && !this.#open.has(n)
  }

  /** A range of its own, or one more of a range, or what joins two. */
  #tell(n: number): void {
    this.#ranges += 1 - Number(this.#isTold(n - 1)) - Number(this.#isTold(n + 1))
    this.#open.delete(n)
    while (this.#isTold(this.#floor + 1)) this.#floor += 1
  }
}
