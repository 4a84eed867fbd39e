/** How much room the data may take: a batch that takes more is given up before it is kept. */

import type { Database } from './database.js'

/** While there is plenty of room one looks now and then: a batch seldom takes more than this. */
const batchBytes = 4 * 1024 * 1024
const mostBatches = 1_024

export class Room {
  readonly #database: Database
  readonly #most: number
  #used: number
  #untilLook = 0

  constructor(database: Database, most: number) {
    this.#database = database
    this.#most = most
    this.#used = 0
  }

  /**
   * Inside the batch, after all its writes. What makes no more of it may always be kept: it may be what frees room.
   * `makeShort` frees what it can in the batch.
   */
  check(makeShort: () => void): void {
    if (this.#untilLook-- > 0) return
    if (this.#isTooMuch(usedBytes(this.#database))) makeShort()
    const used = usedBytes(this.#database)
    const isTooMuch = this.#isTooMuch(used)
    if (!isTooMuch) this.#used = used
    this.#untilLook = Math.max(0, Math.min(mostBatches, Math.floor((this.#most - used) / batchBytes) - 1))
    if (isTooMuch) throw new Error(`the data would take ${used} bytes, and may take ${this.#most} (mapSize)`)
  }

  #isTooMuch(used: number): boolean {
    return used > this.#most && used > this.#used
  }
}

const usedBytes = ({ root, ...tables }: Database): number => {
  let bytes = 0
  for (const table of Object.values(tables)) {
    const { pageSize, treeBranchPageCount, treeLeafPageCount, overflowPages } = table.getStats() as unknown as Pages
    bytes += pageSize * (treeBranchPageCount + treeLeafPageCount + overflowPages)
  }
  return bytes
}

interface Pages {
  readonly pageSize: number
  readonly treeBranchPageCount: number
  readonly treeLeafPageCount: number
  readonly overflowPages: number
}
