/** Whether another process has written since this one did last: then what was read has to be read again. */

import type { Database } from './database.js'

export class Alone {
  readonly #database: Database
  #transaction = 0
  #writesBefore = 0
  /** The last transaction that this process knows of. */
  #last: number | undefined

  constructor(database: Database) {
    this.#database = database
  }

  /** Inside the batch: transactions are numbered without holes, and nobody else can write now. */
  begin(): boolean {
    const { root, tally } = this.#database
    this.#transaction = root.getWriteTxnId()
    this.#writesBefore = tally.writes
    return this.#transaction - 1 === this.#last
  }

  /** It has looked at what others did, if they did. The number of a transaction that wrote nothing is used again. */
  end(): void {
    const hasWritten = this.#database.tally.writes !== this.#writesBefore
    this.#last = hasWritten ? this.#transaction : this.#transaction - 1
  }

  /** Nothing is known: the batch failed, or did not look. */
  forget(): void {
    this.#last = undefined
  }
}
