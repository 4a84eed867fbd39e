/** Numbers in the order in which they were added. A `Set` is that too, but see {@link ByNumber} for what it leaves behind. */

import { ByNumber } from '@backchat/protocol'

export class InOrder {
  /** When each was added, as its index in the line. */
  readonly #indexes = new ByNumber<number>()
  /** Also what was taken out, until it is more than half. */
  #line: number[] = []

  get size(): number {
    return this.#indexes.size
  }

  /** A number that is there keeps its place. */
  add(n: number): void {
    if (this.#indexes.has(n)) return
    this.#indexes.set(n, this.#line.length)
    this.#line.push(n)
  }

  delete(n: number): void {
    if (!this.#indexes.delete(n)) return
    if (this.#line.length > 16 && this.#line.length > 2 * this.size) this.#closeRanks()
  }

  *[Symbol.iterator](): Iterator<number> {
    // Whoever looks may take out what is seen.
    for (const n of this.#present()) yield n
  }

  #present(): readonly number[] {
    return this.#line.filter((n, index) => this.#indexes.get(n) === index)
  }

  #closeRanks(): void {
    this.#line = [...this.#present()]
    for (const [index, n] of this.#line.entries()) this.#indexes.set(n, index)
  }
}
