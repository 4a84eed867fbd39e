/** Timers in the order in which they fire: by time, then by when they were set. */

export interface Timer {
  readonly due: number
  readonly order: number
  /** Undefined once it fired or was called off. */
  callback: (() => void) | undefined
}

/** A binary heap that forgets what was called off when that becomes the larger part. */
export class Timers {
  #heap: Timer[] = []
  #orders = 0
  #waiting = 0

  /** Timers that will fire. */
  get waiting(): number {
    return this.#waiting
  }

  set(due: number, callback: () => void): Timer {
    this.#orders += 1
    const timer: Timer = { due, order: this.#orders, callback }
    this.#waiting += 1
    this.#heap.push(timer)
    this.#rise(this.#heap.length - 1)
    return timer
  }

  callOff(timer: Timer): void {
    if (!timer.callback) return
    timer.callback = undefined
    this.#waiting -= 1
    if (this.#heap.length > 64 && this.#waiting * 2 < this.#heap.length) this.#forget()
  }

  /** When the next one fires; Infinity when none will. */
  next(): number {
    while (this.#heap[0] && !this.#heap[0].callback) this.#takeFirst()
    return this.#heap[0]?.due ?? Number.POSITIVE_INFINITY
  }

  /** Takes out the next one. */
  take(): (() => void) | undefined {
    this.next()
    const callback = this.#heap[0]?.callback
    if (!callback) return undefined
    this.#takeFirst()
    this.#waiting -= 1
    return callback
  }

  #takeFirst(): void {
    const [first] = this.#heap
    const last = this.#heap.pop()
    if (first) first.callback = undefined
    if (!last || last === first) return
    this.#heap[0] = last
    this.#sink(0)
  }

  #forget(): void {
    // A sorted list is a heap.
    this.#heap = this.#heap.filter(({ callback }) => callback !== undefined).sort(compare)
  }

  #rise(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!this.#swapIfBefore(at, parent)) return
      at = parent
    }
  }

  #sink(from: number): void {
    for (let at = from; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      const child = this.#isBefore(right, left) ? right : left
      if (!this.#swapIfBefore(child, at)) return
      at = child
    }
  }

  #swapIfBefore(lower: number, upper: number): boolean {
    if (!this.#isBefore(lower, upper)) return false
    const [a, b] = [this.#heap[lower], this.#heap[upper]]
    if (a && b) {
      this.#heap[lower] = b
      this.#heap[upper] = a
    }
    return true
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]]
    return a !== undefined && (b === undefined || compare(a, b) < 0)
  }
}

function compare(a: Timer, b: Timer): number {
  return a.due - b.due || a.order - b.order
}
