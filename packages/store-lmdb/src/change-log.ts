/**
 * What batches change in sessions, one line for each batch. It is a fraction of the rows that would change: much of what comes is
 * gone again before anybody needs its rows. What the store says is what rows say, and then what the log says.
 *
 * Only one process at a time appends: the one whose file the tables name. Another one that wants to use a session first carries out
 * in rows what that file says, and takes its name out; this is seen by the one that appended, before it appends again.
 */

import type { Range } from '@backchat/protocol'
import { ChangeFile, readLines, removeFile } from './change-file.js'
import type { Database, LogRow } from './database.js'
import type { EntryChanges } from './entry-changes.js'

/** A line. Texts that are pushed stand in it once, whomever they go to. */
export type Told = readonly [batch: number, texts: readonly string[], sessions: readonly SessionChange[]]

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
/** Of a small store it is to take a small part. */
const partOfAll = 16

export interface ChangeLogOptions {
  readonly home: string
  readonly mapSize: number
}

export class ChangeLog {
  readonly #database: Database
  readonly #home: string
  readonly #mostBytes: number
  /** The name of the file that says more than rows, or none; undefined when nothing is known. */
  #log: string | undefined
  /** The last batch that wrote rows of sessions. */
  #inRows = 0
  /** The batch that comes next. */
  #next = 1
  /** Of this process. */
  #file: ChangeFile | undefined
  /** What is to be done when all stands in rows for good. */
  #afterwards: (() => void)[] = []

  constructor(database: Database, { home, mapSize }: ChangeLogOptions) {
    this.#database = database
    this.#home = home
    this.#mostBytes = Math.min(mostBytes, mapSize / partOfAll)
  }

  /** Grows with each batch that changes something. */
  get batch(): number {
    return this.#next
  }

  get bytes(): number {
    return this.#afterwards.length > 0 ? 0 : (this.#file?.bytes ?? 0)
  }

  /** Whether there is a file that may say more than rows. */
  get isNamed(): boolean {
    return this.#log !== undefined && this.#log !== ''
  }

  /** Whether there is no more room for this. */
  isTooLong(telling: Telling): boolean {
    return this.bytes + telling.bytes > this.#mostBytes
  }

  /** Whether this process has looked where rows and log are. */
  get isKnown(): boolean {
    return this.#log !== undefined
  }

  /** Whether rows or log are not as this process left them. Then it looks where they are. */
  hasMoved(): boolean {
    const { about } = this.#database
    const log = String(about.get('log') ?? '')
    const inRows = Number(about.get('batch') ?? 0)
    if (log === this.#log && inRows === this.#inRows) return false
    this.#log = log
    this.#inRows = inRows
    this.#next = inRows + 1
    if (this.#file !== undefined && log !== this.#file.name) this.#forgetFile(this.#file)
    return true
  }

  /** What rows may not say yet. */
  *read(): Iterable<Told> {
    for (const line of this.isNamed ? readLines(this.#home, this.#log ?? '') : []) {
      const told: Told = JSON.parse(line)
      const [batch] = told
      this.#next = Math.max(this.#next, batch + 1)
      yield told
    }
  }

  /** Before something is told: others are to see that rows do not say it all. */
  open(): void {
    if (this.#file !== undefined && this.#log === this.#file.name) return
    this.#file ??= new ChangeFile(this.#home)
    this.#log = this.#file.name
    this.#database.about.putSync('log', this.#log)
  }

  /** The last thing that a batch does. */
  append({ texts, sessions }: Telling): void {
    const told: Told = [this.#next, texts, sessions]
    this.#file?.append(JSON.stringify(told))
    this.#next += 1
  }

  /** All stands in rows, once the batch is kept. */
  clear(): void {
    const log = this.#log ?? ''
    if (log === '') return
    if (log === this.#file?.name) {
      this.#afterwards.push(() => this.#emptyFile())
      return
    }
    this.#log = ''
    this.#database.about.putSync('log', '')
    this.#afterwards.push(() => removeFile(this.#home, log))
  }

  /** This batch has written rows: others are to see it. */
  wroteRows(): void {
    this.#database.about.putSync('batch', this.#next)
    this.#inRows = this.#next
    this.#next += 1
  }

  /** The batch is kept. */
  kept(): void {
    if (this.#afterwards.length === 0) return
    for (const act of this.#afterwards) act()
    this.#afterwards = []
  }

  /** The batch was given up. */
  forget(): void {
    this.#log = undefined
    this.#afterwards = []
  }

  close(): void {
    this.#file?.close()
    this.#file = undefined
  }

  /** What stays in it stands in rows, and is passed over. */
  #emptyFile(): void {
    try {
      this.#file?.empty()
    } catch {
      this.close()
    }
  }

  /** Another one has carried it out, or the batch that made it was given up. */
  #forgetFile({ name }: ChangeFile): void {
    this.close()
    removeFile(this.#home, name)
  }
}
