/** Named deadlines, thousands of them, with the earliest at hand: a machine has one time to wake at, and no timers. */

import { Few } from './few.js'

interface Entry {
  readonly key: number
  readonly at: number
  /** Ascends with each {@link Deadlines.set}: deadlines of the same time pass in the order they were set. */
  readonly order: number
  /** Not cleared, nor replaced by another entry of its key. */
  live: boolean
}

/** Below this many entries, sweeping is not worth the trouble. */
const smallHeap = 64

export class Deadlines {
  /** The entry of each key that has a deadline. All others in the heap are garbage. */
  readonly #current = new Few<number, Entry>()
  /** A binary heap, the earliest first. Garbage stays until it comes up, or until it is more than half. */
  #heap: Entry[] = []
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
  get(key: number): number | undefined {
    return this.#current.get(key)?.at
  }

  /** Gives a key its deadline, in place of any that it had. Infinity takes it away. */
  set(key: number, at: number): void {
    if (at === Infinity) return this.clear(key)
    const current = this.#current.get(key)
    if (current?.at === at) return
    if (current) current.live = false
    const entry = { key, at, order: this.#orders++, live: true }
    this.#current.set(key, entry)
    this.#rise(this.#heap.length, entry)
    this.#sweep()
  }

  clear(key: number): void {
    const entry = this.#current.get(key)
    if (!entry) return
    this.#forget(entry)
    this.#sweep()
  }

  /** Takes out every key whose deadline has come, the earliest first. */
  due(now: number): readonly number[] {
    // Nearly always there is none, and somebody asks in every turn.
    if (this.next > now) return none
    const keys: number[] = []
    for (let entry = this.#earliest(); entry !== undefined && entry.at <= now; entry = this.#earliest()) {
      keys.push(entry.key)
      this.#forget(entry)
    }
    return keys
  }

  #forget(entry: Entry): void {
    entry.live = false
    this.#current.delete(entry.key)
  }

  /** The top of the heap, once garbage above it is gone. */
  #earliest(): Entry | undefined {
    for (;;) {
      const top = this.#heap[0]
      if (top === undefined || top.live) return top
      this.#removeTop()
    }
  }

  /** Keeps garbage below half. Each sweep is paid for by as many deadlines set or cleared since the last. */
  #sweep(): void {
    if (this.#heap.length <= smallHeap || this.#heap.length <= 2 * this.#current.size) return
    // A sorted array is a heap.
    this.#heap = this.#current.values().sort((a, b) => (isBefore(a, b) ? -1 : 1))
  }

  #rise(from: number, entry: Entry): void {
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
  #sink(entry: Entry): void {
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

const isBefore = (a: Entry, b: Entry): boolean => (a.at === b.at ? a.order < b.order : a.at < b.at)
