/** Owners that have not ended, in the data file, and whether the process of each is still there. */

import type { Lease, Owner, OwnerTable } from '@backchat/server/store'
import type { Database, OwnerRow } from './database.js'
import { isGone, type ProcessMark } from './processes.js'
import { keyName } from './rows.js'

export class OwnersInLmdb implements OwnerTable {
  readonly #database: Database
  readonly #process: ProcessMark
  /** What was read since somebody else wrote: an owner is asked for often. */
  #read = new Map<Owner, OwnerRow | undefined>()

  constructor(database: Database, process: ProcessMark) {
    this.#database = database
    this.#process = process
  }

  /** A new batch begins. `isAlone`: nobody else has written since the last one. */
  begin(isAlone: boolean): void {
    if (!isAlone && this.#read.size > 0) this.#read = new Map()
  }

  get(owner: Owner): OwnerRow | undefined {
    if (!this.#read.has(owner)) this.#read.set(owner, this.#database.owners.get(keyName(owner)))
    return this.#read.get(owner)
  }

  all(): Iterable<Lease> {
    return [...this.#database.owners.getRange()].map(({ value }) => value)
  }

  set({ owner, node, until }: Lease): void {
    const row = { owner, node, until, process: this.get(owner)?.process ?? this.#process }
    this.#database.owners.putSync(keyName(owner), row)
    this.#read.set(owner, row)
  }

  remove(owner: Owner): void {
    this.#database.owners.removeSync(keyName(owner))
    this.#read.set(owner, undefined)
  }

  isGone(owner: Owner): boolean {
    const row = this.get(owner)
    return row !== undefined && isGone(row.process, this.#process)
  }
}
