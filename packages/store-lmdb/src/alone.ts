/** Whether another process has written since this one did last: then what was read has to be read again. */

import type { Database } from './database.js'

export class Alone {
  readonly #root: Database['root']
  #transaction = 0
  /** The last transaction that this process knows of. */
  #last: number | undefined

  constructor({ root }: Database) {
    this.#root = root
  }

  /** Inside the batch: transactions are numbered without holes, and nobody else can write now. */
  begin(): boolean {
    this.#transaction = this.#root.getWriteTxnId()
    return this.#transaction - 1 === this.#last
  }

  /** It has looked at what others did, if they did. The number of a transaction that wrote nothing is used again. */
  end(hasWritten: boolean): void {
    this.#last = hasWritten ? this.#transaction : this.#transaction - 1
  }

  /** Nothing is known: the batch failed, or did not look. */
  forget(): void {
    this.#last = undefined
  }
}
