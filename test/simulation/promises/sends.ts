/**
 * What is sent without waiting for a reply: when its caller is told that all is well, a journal has it, and it runs unless the
 * node that has it fails before, or refuses it; and requests get their numbers in the order in which they were asked, and begin in that order unless one was sent again or refused [P-14].
 * What a store that went back has forgotten to have begun, nothing need come after.
 */

import type { Ask } from '../scenario.js'
import type { Broken, Seen, Watch } from './promise.js'

interface Numbered {
  /** Who the client says it is: another one counts from 1 again. */
  identity: string
  /** The place in the order of asking of the newest number given out, and that number. */
  place: number
  last: number
  /** What was handed to a link more than once, or refused for now. */
  readonly again: Set<number>
}

/** A request that began when no higher number of its session had begun. */
interface Highest {
  readonly at: number
  readonly n: number
}

export function sends(broken: Broken, { numbering }: Seen): Watch {
  const ran = new Set<Ask>()
  /** The node whose it is to run what a journal has; and what was said to be done before it ran. */
  const recorded = new Map<Ask, number>()
  const owed = new Set<Ask>()
  const mayFail = new Set<Ask>()
  /** In which place of its client's order each was asked. */
  const places = new Map<Ask, number>()
  const clients = new Map<number, Numbered>()
  /** The highest numbers that began in each session, one after the other, and whose session it is. */
  const begun = new Map<string, Highest[]>()
  const clientOf = new Map<string, number>()

  const numberedOf = (client: number): Numbered => {
    const known = clients.get(client) ?? { identity: '', place: 0, last: 0, again: new Set() }
    clients.set(client, known)
    return known
  }

  const requested = (client: number, n: number) => {
    const numbered = numberedOf(client)
    if (n <= numbered.last) return void numbered.again.add(n)
    numbered.last = n
    const ask = numbering.askOf(client, n)
    // A state synchronisation goes before what waits.
    if (!ask || ask.type === 'init') return
    const place = places.get(ask) ?? 0
    if (place < numbered.place) broken(`${ask.id} was sent after what was asked later`)
    numbered.place = place
  }

  const began = (session: string, n: number, node: number, at: number) => {
    const ask = numbering.askOf(clientOf.get(session) ?? -1, n)
    if (ask) recorded.set(ask, node)
    const before = begun.get(session) ?? []
    begun.set(session, before)
    const highest = before.at(-1)?.n ?? 0
    const numbered = clients.get(clientOf.get(session) ?? -1)
    if (n < highest && numbered && !numbered.again.has(n)) broken(`request ${n} of ${session} began after ${highest}`)
    if (n > highest) before.push({ at, n })
  }

  const wentBack = (to: number) => {
    owed.clear()
    for (const before of begun.values()) while ((before.at(-1)?.at ?? to) > to) before.pop()
  }

  /** What it had not run, perhaps nobody runs. */
  const failed = ({ node }: { readonly node: number }) => {
    for (const ask of owed) if (recorded.get(ask) === node) owed.delete(ask)
    for (const [ask, runner] of recorded) if (runner === node && !ran.has(ask)) mayFail.add(ask)
  }

  const over = (session: string) => {
    const client = clientOf.get(session)
    for (const ask of owed) if (ask.client === client) owed.delete(ask)
  }

  const done = (ask: Ask) => {
    if (ran.has(ask)) return
    if (!recorded.has(ask)) return broken(`${ask.id} was said to be done, and nobody knows of it`)
    if (!mayFail.has(ask) && ask.handler.refusals === 0) owed.add(ask)
  }

  return {
    on: {
      asked: ({ ask }) => void places.set(ask, places.size + 1),
      ran({ ask }) {
        ran.add(ask)
        owed.delete(ask)
      },
      settled({ ask, outcome }) {
        if (ask.mode === 'send' && outcome.ok) done(ask)
      },
      'sent hello'({ client, frame }) {
        if (numberedOf(client).identity === frame.client) return
        clients.delete(client)
        numberedOf(client).identity = frame.client
      },
      'sent request': ({ client, frame }) => requested(client, frame.n),
      attached: ({ session, client }) => void clientOf.set(session, client),
      begun: ({ session, n, node }, now) => began(session, n, node, now),
      down: failed,
      // What waited for its handler meanwhile may have waited too long.
      paused: failed,
      renamed: failed,
      closing: failed,
      'store failed': failed,
      // The handlers of a session that is over are told so, or are not called any more.
      forgotten: ({ session }) => over(session),
      'store lost': () => owed.clear(),
      'store rolled back': ({ to }) => wentBack(to),
      'settled up'() {
        for (const { id } of owed) broken(`${id} was said to be done, and never ran`)
      },
      'answered error'({ client, frame }) {
        if (frame.refused) numberedOf(client).again.add(frame.n)
      },
    },
  }
}
