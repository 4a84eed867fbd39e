/** Timers in the order in which they fire: by time, then by when they were set. */

export interface Timer {
  readonly due: number
  readonly order: number
  /** Undefined once it fired or was called off. */
  callback: (() => void) | undefined
}

/** A binary heap that forgets what was called off when that becomes the larger part, and before it a queue of what is due at once. */
export class Timers {
  #heap: Timer[] = []
  /** Each was due when it was set, so they are in the order in which they are due. What is before `#head` was taken. */
  #atOnce: Timer[] = []
  #head = 0
  #orders = 0
  #waiting = 0

  /** Timers that will fire. */
  get waiting(): number {
    return this.#waiting
  }

  set(due: number, callback: () => void): Timer {
    const timer = this.#make(due, callback)
    this.#rise(timer)
    return timer
  }

  /** The same for one that is due now, no earlier than any that was set so before. */
  setAtOnce(now: number, callback: () => void): Timer {
    const timer = this.#make(now, callback)
    this.#atOnce.push(timer)
    return timer
  }

  callOff(timer: Timer): void {
    if (!timer.callback) return
    timer.callback = undefined
    this.#waiting -= 1
    if (this.#heap.length > 64 && this.#waiting * 2 < this.#heap.length) this.#forget()
  }

  /** The one that fires next; undefined when none will. */
  next(): Timer | undefined {
    while (this.#heap[0] && !this.#heap[0].callback) this.#takeFirst()
    while (this.#head < this.#atOnce.length && !this.#atOnce[this.#head]?.callback) this.#takeAtOnce()
    const [later] = this.#heap
    const soon = this.#atOnce[this.#head]
    return soon && !(later && compare(later, soon) < 0) ? soon : later
  }

  /** Takes out the next one, and fires it. */
  fire(next: Timer): void {
    const { callback } = next
    if (next === this.#heap[0]) this.#takeFirst()
    else this.#takeAtOnce()
    next.callback = undefined
    this.#waiting -= 1
    callback?.()
  }

  #make(due: number, callback: () => void): Timer {
    this.#orders += 1
    this.#waiting += 1
    return { due, order: this.#orders, callback }
  }

  #takeAtOnce(): void {
    this.#head += 1
    if (this.#head < this.#atOnce.length) return
    this.#atOnce = []
    this.#head = 0
  }

  #takeFirst(): void {
    const [first] = this.#heap
    const last = this.#heap.pop()
    if (last && last !== first) this.#sink(last)
  }

  #forget(): void {
    // A sorted list is a heap.
    this.#heap = this.#heap.filter(({ callback }) => callback !== undefined).sort(compare)
  }

  /** Puts a timer into the hole at the end, which moves up while what is above fires later. */
  #rise(timer: Timer): void {
    const heap = this.#heap
    let hole = heap.length
    while (hole > 0) {
      const above = (hole - 1) >> 1
      const parent = heap[above]
      if (!parent || compare(parent, timer) < 0) break
      heap[hole] = parent
      hole = above
    }
    heap[hole] = timer
  }

  /** Puts a timer into the hole at the top, which moves down while what is below fires earlier. */
  #sink(timer: Timer): void {
    const heap = this.#heap
    let hole = 0
    for (;;) {
      const below = 2 * hole + 1
      const [left, right] = [heap[below], heap[below + 1]]
      const isRight = left !== undefined && right !== undefined && compare(right, left) < 0
      const child = isRight ? right : left
      if (!child || compare(timer, child) < 0) break
      heap[hole] = child
      hole = isRight ? below + 1 : below
    }
    heap[hole] = timer
  }
}

function compare(a: Timer, b: Timer): number {
  return a.due - b.due || a.order - b.order
}
