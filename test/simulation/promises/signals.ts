/** A handler that still runs hears its signal soon after its session ended. */

import type { Scenario } from '../scenario.js'
import type { Promised } from './promise.js'

export function signalsOf({ server, nodes }: Scenario): Promised {
  // A store that fails while a session ends is asked again after as long as a session lives without a link.
  // Another node finds a note of it when it looks next, each second.
  const storeMs = Math.max(...nodes.map(({ storeMs }) => storeMs))
  const soonMs = server.sessionTtlMs + 2 * storeMs + 1_000 + (nodes.length > 1 ? 1_000 + 2 * storeMs : 0)

  return (broken) => {
    /** Runs of living servers that have neither ended nor heard their signal, with their session and node. */
    const running = new Map<number, { readonly session: string; readonly node: number }>()
    const sessions = new Set<string>()
    const endedAt = new Map<string, number>()

    const check = (now: number) => {
      for (const [run, { session }] of running) {
        const ended = endedAt.get(session)
        if (ended !== undefined && now > ended + soonMs)
          broken(`run ${run} was not told that its session ended at ${ended}`)
      }
    }

    const heard = ({ run }: { readonly run: number }) => void running.delete(run)

    return {
      on: {
        greeted: ({ session }) => void sessions.add(session),
        ran: ({ run, session, node }) => void running.set(run, { session, node }),
        aborted: heard,
        returned: heard,
        threw: heard,
        forgotten: ({ session }, now) => void endedAt.set(session, now),
        'store lost'(_, now) {
          for (const session of sessions) endedAt.set(session, now)
        },
        down({ node: dead }) {
          for (const [run, { node }] of running) if (node === dead) running.delete(run)
        },
        'settled up': (_, now) => check(now),
      },
    }
  }
}
