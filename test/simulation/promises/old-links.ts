/** What an older link brings leads to nothing at all. */

import type { Ears } from '../audience.js'
import type { FactName } from '../facts.js'
import type { Broken, Seen, Watch } from './promise.js'

export function oldLinks(broken: Broken, { links }: Seen): Watch {
  /** The client whose turn is about a frame of an older link. */
  let hears: number | undefined

  const turnsToOther = () => {
    hears = undefined
  }

  /** The application sees something that only a server can have said. */
  const isSaid = ({ fact, client }: { readonly fact: FactName; readonly client: number }) => {
    if (hears === client) broken(`client ${client} saw "${fact}" because of a frame of an older link`)
  }

  const on: Ears = {
    heard({ client, link }) {
      hears = links.isCurrent(client, link) ? undefined : client
    },
    // What time does, it may do in any turn.
    settled(fact) {
      if (fact.outcome.ok || fact.outcome.error.code !== 'TIMEOUT') isSaid(fact)
    },
    chunk: isSaid,
    delivered: isSaid,
    gap: isSaid,
    reset: isSaid,
    // What begins another turn of a client, beside what it hears.
    asked: turnsToOther,
    'gave up': turnsToOther,
    left: turnsToOther,
    took: turnsToOther,
    opened: turnsToOther,
    lost: turnsToOther,
    woke: turnsToOther,
    noticed: turnsToOther,
    fetched: turnsToOther,
    listened: turnsToOther,
    reauthenticated: turnsToOther,
    due: turnsToOther,
    closed: turnsToOther,
  }
  return { on }
}
