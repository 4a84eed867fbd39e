/** What a store that went back may have forgotten: which requests were asked, and which sessions were there, before it did. */

import type { Ears } from './audience.js'
import type { Links } from './links.js'
import type { Numbering } from './numbering.js'
import type { Ask } from './scenario.js'

export class Rollbacks {
  readonly #links: Links
  readonly #numbering: Numbering
  readonly #asks = new Set<Ask>()
  readonly #agedAsks = new Set<Ask>()
  readonly #sessions = new Set<string>()
  readonly #aged = new Set<string>()
  /** The session to which each client was welcomed last. */
  readonly #current = new Map<number, string>()
  readonly #sentInAged = new Set<Ask>()

  constructor(links: Links, numbering: Numbering) {
    this.#links = links
    this.#numbering = numbering
  }

  readonly on: Ears = {
    'heard welcome': ({ client, link, frame }) => {
      if (this.#links.isCurrent(client, link)) this.#current.set(client, frame.sessionId)
    },
    'sent request': ({ client, frame }) => {
      if (this.#aged.size === 0) return
      const ask = this.#numbering.askOf(client, frame.n)
      if (ask && this.touchedSession(this.#current.get(client) ?? '')) this.#sentInAged.add(ask)
    },
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

  /** Whether it was sent in a session that is discarded when somebody finds out what the store forgot of it. */
  mayBeDiscarded(ask: Ask): boolean {
    return this.#sentInAged.has(ask)
  }

  /** Whether the session was there before the store went back. */
  touchedSession(session: string): boolean {
    return this.#aged.has(session)
  }
}
