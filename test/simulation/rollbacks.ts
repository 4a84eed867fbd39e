/** What a store that went back may have forgotten: which requests were asked, and which sessions were there, before it did. */

import type { Ears } from './audience.js'
import type { Ask } from './scenario.js'

export class Rollbacks {
  readonly #asks = new Set<Ask>()
  readonly #agedAsks = new Set<Ask>()
  readonly #sessions = new Set<string>()
  readonly #aged = new Set<string>()

  readonly on: Ears = {
    asked: ({ ask }) => void this.#asks.add(ask),
    greeted: ({ session }) => void this.#sessions.add(session),
    'store rolled back': () => {
      for (const ask of this.#asks) this.#agedAsks.add(ask)
      for (const session of this.#sessions) this.#aged.add(session)
    },
  }

  /** Whether it was asked before the store went back. */
  touched(ask: Ask): boolean {
    return this.#agedAsks.has(ask)
  }

  /** Whether the session was there before the store went back. */
  touchedSession(session: string): boolean {
    return this.#aged.has(session)
  }
}
