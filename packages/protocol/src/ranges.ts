/** A set of numbers that fills up from below: all up to a floor, and ranges above it [P-4]. */

import type { Range } from './frames.js'

/** Numbers are from 1 to 2^53−1; none is ever taken out. */
export class Ranges {
  #floor: number
  /** Ascending; they touch neither each other nor the floor. Replaced and never changed, so that a frame may hold it. */
  #above: readonly Range[]

  constructor(floor = 0, above: readonly Range[] = []) {
    this.#floor = floor
    this.#above = above
  }

  /** All numbers up to this one are in the set; the next one is not. */
  get floor(): number {
    return this.#floor
  }

  /** The ranges above the floor, as frames carry them. */
  get above(): readonly Range[] {
    return this.#above
  }

  has(n: number): boolean {
    if (n <= this.#floor) return true
    const range = this.#above[this.#reaching(n)]
    return range !== undefined && range[0] <= n
  }

  /** False when the number was there already. */
  add(n: number): boolean {
    if (n === this.#floor + 1 && this.#above.length === 0) {
      this.#floor = n
      return true
    }
    return this.#cover(n, n)
  }

  /** Takes in what a peer reports [P-22]. What it leaves out stays: an older report that comes late is harmless. */
  merge(floor: number, above: readonly Range[]): void {
    if (floor > this.#floor) this.#cover(1, floor)
    for (const [from, to] of above) this.#cover(from, to)
  }

  /** Whether adding this number would need one more range [P-14]. */
  wouldSplit(n: number): boolean {
    return !this.has(n) && !this.has(n - 1) && !this.has(n + 1)
  }

  /** Keeps at most so many ranges by filling the lowest holes: numbers in them count as in the set from now on. */
  bound(most: number): void {
    const lowest = this.#above[this.#above.length - most - 1]
    if (lowest !== undefined) this.#cover(1, lowest[1])
  }

  #cover(from: number, to: number): boolean {
    const first = this.#reaching(from - 1)
    const touched = this.#above.slice(first, this.#following(first, to))
    const lowest = Math.min(from, touched[0]?.[0] ?? from)
    const highest = Math.max(to, touched.at(-1)?.[1] ?? to)
    if (highest <= this.#floor || (touched.length === 1 && touched[0]?.[0] === lowest && touched[0][1] === highest)) {
      return false
    }
    const rest = this.#above.slice(first + touched.length)
    if (lowest <= this.#floor + 1) {
      this.#floor = highest
      this.#above = rest
    } else {
      this.#above = [...this.#above.slice(0, first), [lowest, highest], ...rest]
    }
    return true
  }

  /** The index of the first range that ends at `n` or later. */
  #reaching(n: number): number {
    let low = 0
    let high = this.#above.length
    while (low < high) {
      const middle = (low + high) >> 1
      const range = this.#above[middle]
      if (range !== undefined && range[1] < n) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The index of the first range, from `first` on, that begins too far above `to` to touch it. */
  #following(first: number, to: number): number {
    let index = first
    for (let range = this.#above[index]; range !== undefined && range[0] <= to + 1; range = this.#above[index]) index++
    return index
  }
}
