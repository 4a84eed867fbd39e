/** The store's time, in milliseconds that never go back: shared by all processes of a boot, and going on over boots. */

import { isSameBoot } from './boot.js'
import type { Database } from './database.js'

/** CLOCK_MONOTONIC begins with the boot, for every process alike. */
const sinceBoot = (): number => Number(process.hrtime.bigint()) / 1e6

export class StoreTime {
  readonly #database: Database
  readonly #offset: number

  /** In another boot time goes on from the last one known: how long the machine was off, nobody knows. */
  constructor(database: Database, boot: string) {
    this.#database = database
    const { about, root } = database
    this.#offset = root.transactionSync(() => {
      const offset = offsetOf(database, boot)
      about.putSync('time boot', boot)
      about.putSync('time offset', offset)
      return offset
    })
  }

  now(): number {
    return sinceBoot() + this.#offset
  }

  /** Goes with what a batch writes. */
  write(now: number): void {
    this.#database.about.putSync('time last', now)
  }
}

const offsetOf = ({ about }: Database, boot: string): number => {
  const offset = Number(about.get('time offset') ?? 0)
  return isSameBoot(String(about.get('time boot')), boot) ? offset : Number(about.get('time last') ?? 0) - sinceBoot()
}
