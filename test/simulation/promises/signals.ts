/** A handler that still runs hears its signal soon after its session ended. */

import type { Scenario } from '../scenario.js'
import type { Promised } from './promise.js'

export function signalsOf({ server }: Scenario): Promised {
  // A store that fails while a session ends is asked again after as long as a session lives without a link.
  const soonMs = server.sessionTtlMs + 2 * server.storeMs + 1_000

  return (broken) => {
    /** Runs of living servers that have neither ended nor heard their signal, with their session. */
    const running = new Map<number, string>()
    const endedAt = new Map<string, number>()

    const check = (now: number) => {
      for (const [run, session] of running) {
        const ended = endedAt.get(session)
        if (ended !== undefined && now > ended + soonMs)
          broken(`run ${run} was not told that its session ended at ${ended}`)
      }
    }

    const heard = ({ run }: { readonly run: number }) => void running.delete(run)

    return {
      on: {
        ran: ({ run, session }) => void running.set(run, session),
        aborted: heard,
        returned: heard,
        threw: heard,
        forgotten: ({ session }, now) => void endedAt.set(session, now),
        down: () => running.clear(),
        'settled up': (_, now) => check(now),
      },
    }
  }
}
