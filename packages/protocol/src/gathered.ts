/**
 * What comes together in a turn and is taken at its end. An array that grows from nothing begins with 17 places in V8, and a busy
 * machine would throw such an array away in every turn: here the places stay.
 */
export class Gathered<Item> {
  readonly #places: (Item | undefined)[] = []
  #count = 0

  add(item: Item): void {
    this.#places[this.#count] = item
    this.#count += 1
  }

  /** All of it, in the order in which it came; nothing of it is kept. */
  take(): readonly Item[] {
    const items = this.#places.slice(0, this.#count)
    this.#places.fill(undefined, 0, this.#count)
    this.#count = 0
    return items as Item[]
  }
}
