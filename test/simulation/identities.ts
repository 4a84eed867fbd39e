/** Which clients had to become another one, because somebody else has their session, as can be read on the wire [P-13]. */

import type { JsonValue, ServerFrame } from '@backchat/protocol'
import type { Ears } from './audience.js'
import type { Links } from './links.js'

const losing: ReadonlySet<string> = new Set(['stale', 'superseded', 'not-yours'])

export class Identities {
  readonly #links: Links
  readonly #lostAt = new Map<number, number>()

  constructor(links: Links) {
    this.#links = links
  }

  readonly on: Ears = {
    heard: ({ client, link, frame }, now) => {
      if (this.isLoss(client, link, frame)) this.#lostAt.set(client, now)
    },
  }

  /** Whether this frame tells a client that it must be another one. */
  isLoss(client: number, link: number, frame: ServerFrame<JsonValue>): boolean {
    return frame.kind === 'refuse' && losing.has(frame.code) && this.#links.isCurrent(client, link)
  }

  /** When it had to become another one last; undefined: never. */
  lostAt(client: number): number | undefined {
    return this.#lostAt.get(client)
  }
}
