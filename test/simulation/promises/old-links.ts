/** What an older link brings leads to nothing at all. */

import type { Ears } from '../audience.js'
import type { FactName } from '../facts.js'
import type { Broken, Seen, Watch } from './promise.js'

export function oldLinks(broken: Broken, { turns }: Seen): Watch {
  /** The application sees something that only a server can have said. */
  const isSaid = ({ fact, client }: { readonly fact: FactName; readonly client: number }) => {
    const { given } = turns
    if (given?.client === client && !given.isCurrent)
      broken(`client ${client} saw "${fact}" because of a frame of an older link`)
  }

  const on: Ears = {
    // What time does, it may do in any turn.
    settled(fact) {
      if (fact.outcome.ok || fact.outcome.error.code !== 'TIMEOUT') isSaid(fact)
    },
    chunk: isSaid,
    delivered: isSaid,
    gap: isSaid,
    reset: isSaid,
  }
  return { on }
}
