/** The entries of a journal, which remember in what they differ from their rows, and what the batch has changed in them. */

import { ShortLived } from '@backchat/protocol'
import type { Entries, Entry } from '@backchat/server/store'
import { EntryChangesList } from './entry-changes.js'

export interface Change {
  /** What is written in rows. */
  readonly before: Entry | undefined
  /** It is another run's now: nothing of what is written counts any more. */
  anew: boolean
}

export class NotingEntries implements Entries {
  /** For the change log. */
  readonly told = new EntryChangesList()
  readonly #entries: ShortLived<number, Entry>
  #changes = new ShortLived<number, Change>()

  constructor(written: ShortLived<number, Entry>) {
    this.#entries = written
  }

  get size(): number {
    return this.#entries.size
  }

  /** Against the rows. */
  get changes(): ShortLived<number, Change> {
    return this.#changes
  }

  get(n: number): Entry | undefined {
    return this.#entries.get(n)
  }

  set(n: number, entry: Entry): void {
    const before = this.#entries.get(n)
    const change = this.#note(n, before)
    if (entry.state === 'started' && before?.state === 'started' && before.owner !== entry.owner) change.anew = true
    this.told.became(n, before, entry)
    this.#entries.set(n, entry)
  }

  delete(n: number): void {
    const before = this.#entries.get(n)
    if (before === undefined) return
    const change = this.#note(n, before)
    // What no row says need not be taken out of one.
    if (change.before === undefined) this.#changes.delete(n)
    else change.anew = true
    this.told.removed(n)
    this.#entries.delete(n)
  }

  entries(): readonly (readonly [n: number, entry: Entry])[] {
    return this.#entries.entries()
  }

  /** All stands in rows. */
  written(): void {
    if (this.#changes.size > 0) this.#changes = new ShortLived()
  }

  #note(n: number, before: Entry | undefined): Change {
    let noted = this.#changes.get(n)
    if (noted === undefined) {
      noted = { before, anew: false }
      this.#changes.set(n, noted)
    }
    return noted
  }
}
