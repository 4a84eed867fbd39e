/**
 * A handler starts at most once for each request; an idempotent one at most once in each session and under each name of a server.
 * What was said not to have run never ran, and never will. A store that went back has forgotten what started since: that may start again.
 */

import type { Ask } from '../scenario.js'
import type { Broken, Watch } from './promise.js'

export function runsOnce(broken: Broken): Watch {
  /** Where it ran, session and name of the server, and when. */
  const ran = new Map<Ask, { readonly place: string; readonly at: number }[]>()
  const notRun = new Set<Ask>()

  const start = (ask: Ask, place: string, at: number) => {
    const places = ran.get(ask) ?? []
    const again = ask.type === 'text' ? places.length > 0 : places.some((each) => each.place === place)
    if (again) broken(`${ask.id} ran a second time`)
    if (notRun.has(ask)) broken(`${ask.id} ran after its caller was told that it never will`)
    ran.set(ask, [...places, { place, at }])
  }

  return {
    on: {
      ran: ({ ask, session, owner }, now) => start(ask, `${session} ${owner}`, now),
      'store rolled back'({ to }) {
        for (const [ask, places] of ran) {
          ran.set(
            ask,
            places.filter(({ at }) => at <= to),
          )
        }
      },
      settled({ ask, outcome }) {
        if (outcome.ok || outcome.error.mayHaveExecuted) return
        notRun.add(ask)
        if (ran.get(ask)?.length) broken(`${ask.id} ran, and its caller was told that it did not`)
      },
    },
  }
}
