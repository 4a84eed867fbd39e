/** Which clients had to become another one, because somebody else has their session, as can be read on the wire [P-13]. */

import type { JsonValue, ServerFrame } from '@backchat/protocol'
import type { Ears } from './audience.js'
import type { Links } from './links.js'

const losing: ReadonlySet<string> = new Set(['stale', 'superseded', 'not-yours'])

interface Identity {
  /** Who it said it was in its newest hello. */
  client: string
  /** Whether that is somebody else than in the hello before. */
  isAnother: boolean
}

export class Identities {
  readonly #links: Links
  readonly #identities = new Map<number, Identity>()
  readonly #lostAt = new Map<number, number>()

  constructor(links: Links) {
    this.#links = links
  }

  readonly on: Ears = {
    'heard refuse': ({ client, link, frame }, now) => {
      if (this.isLoss(client, link, frame)) this.#lostAt.set(client, now)
    },
    'sent hello': ({ client, frame }) => this.#greeted(client, frame.client),
  }

  /** Whether this frame tells a client that it must be another one. */
  isLoss(client: number, link: number, frame: ServerFrame<JsonValue>): boolean {
    return frame.kind === 'refuse' && losing.has(frame.code) && this.#links.isCurrent(client, link)
  }

  /** When it had to become another one last; undefined: never. */
  lostAt(client: number): number | undefined {
    return this.#lostAt.get(client)
  }

  /** Whether its newest hello is the first one of somebody else than before. */
  becomesAnother(client: number): boolean {
    return this.#identities.get(client)?.isAnother ?? false
  }

  /** Who was told, and is the same in its next hello, had given up that dial in the turn in which it was told. */
  #greeted(client: number, identity: string): void {
    const before = this.#identities.get(client)?.client ?? identity
    if (before === identity) this.#lostAt.delete(client)
    this.#identities.set(client, { client: identity, isAnother: before !== identity })
  }
}
