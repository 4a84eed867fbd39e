/** A table of the data file. It counts what is written, so that one knows of a batch whether it wrote anything. */

import type { Database as LmdbTable, RangeOptions } from 'lmdb'

export type Key = string | KeyPart[]
export type KeyPart = string | number

/** How much has been written to all tables, in this transaction and before. */
export interface Tally {
  writes: number
}

export class Table<Row> {
  readonly #table: LmdbTable<Row, Key>
  readonly #tally: Tally

  constructor(table: LmdbTable<Row, Key>, tally: Tally) {
    this.#table = table
    this.#tally = tally
  }

  get(key: Key): Row | undefined {
    return this.#table.get(key)
  }

  getRange(range?: RangeOptions) {
    return this.#table.getRange(range)
  }

  getKeys(range?: RangeOptions) {
    return this.#table.getKeys(range)
  }

  putSync(key: Key, row: Row): void {
    this.#table.putSync(key, row)
    this.#tally.writes += 1
  }

  /** What was not there leaves everything as it was. */
  removeSync(key: Key): void {
    if (this.#table.removeSync(key)) this.#tally.writes += 1
  }

  get bytes(): number {
    const { pageSize, treeBranchPageCount, treeLeafPageCount, overflowPages } =
      this.#table.getStats() as unknown as Pages
    return pageSize * (treeBranchPageCount + treeLeafPageCount + overflowPages)
  }
}

interface Pages {
  readonly pageSize: number
  readonly treeBranchPageCount: number
  readonly treeLeafPageCount: number
  readonly overflowPages: number
}
