/** The wall clock, read once for all that happens in a turn: to read it takes longer than many a step of a message. */

import type { Clock } from '@backchat/protocol'

export class Watch {
  readonly #wall: Clock['wall']
  /** When it was read the last time. */
  at: number

  constructor(wall: Clock['wall']) {
    this.#wall = wall
    this.at = wall()
  }

  readonly read = (): number => {
    this.at = this.#wall()
    return this.at
  }
}
