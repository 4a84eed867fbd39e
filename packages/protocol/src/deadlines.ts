/** Named deadlines, thousands of them, with the earliest at hand: a machine has one time to wake at, and no timers. */

interface Entry<Key> {
  readonly key: Key
  readonly at: number
}

/** Below this many entries, sweeping is not worth the trouble. */
const fewEntries = 64

export class Deadlines<Key> {
  /** The entry of each key that has a deadline. All others in the line are garbage. */
  readonly #current = new Map<Key, Entry<Key>>()
  /** The earliest first. Nearly all deadlines are set in their order, so that their place is at its end. */
  #line: Entry<Key>[] = []
  /** Where the line begins: all before are garbage. */
  #start = 0

  /** How many keys have a deadline. */
  get size(): number {
    return this.#current.size
  }

  /** How many entries are held for them, garbage included: at most twice as many, or a few. */
  get entries(): number {
    return this.#line.length
  }

  /** The earliest deadline, or Infinity. */
  get next(): number {
    return this.#earliest()?.at ?? Infinity
  }

  /** When this key is due, if it has a deadline. */
  get(key: Key): number | undefined {
    return this.#current.get(key)?.at
  }

  /** Gives a key its deadline, in place of any that it had. Infinity takes it away. */
  set(key: Key, at: number): void {
    if (at === Infinity) return this.clear(key)
    if (this.#current.get(key)?.at === at) return
    const entry = { key, at }
    this.#current.set(key, entry)
    this.#line.splice(this.#placeOf(at), 0, entry)
    this.#sweep()
  }

  clear(key: Key): void {
    if (this.#current.delete(key)) this.#sweep()
  }

  /** Takes out every key whose deadline has come, the earliest first. */
  due(now: number): Key[] {
    const keys: Key[] = []
    for (let entry = this.#earliest(); entry !== undefined && entry.at <= now; entry = this.#earliest()) {
      keys.push(entry.key)
      this.#current.delete(entry.key)
    }
    this.#sweep()
    return keys
  }

  /** The first that is no garbage. */
  #earliest(): Entry<Key> | undefined {
    for (;;) {
      const entry = this.#line[this.#start]
      if (entry === undefined || this.#isCurrent(entry)) return entry
      this.#start += 1
    }
  }

  #isCurrent(entry: Entry<Key>): boolean {
    return this.#current.get(entry.key) === entry
  }

  /** Behind all that are not later: deadlines of the same time pass in the order they were set. */
  #placeOf(at: number): number {
    let low = this.#start
    let high = this.#line.length
    while (low < high) {
      const middle = (low + high) >> 1
      const entry = this.#line[middle]
      if (entry !== undefined && entry.at > at) high = middle
      else low = middle + 1
    }
    return low
  }

  /** Keeps garbage below half. Each sweep is paid for by as many deadlines set, cleared or passed since the last. */
  #sweep(): void {
    if (this.#line.length <= fewEntries || this.#line.length <= 2 * this.#current.size) return
    this.#line = this.#line.filter((entry) => this.#isCurrent(entry))
    this.#start = 0
  }
}
