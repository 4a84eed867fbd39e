/** How a server closes [P-32]: clients are asked to leave and handlers get time, then signals fire, then what is left is ended. No step waits for ever. */

import type { Turn } from './turn.js'

export interface ClosingOptions {
  /** Refuses who is new, and asks clients to leave once they have what they wait for. */
  readonly drain: (turn: Turn) => void
  /** Whether all clients have left. */
  readonly isDeserted: () => boolean
  /** Tells handlers that their time is over. */
  readonly signal: (turn: Turn) => void
  /** Whether handlers still run. */
  readonly isAtWork: () => boolean
  /** Ends what still runs, without an answer of its own. */
  readonly endRuns: (turn: Turn) => void
  /** Drops links and lets go of the store. */
  readonly leave: (turn: Turn) => void
  /** Whether the store has answered everything. */
  readonly isQuiet: (turn: Turn) => boolean
}

/** How long clients that wait for nothing may take to leave: one that is frozen never does. */
const leavingMs = 2_000
/** How long handlers may take to end once their signals have fired. */
export const endingMs = 1_000
/** After this long, closing waits no more for a store that does not answer; twice, before and after it lets go of it. */
export const patienceMs = 1_000

/** In the order in which they follow. */
type Step = 'open' | 'draining' | 'signalled' | 'ending' | 'leaving' | 'closed'

export class Closing {
  readonly #options: ClosingOptions
  #step: Step = 'open'
  #until = Number.POSITIVE_INFINITY
  /** While draining: when clients that have not left are waited for no more. Infinity while handlers run. */
  #leaveBy = Number.POSITIVE_INFINITY
  #hadTimeToLeave = false

  constructor(options: ClosingOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#step === 'open'
  }

  get isClosed(): boolean {
    return this.#step === 'closed'
  }

  wakeAt(): number {
    return Math.min(this.#until, this.#leaveBy)
  }

  asked(drainMs: number, turn: Turn): void {
    if (!this.isOpen) return
    this.#enter('draining', turn.now + drainMs)
    this.#options.drain(turn)
  }

  /** At the end of each turn: takes the next step, or more of them, where nothing is waited for any more. */
  goOn(turn: Turn): void {
    if (this.isOpen) return
    const { signal, isAtWork, endRuns, leave, isQuiet } = this.#options
    const isOver = () => turn.now >= this.#until
    if (this.#step === 'draining' && (isOver() || this.#isDrained(turn))) {
      this.#enter('signalled', turn.now + endingMs)
      signal(turn)
    }
    if (this.#step === 'signalled' && (isOver() || !isAtWork())) {
      this.#enter('ending', turn.now + patienceMs)
      endRuns(turn)
    }
    if (this.#step === 'ending' && (isOver() || isQuiet(turn))) {
      this.#enter('leaving', turn.now + patienceMs)
      leave(turn)
    }
    if (this.#step === 'leaving' && (isOver() || isQuiet(turn))) {
      this.#enter('closed', Number.POSITIVE_INFINITY)
      turn.perform({ kind: 'ready to close' })
    }
  }

  /** Handlers have ended, and clients have left or had the time to. */
  #isDrained(turn: Turn): boolean {
    const { isAtWork, isDeserted, isQuiet } = this.#options
    if (isAtWork()) {
      this.#leaveBy = Number.POSITIVE_INFINITY
      this.#hadTimeToLeave = false
      return false
    }
    if (turn.now >= this.#leaveBy) this.#hadTimeToLeave = true
    // The time that has come is not woken for again.
    if (this.#hadTimeToLeave) this.#leaveBy = Number.POSITIVE_INFINITY
    else if (this.#leaveBy === Number.POSITIVE_INFINITY) this.#leaveBy = turn.now + leavingMs
    return (isDeserted() || this.#hadTimeToLeave) && isQuiet(turn)
  }

  #enter(step: Step, until: number): void {
    this.#step = step
    this.#until = until
    this.#leaveBy = Number.POSITIVE_INFINITY
  }
}
