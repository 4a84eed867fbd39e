/** The newest of many things: so many are kept, and each one more takes the place of the oldest. */

export class Ring<Thing> {
  readonly #capacity: number
  readonly #things: Thing[] = []
  /** Where the next one goes, once it is full. */
  #next = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#things.length
  }

  add(thing: Thing): void {
    if (this.#things.length < this.#capacity) {
      this.#things.push(thing)
      return
    }
    this.#things[this.#next] = thing
    this.#next = (this.#next + 1) % this.#capacity
  }

  /** All that are kept, oldest first. A copy. */
  all(): readonly Thing[] {
    return [...this.#things.slice(this.#next), ...this.#things.slice(0, this.#next)]
  }
}
