/** How a server closes: runs are ended and their clients told, then links go, then it is ready. Each step waits for the store, but not for ever. */

import type { Turn } from './turn.js'

export interface ClosingOptions {
  /** Refuses who is new, and ends what runs. */
  readonly endRuns: (turn: Turn) => void
  readonly dropLinks: (turn: Turn) => void
  /** Whether the store has answered everything. */
  readonly isQuiet: (turn: Turn) => boolean
}

/** After this long, closing waits no more for a store that does not answer. */
const patienceMs = 1_000

export class Closing {
  readonly #options: ClosingOptions
  #state: 'open' | 'ending runs' | 'detaching' | 'closed' = 'open'
  #until = Number.POSITIVE_INFINITY

  constructor(options: ClosingOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  get isClosed(): boolean {
    return this.#state === 'closed'
  }

  wakeAt(): number {
    return this.#until
  }

  asked(turn: Turn): void {
    if (!this.isOpen) return
    this.#state = 'ending runs'
    this.#until = turn.now + patienceMs
    this.#options.endRuns(turn)
  }

  /** At the end of each turn: takes the next step, or more of them, where nothing is waited for any more. */
  goOn(turn: Turn): void {
    if (this.#state === 'ending runs' && this.#mayGoOn(turn)) {
      this.#state = 'detaching'
      this.#options.dropLinks(turn)
    }
    if (this.#state === 'detaching' && this.#mayGoOn(turn)) {
      this.#state = 'closed'
      this.#until = Number.POSITIVE_INFINITY
      turn.perform({ kind: 'ready to close' })
    }
  }

  #mayGoOn(turn: Turn): boolean {
    return turn.now >= this.#until || this.#options.isQuiet(turn)
  }
}
