/**
 * A handler starts at most once for each request; an idempotent one at most once in each session and under each name of a server.
 * What was said not to have run never ran, and never will.
 */

import type { Ask } from '../scenario.js'
import type { Broken, Watch } from './promise.js'

export function runsOnce(broken: Broken): Watch {
  /** Where it ran: session, and name of the server. */
  const ran = new Map<Ask, string[]>()
  const notRun = new Set<Ask>()

  const start = (ask: Ask, place: string) => {
    const places = ran.get(ask) ?? []
    const again = ask.type === 'text' ? places.length > 0 : places.includes(place)
    if (again) broken(`${ask.id} ran a second time`)
    if (notRun.has(ask)) broken(`${ask.id} ran after its caller was told that it never will`)
    ran.set(ask, [...places, place])
  }

  return {
    on: {
      ran: ({ ask, session, owner }) => start(ask, `${session} ${owner}`),
      settled({ ask, outcome }) {
        if (outcome.ok || outcome.error.mayHaveExecuted) return
        notRun.add(ask)
        if (ran.has(ask)) broken(`${ask.id} ran, and its caller was told that it did not`)
      },
    },
  }
}
