/** What a promise is to the simulator: it hears every fact, in order, and says when it was broken. */

import type { Fact } from '../facts.js'

export interface Watch {
  hear(fact: Fact, now: number): void
  /** All is over: what has not happened by now never will. */
  end?(now: number): void
}

/** Says what went wrong, in one sentence. */
export type Broken = (how: string) => void

/** Begins to watch over one promise. */
export type Promised = (broken: Broken) => Watch
