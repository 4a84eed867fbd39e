/**
 * A {@link ShortLived} that mostly holds one thing or none, as where one request comes after another. What is alone needs no
 * table: V8 makes another one each time that the last entry goes (ADR 9).
 */

import { ShortLived } from './short-lived.js'

export class Few<Key, Value extends NonNullable<unknown>> {
  /** What is alone, while there is no table. */
  #key: Key | undefined
  #value: Value | undefined
  /** Never empty. */
  #table: ShortLived<Key, Value> | undefined

  get size(): number {
    return this.#table?.size ?? (this.#value === undefined ? 0 : 1)
  }

  get(key: Key): Value | undefined {
    if (this.#table !== undefined) return this.#table.get(key)
    return key === this.#key ? this.#value : undefined
  }

  set(key: Key, value: Value): this {
    if (this.#table === undefined && this.#value !== undefined && key !== this.#key) this.#makeTable()
    if (this.#table !== undefined) this.#table.set(key, value)
    else {
      this.#key = key
      this.#value = value
    }
    return this
  }

  /** False when it was not there. */
  delete(key: Key): boolean {
    if (this.#table !== undefined) {
      const deleted = this.#table.delete(key)
      if (this.#table.size === 0) this.#table = undefined
      return deleted
    }
    if (this.get(key) === undefined) return false
    this.#value = undefined
    return true
  }

  /** As they are now, in the order in which they came. */
  entries(): (readonly [key: Key, value: Value])[] {
    if (this.#table !== undefined) return this.#table.entries()
    return this.#value === undefined ? [] : [[this.#key as Key, this.#value]]
  }

  values(): Value[] {
    if (this.#table !== undefined) return this.#table.values()
    return this.#value === undefined ? [] : [this.#value]
  }

  #makeTable(): void {
    const table = new ShortLived<Key, Value>()
    for (const [key, value] of this.entries()) table.set(key, value)
    this.#value = undefined
    this.#table = table
  }
}
