/** The records that are loaded, at most so many bytes of them but for those that cannot go yet. */

import type { KeptRecord } from './kept-record.js'

export class LoadedRecords {
  readonly #mostBytes: number
  readonly #loaded = new Map<string, KeptRecord>()
  #bytes = 0
  /** The batch in which room was made last. */
  #sweptIn = 0

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  get isFull(): boolean {
    return this.#bytes > this.#mostBytes
  }

  get(session: string): KeptRecord | undefined {
    return this.#loaded.get(session)
  }

  keep(kept: KeptRecord): KeptRecord {
    this.#loaded.set(kept.record.session, kept)
    this.count(kept)
    return kept
  }

  /** It may have grown. */
  count(kept: KeptRecord): void {
    if (kept.isOver) return
    this.#bytes += kept.bytes - kept.counted
    kept.counted = kept.bytes
  }

  forget(session: string): void {
    const kept = this.#loaded.get(session)
    if (kept === undefined) return
    kept.isOver = true
    this.#loaded.delete(session)
    this.#bytes -= kept.counted
  }

  clear(): void {
    this.#loaded.clear()
    this.#bytes = 0
  }

  /** Those go first that were not used since the last time. What the change log says of a record, its rows do not say: it stays. */
  makeRoom(batch: number): void {
    if (!this.isFull) return
    // Some more goes, so that one need not make room each time.
    const enough = (this.#mostBytes * 3) / 4
    for (const usedBefore of [this.#sweptIn, Number.POSITIVE_INFINITY]) {
      for (const [session, kept] of this.#loaded) {
        if (this.#bytes <= enough) break
        if (kept.usedIn < usedBefore && !kept.isAhead) this.forget(session)
      }
    }
    this.#sweptIn = batch
  }
}
