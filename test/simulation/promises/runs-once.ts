/**
 * A handler starts at most once for each request; an idempotent one at most once in each session and under each name of a server.
 * What was said not to have run never ran, and never will. Where a store that went back has forgotten a start, that may start again; so may
 * what it says is started and has ended, if it then fails the server that asks for it again: that takes back what it thinks it has begun.
 */

import type { Ask } from '../scenario.js'
import type { Broken, Seen, Watch } from './promise.js'

/** As the journal took note of it. */
interface Start {
  readonly at: number
  readonly node: number
  endedAt: number | undefined
  endForgotten: boolean
  forgotten: boolean
}

interface Ran {
  /** Session and name of the server. */
  readonly place: string
  readonly start: Start | undefined
}

export function runsOnce(broken: Broken, { numbering }: Seen): Watch {
  const ran = new Map<Ask, readonly Ran[]>()
  const notRun = new Set<Ask>()
  /** The newest start of each request, by session, number and name of the server. */
  const starts = new Map<string, Start>()

  const known = (ask: Ask) => (ran.get(ask) ?? []).filter(({ start }) => !start?.forgotten)

  const run = (ask: Ask, session: string, owner: string) => {
    const place = `${session} ${owner}`
    const start = starts.get(`${session} ${numbering.numberOf(ask)} ${owner}`)
    const before = start?.forgotten ? [] : known(ask)
    const again = ask.type === 'text' ? before.length > 0 : before.some((each) => each.place === place)
    if (again) broken(`${ask.id} ran a second time`)
    if (notRun.has(ask)) broken(`${ask.id} ran after its caller was told that it never will`)
    ran.set(ask, [...known(ask), { place, start }])
  }

  return {
    on: {
      begun({ session, n, owner, node }, now) {
        const start = { at: now, node, endedAt: undefined, endForgotten: false, forgotten: false }
        starts.set(`${session} ${n} ${owner}`, start)
      },
      finished({ session, n, owner }, now) {
        const start = starts.get(`${session} ${n} ${owner}`)
        if (start) start.endedAt = now
      },
      'store failed'({ node }) {
        for (const start of starts.values()) if (start.endForgotten && start.node === node) start.forgotten = true
      },
      ran: ({ ask, session, owner }) => run(ask, session, owner),
      'store rolled back'({ to }) {
        for (const start of starts.values()) {
          if (start.at > to) start.forgotten = true
          if (start.endedAt !== undefined && start.endedAt > to) start.endForgotten = true
        }
      },
      settled({ ask, outcome }) {
        if (outcome.ok || outcome.error.mayHaveExecuted) return
        notRun.add(ask)
        if (known(ask).length > 0) broken(`${ask.id} ran, and its caller was told that it did not`)
      },
    },
  }
}
