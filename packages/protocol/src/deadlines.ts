/** Named deadlines, thousands of them, with the earliest at hand: a machine has one time to wake at, and no timers. */

interface Entry<Key> {
  readonly key: Key
  readonly at: number
  /** Ascends with each {@link Deadlines.set}: deadlines of the same time pass in the order they were set. */
  readonly order: number
  /** False once its key has another deadline, or none: then it is garbage. */
  isCurrent: boolean
}

/** Below this many entries, sweeping is not worth the trouble. */
const smallHeap = 64

export class Deadlines<Key> {
  /** The entry of each key that has a deadline. */
  readonly #current = new Map<Key, Entry<Key>>()
  /** A binary heap, the earliest first. Garbage stays until it comes up, or until it is more than half. */
  #heap: Entry<Key>[] = []
  #orders = 0

  /** How many keys have a deadline. */
  get size(): number {
    return this.#current.size
  }

  /** How many entries are held for them, garbage included: at most twice as many, or a few. */
  get entries(): number {
    return this.#heap.length
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
    const before = this.#current.get(key)
    if (before?.at === at) return
    if (before !== undefined) before.isCurrent = false
    const entry = { key, at, order: this.#orders++, isCurrent: true }
    this.#current.set(key, entry)
    this.#rise(this.#heap.length, entry)
    this.#sweep()
  }

  clear(key: Key): void {
    const entry = this.#current.get(key)
    if (entry === undefined) return
    this.#end(entry)
    this.#sweep()
  }

  /** Takes out every key whose deadline has come, the earliest first. */
  due(now: number): readonly Key[] {
    // Nearly always there is none, and somebody asks in every turn.
    if (this.next > now) return none
    const keys: Key[] = []
    for (let entry = this.#earliest(); entry !== undefined && entry.at <= now; entry = this.#earliest()) {
      keys.push(entry.key)
      this.#end(entry)
    }
    return keys
  }

  #end(entry: Entry<Key>): void {
    entry.isCurrent = false
    this.#current.delete(entry.key)
  }

  /** The top of the heap, once garbage above it is gone. */
  #earliest(): Entry<Key> | undefined {
    for (;;) {
      const top = this.#heap[0]
      if (top === undefined || top.isCurrent) return top
      this.#removeTop()
    }
  }

  /** Keeps garbage below half. Each sweep is paid for by as many deadlines set or cleared since the last. */
  #sweep(): void {
    if (this.#heap.length <= smallHeap || this.#heap.length <= 2 * this.#current.size) return
    // A sorted array is a heap.
    this.#heap = [...this.#current.values()].sort((a, b) => (isBefore(a, b) ? -1 : 1))
  }

  #rise(from: number, entry: Entry<Key>): void {
    let index = from
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      const parent = this.#heap[parentIndex]
      if (parent === undefined || isBefore(parent, entry)) break
      this.#heap[index] = parent
      index = parentIndex
    }
    this.#heap[index] = entry
  }

  #removeTop(): void {
    const last = this.#heap.pop()
    if (last !== undefined && this.#heap.length > 0) this.#sink(last)
  }

  /** Puts an entry in the place of the top one, and below all that are earlier. */
  #sink(entry: Entry<Key>): void {
    let index = 0
    for (;;) {
      const childIndex = this.#earlierChild(index)
      const child = this.#heap[childIndex]
      if (child === undefined || isBefore(entry, child)) break
      this.#heap[index] = child
      index = childIndex
    }
    this.#heap[index] = entry
  }

  #earlierChild(index: number): number {
    const left = this.#heap[2 * index + 1]
    const right = this.#heap[2 * index + 2]
    return left !== undefined && right !== undefined && isBefore(right, left) ? 2 * index + 2 : 2 * index + 1
  }
}

const none: readonly never[] = []

const isBefore = <Key>(a: Entry<Key>, b: Entry<Key>): boolean => (a.at === b.at ? a.order < b.order : a.at < b.at)
