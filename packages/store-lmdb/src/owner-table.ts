/** Owners that have not ended, in the data file, and whether the process of each is still there. */

import type { Lease, Owner, OwnerTable } from '@backchat/server/store'
import type { Database, OwnerRow } from './database.js'
import { isGone, type ProcessMark } from './processes.js'
import { keyName } from './rows.js'

export class OwnersInLmdb implements OwnerTable {
  readonly #database: Database
  readonly #process: ProcessMark
  /** All of them, once they were read since somebody else wrote: there are few, and each hello asks for them. */
  #read: Map<Owner, OwnerRow> | undefined

  constructor(database: Database, process: ProcessMark) {
    this.#database = database
    this.#process = process
  }

  /** A new batch begins. `isAlone`: nobody else has written since the last one. */
  begin(isAlone: boolean): void {
    if (!isAlone) this.#read = undefined
  }

  get(owner: Owner): OwnerRow | undefined {
    return this.#rows.get(owner)
  }

  all(): Iterable<Lease> {
    return this.#rows.values()
  }

  set({ owner, node, until }: Lease): void {
    const row = { owner, node, until, process: this.get(owner)?.process ?? this.#process }
    this.#database.owners.putSync(keyName(owner), row)
    this.#rows.set(owner, row)
  }

  remove(owner: Owner): void {
    this.#database.owners.removeSync(keyName(owner))
    this.#rows.delete(owner)
  }

  isGone(owner: Owner): boolean {
    const row = this.get(owner)
    return row !== undefined && isGone(row.process, this.#process)
  }

  get #rows(): Map<Owner, OwnerRow> {
    this.#read ??= new Map([...this.#database.owners.getRange()].map(({ value }) => [value.owner, value]))
    return this.#read
  }
}
