/** What a promise is to the simulator: it hears the facts that matter to it, in order, and says when it was broken. */

import type { Ears } from '../audience.js'
import type { Identities } from '../identities.js'
import type { Links } from '../links.js'
import type { Numbering } from '../numbering.js'
import type { Rollbacks } from '../rollbacks.js'
import type { Turns } from '../turns.js'

export interface Watch {
  readonly on: Ears
  /** All is over: what has not happened by now never will. */
  end?(now: number): void
}

/** Says what went wrong, in one sentence. */
export type Broken = (how: string) => void

/** What every promise may look up. It has heard a fact when a promise hears it. */
export interface Seen {
  readonly links: Links
  readonly numbering: Numbering
  readonly identities: Identities
  readonly rollbacks: Rollbacks
  readonly turns: Turns
}

/** Begins to watch over one promise. */
export type Promised = (broken: Broken, seen: Seen) => Watch
