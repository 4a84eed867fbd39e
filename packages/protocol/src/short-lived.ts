/**
 * A `Map` for what comes and goes with every message. In V8 each table that a `Map` outgrows points to the next one, so one that
 * outlived a collection keeps alive all that was ever in it since, until the next full collection: see ADR 9. Here the chain is
 * cut after a while. Most are empty most of the time: there is no table before the first key.
 */
export class ShortLived<Key, Value> {
  #map: Map<Key, Value> | undefined
  #deleted = 0

  get size(): number {
    return this.#map?.size ?? 0
  }

  get(key: Key): Value | undefined {
    return this.#map?.get(key)
  }

  has(key: Key): boolean {
    return this.#map?.has(key) ?? false
  }

  set(key: Key, value: Value): this {
    this.#map ??= new Map()
    this.#map.set(key, value)
    return this
  }

  /** False when it was not there. */
  delete(key: Key): boolean {
    const map = this.#map
    if (map === undefined || !map.has(key)) return false
    // To delete the last one V8 would make another table.
    if (map.size === 1) this.#replace(undefined)
    else {
      map.delete(key)
      this.#deleted += 1
      // Paid for by so many deletions, and before the table is old (ADR 16).
      if (this.#deleted > 8 + 2 * map.size) this.#replace(new Map(map))
    }
    return true
  }

  #replace(map: Map<Key, Value> | undefined): void {
    this.#map = map
    this.#deleted = 0
  }

  /** As they are now, in the order in which they came. */
  entries(): (readonly [key: Key, value: Value])[] {
    return this.#map === undefined ? [] : [...this.#map]
  }

  values(): Value[] {
    return this.#map === undefined ? [] : [...this.#map.values()]
  }
}
