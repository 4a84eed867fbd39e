/** The machine's time: monotonic, and what a sleep hid from the monotonic clock [P-36]. */

import { timing } from './timing.js'

/** What the clocks say in a turn, and what gives reason to believe them. */
export interface Reading {
  readonly monotonic: number
  readonly wall: number
  /** By the monotonic clock, when this turn was due at the latest. */
  readonly dueAt: number
  /** The monotonic time for which the timer was set that brought this turn. */
  readonly timerAt?: number | undefined
  /** The platform says that it slept. */
  readonly woke: boolean
}

export class Timeline {
  /** What the clocks said before; no numbers before the first reading. */
  #since = NaN
  #sinceWall = NaN
  /** What sleeps have hidden, all together. */
  #ahead = 0

  /** Takes a reading. `slept`: time has passed unnoticed. `jumped`: only the wall clock says so, and nobody else. */
  read({ monotonic, wall, dueAt, timerAt, woke }: Reading): 'awake' | 'slept' | 'jumped' {
    const surplus = wall - this.#sinceWall - (monotonic - this.#since) || 0
    this.#since = monotonic
    this.#sinceWall = wall
    const gap = monotonic > dueAt + timing.sleptMs
    // A timer counts by a clock of its own, which may go on while this one stands still.
    const early = timerAt !== undefined && monotonic < timerAt - timing.roundingMs
    const believed = gap || early || woke
    if (Math.abs(surplus) < timing.jumpMs) return gap ? 'slept' : 'awake'
    if (!believed || surplus < 0) return gap ? 'slept' : 'jumped'
    this.#ahead += surplus
    return 'slept'
  }

  /** The machine's time at that monotonic one. It never goes back. */
  at(monotonic: number): number {
    return monotonic + this.#ahead
  }

  /** The monotonic time at that of the machine, and not before it: a turn that a rounding makes too early would find nothing to do, again and again. */
  monotonic(at: number): number {
    const monotonic = at - this.#ahead
    return this.at(monotonic) < at ? monotonic + at * Number.EPSILON : monotonic
  }
}
