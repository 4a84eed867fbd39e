/** The entries of a journal, which remember what was changed since they were last written. */

import type { ShortLived } from '@backchat/protocol'
import type { Entries, Entry } from '@backchat/server/store'

export interface Change {
  /** What is written. */
  readonly before: Entry | undefined
  /** It is another run's now: nothing of what is written counts any more. */
  anew: boolean
}

export class NotingEntries implements Entries {
  readonly #entries: ShortLived<number, Entry>
  #changes = new Map<number, Change>()

  constructor(written: ShortLived<number, Entry>) {
    this.#entries = written
  }

  get size(): number {
    return this.#entries.size
  }

  get changes(): ReadonlyMap<number, Change> {
    return this.#changes
  }

  get(n: number): Entry | undefined {
    return this.#entries.get(n)
  }

  set(n: number, entry: Entry): void {
    const before = this.#entries.get(n)
    const change = this.#note(n, before)
    if (entry.state === 'started' && before?.state === 'started' && before.owner !== entry.owner) change.anew = true
    this.#entries.set(n, entry)
  }

  delete(n: number): void {
    const before = this.#entries.get(n)
    if (before === undefined) return
    this.#note(n, before).anew = true
    this.#entries.delete(n)
  }

  entries(): readonly (readonly [n: number, entry: Entry])[] {
    return this.#entries.entries()
  }

  /** All has been written. */
  written(): void {
    if (this.#changes.size > 0) this.#changes = new Map()
  }

  #note(n: number, before: Entry | undefined): Change {
    const noted = this.#changes.get(n) ?? { before, anew: false }
    this.#changes.set(n, noted)
    return noted
  }
}
