/** How much room the data may take: a batch that takes more is given up before it is kept. */

import type { ChangeLog } from './change-log.js'
import type { Database } from './database.js'
import type { Records } from './records.js'

/** While there is plenty of room one looks now and then: a batch seldom takes more than this. */
const batchBytes = 4 * 1024 * 1024
const mostBatches = 1_024

export class Room {
  readonly #database: Database
  readonly #changes: ChangeLog
  readonly #most: number
  #used: number
  #untilLook = 0

  constructor(database: Database, changes: ChangeLog, most: number) {
    this.#database = database
    this.#changes = changes
    this.#most = most
    this.#used = 0
  }

  /**
   * Inside the batch, after all its writes. What makes no more of it may always be kept: it may be what frees room.
   * What the change log says may take less room in rows.
   */
  check(records: Records): void {
    if (this.#untilLook-- > 0) return
    if (this.#isTooMuch(this.#usedBytes())) records.carryOut()
    const used = this.#usedBytes()
    const isTooMuch = this.#isTooMuch(used)
    if (!isTooMuch) this.#used = used
    this.#untilLook = Math.max(0, Math.min(mostBatches, Math.floor((this.#most - used) / batchBytes) - 1))
    if (isTooMuch) throw new Error(`the data would take ${used} bytes, and may take ${this.#most} (mapSize)`)
  }

  #usedBytes(): number {
    return usedBytes(this.#database) + this.#changes.bytes
  }

  #isTooMuch(used: number): boolean {
    return used > this.#most && used > this.#used
  }
}

const usedBytes = ({ root, tally, ...tables }: Database): number => {
  let bytes = 0
  for (const table of Object.values(tables)) bytes += table.bytes
  return bytes
}
