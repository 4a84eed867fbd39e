/** What was never given to a link, oldest first; and at most so much of it. */

export class Queue<T> {
  readonly #capacity: number
  #urgent: T | undefined
  readonly #waiting = new Set<T>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** False when it is full. */
  push(item: T): boolean {
    if (this.#waiting.size >= this.#capacity) return false
    this.#waiting.add(item)
    return true
  }

  /** Goes before all others. There is room for one. */
  pushFirst(item: T): void {
    this.#urgent = item
  }

  /** The one whose turn it is. */
  get first(): T | undefined {
    if (this.#urgent !== undefined) return this.#urgent
    for (const item of this.#waiting) return item
    return undefined
  }

  delete(item: T): void {
    if (item === this.#urgent) this.#urgent = undefined
    else this.#waiting.delete(item)
  }
}
