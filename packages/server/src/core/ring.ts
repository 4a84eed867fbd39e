/** The newest of many things: so many are kept, and each one more takes the place of the oldest. */

export class Ring<Thing> {
  readonly #capacity: number
  readonly #things: Thing[] = []
  /** Where the next one goes, once it is full. */
  #next = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** The one that has to go next; undefined while there is room. */
  get oldest(): Thing | undefined {
    return this.#things.length < this.#capacity ? undefined : this.#things[this.#next]
  }

  /** Returns the one that had to go. */
  add(thing: Thing): Thing | undefined {
    if (this.#things.length < this.#capacity) {
      this.#things.push(thing)
      return undefined
    }
    const oldest = this.#things[this.#next]
    this.#things[this.#next] = thing
    this.#next = this.#next + 1 === this.#capacity ? 0 : this.#next + 1
    return oldest
  }

  /** All that are kept, oldest first. */
  *all(): Iterable<Thing> {
    for (let at = this.#next; at < this.#things.length; at += 1) yield this.#things[at] as Thing
    for (let at = 0; at < this.#next; at += 1) yield this.#things[at] as Thing
  }
}
