/**
 * What batches change in sessions, one row for each batch. It is a fraction of the rows that would change: much of what comes is
 * gone again before anybody needs its rows. What the tables say is what rows say, and then what the log says.
 *
 * Only one process at a time appends. Another one that wants to use a session first carries the log out in rows, and clears it.
 */

import type { Range } from '@backchat/protocol'
import type { Database, LogRow } from './database.js'
import type { EntryChanges } from './entry-changes.js'

/** Texts that are pushed stand in it once, whomever they go to. */
export type ChangesRow = readonly [texts: readonly string[], sessions: readonly SessionChange[]]

export type SessionChange = readonly [
  session: string,
  given: number,
  floor: number,
  above: readonly Range[],
  first: number,
  head: number,
  entries: EntryChanges,
  pushes: readonly PushChange[],
]

/** The place of a text, or what is not just a text. */
export type PushChange = number | Exclude<LogRow, string>

/** What one batch tells. */
export class Telling {
  readonly texts: string[] = []
  readonly sessions: SessionChange[] = []
  /** About how long it is. */
  bytes = 0
  readonly #places = new Map<string, number>()

  add(change: SessionChange, bytes: number): void {
    this.sessions.push(change)
    this.bytes += changeBytes + bytes
  }

  place(text: string): number {
    const known = this.#places.get(text)
    if (known !== undefined) return known
    this.bytes += text.length
    this.#places.set(text, this.texts.length)
    return this.texts.push(text) - 1
  }
}

/** The name of the session and some numbers. */
const changeBytes = 64

/** So much may be told before it is carried out. It is read by whoever comes after a kill. */
const mostBytes = 4 * 1024 * 1024
/** Of a small file it is to take a small part. */
const partOfAll = 16

export class ChangeLog {
  readonly #database: Database
  readonly #mostBytes: number
  /** The last batch that wrote rows of sessions; undefined when nothing is known. */
  #inRows: number | undefined
  /** The batch that comes next. */
  #next = 1
  #bytes = 0
  #isEmpty = true

  constructor(database: Database, mapSize: number) {
    this.#database = database
    this.#mostBytes = Math.min(mostBytes, mapSize / partOfAll)
  }

  /** Grows with each batch that changes something. */
  get batch(): number {
    return this.#next
  }

  get isLong(): boolean {
    return this.#bytes > this.#mostBytes
  }

  get isEmpty(): boolean {
    return this.#isEmpty
  }

  /** Whether rows or log are not as this process left them. Then it looks where they are. */
  hasMoved(): boolean {
    const { about, changes } = this.#database
    const inRows = Number(about.get('batch') ?? 0)
    if (inRows === this.#inRows && changes.get(this.#next) === undefined) return false
    this.#inRows = inRows
    const [last] = changes.getKeys({ reverse: true, limit: 1 })
    this.#isEmpty = last === undefined
    this.#next = Math.max(inRows, Number(last ?? 0)) + 1
    return true
  }

  *read(): Iterable<{ readonly batch: number; readonly row: ChangesRow }> {
    for (const { key, value } of this.#database.changes.getRange()) yield { batch: Number(key), row: value }
  }

  append({ texts, sessions, bytes }: Telling): void {
    this.#database.changes.putSync(this.#next, [texts, sessions])
    this.#bytes += bytes
    this.#isEmpty = false
  }

  /** All stands in rows. */
  clear(): void {
    if (!this.#isEmpty) this.#database.changes.clearSync()
    this.#isEmpty = true
    this.#bytes = 0
  }

  /** This batch has written rows: others are to see it. */
  wroteRows(): void {
    this.#database.about.putSync('batch', this.#next)
    this.#inRows = this.#next
  }

  /** This batch has changed something. */
  count(): void {
    this.#next += 1
  }

  /** The batch was given up. */
  forget(): void {
    this.#inRows = undefined
  }
}
