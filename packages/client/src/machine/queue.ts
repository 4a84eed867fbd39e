/** What was never given to a link, oldest first; and at most so much of it. */

export class Queue<T> {
  readonly #capacity: number
  #urgent: T | undefined
  readonly #waiting: T[] = []

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** False when it is full. */
  push(item: T): boolean {
    if (this.#waiting.length >= this.#capacity) return false
    this.#waiting.push(item)
    return true
  }

  /** Goes before all others. There is room for one. */
  pushFirst(item: T): void {
    this.#urgent = item
  }

  /** The one whose turn it is. */
  get first(): T | undefined {
    return this.#urgent ?? this.#waiting[0]
  }

  delete(item: T): void {
    if (item === this.#urgent) this.#urgent = undefined
    else if (item === this.#waiting[0]) this.#waiting.shift()
    else if (this.#waiting.includes(item)) this.#waiting.splice(this.#waiting.indexOf(item), 1)
  }
}
