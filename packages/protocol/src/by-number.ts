/**
 * Values by number, for numbers that come and go with every message. A `Map` does the same, but in V8 each table that it
 * outgrows points to the next one, so that an old one that outlived a collection keeps alive all that was ever in it since:
 * see ADR 9. Here a number leaves nothing behind.
 */

/** A power of two. Tables of that size are kept when they are empty. */
const smallTable = 8

/** What stands in the place of a number where there is none. */
const none = -1
const noKeys: readonly number[] = [none]
const noValues: readonly undefined[] = [undefined]

/** Numbers are integers from 0. Open addressing; what is taken out is replaced by what had to step aside for it. */
export class ByNumber<Value> {
  #keys = noKeys as number[]
  #values = noValues as (Value | undefined)[]
  #size = 0

  /** How many there are. */
  get size(): number {
    return this.#size
  }

  get(n: number): Value | undefined {
    return this.#values[this.#find(n)]
  }

  has(n: number): boolean {
    return this.#keys[this.#find(n)] === n
  }

  set(n: number, value: Value): this {
    let at = this.#find(n)
    if (this.#keys[at] !== n) {
      if (2 * this.#size + 2 > this.#keys.length) {
        this.#grow()
        at = this.#find(n)
      }
      this.#keys[at] = n
      this.#size += 1
    }
    this.#values[at] = value
    return this
  }

  /** False when it was not there. */
  delete(n: number): boolean {
    const at = this.#find(n)
    if (this.#keys[at] !== n) return false
    this.#size -= 1
    if (this.#size === 0 && this.#keys.length > smallTable) this.clear()
    else this.#close(at)
    return true
  }

  clear(): void {
    this.#keys = noKeys as number[]
    this.#values = noValues as (Value | undefined)[]
    this.#size = 0
  }

  /** All that are there now, ascending by number. */
  entries(): [n: number, value: Value][] {
    const entries: [number, Value][] = []
    for (let at = 0; at < this.#keys.length; at++) {
      const n = this.#keys[at]
      if (n !== undefined && n !== none) entries.push([n, this.#values[at] as Value])
    }
    return entries.sort(([a], [b]) => a - b)
  }

  [Symbol.iterator](): Iterator<[n: number, value: Value]> {
    return this.entries()[Symbol.iterator]()
  }

  /** Where it is, or where it belongs. */
  #find(n: number): number {
    const keys = this.#keys
    let at = this.#home(n)
    while (keys[at] !== n && keys[at] !== none) at = (at + 1) & (keys.length - 1)
    return at
  }

  /** Where it would stand if nobody were in the way: multiplied by 2^32 over the golden ratio, neighbours stand far apart. */
  #home(n: number): number {
    return (Math.imul(n, 0x9e3779b1) >>> 7) & (this.#keys.length - 1)
  }

  /** Fills a hole with what stepped aside for it, and the hole that leaves likewise. */
  #close(hole: number): void {
    const keys = this.#keys
    const mask = keys.length - 1
    let free = hole
    for (let at = (hole + 1) & mask; keys[at] !== none; at = (at + 1) & mask) {
      const n = keys[at] as number
      if (((at - this.#home(n)) & mask) < ((at - free) & mask)) continue
      keys[free] = n
      this.#values[free] = this.#values[at]
      free = at
    }
    keys[free] = none
    this.#values[free] = undefined
  }

  #grow(): void {
    const entries = this.entries()
    const length = Math.max(smallTable, 2 * this.#keys.length)
    this.#keys = new Array(length).fill(none)
    this.#values = new Array(length).fill(undefined)
    for (const [n, value] of entries) {
      const at = this.#find(n)
      this.#keys[at] = n
      this.#values[at] = value
    }
  }
}
