/** Every request settles exactly once, at or before its deadline, or in the first turn after it when the computer slept; and no time is said to be over before it is. */

import type { Outcome } from '../machines.js'
import type { Ask } from '../scenario.js'
import type { Broken, Seen, Watch } from './promise.js'

interface Waiting {
  deadline: number
  settled: boolean
  /** Chunks that arrived, and those that the reader took. */
  arrived: number
  taken: number
}

export function settles(broken: Broken, { links, numbering }: Seen): Watch {
  const asked = new Map<Ask, Waiting>()
  const wokeAt = new Map<number, number>()

  const settled = (ask: Ask, client: number, outcome: Outcome, now: number) => {
    const waiting = asked.get(ask)
    if (!waiting) return broken(`${ask.id} settled without being asked`)
    if (waiting.settled) broken(`${ask.id} settled twice`)
    waiting.settled = true
    const isLate = now > waiting.deadline && wokeAt.get(client) !== now
    if (isLate) broken(`${ask.id} settled at ${now}, its deadline was ${waiting.deadline}`)
    const isEarly = !outcome.ok && outcome.error.code === 'TIMEOUT' && now < waiting.deadline
    if (isEarly) broken(`${ask.id} timed out at ${now}, its deadline was ${waiting.deadline}`)
  }

  /** For a stream the time is the longest silence; while a reader who has begun has more to read, there is none. */
  const sign = (ask: Ask | undefined, now: number) => {
    const waiting = ask && asked.get(ask)
    if (!waiting || ask.mode !== 'stream') return
    // What is late is late, whatever arrives with it [P-29].
    if (now >= waiting.deadline) return
    const hasMore = waiting.taken > 0 && waiting.arrived > waiting.taken
    waiting.deadline = hasMore ? Number.POSITIVE_INFINITY : now + ask.timeoutMs
  }

  const took = (ask: Ask, next: number, now: number) => {
    const waiting = asked.get(ask)
    if (!waiting) return
    waiting.taken = next
    if (waiting.deadline === Number.POSITIVE_INFINITY || waiting.arrived > next) sign(ask, now)
  }

  return {
    on: {
      asked({ ask }, now) {
        asked.set(ask, { deadline: now + ask.timeoutMs, settled: false, arrived: 0, taken: 0 })
      },
      settled: ({ ask, client, outcome }, now) => settled(ask, client, outcome, now),
      woke: ({ client }, now) => void wokeAt.set(client, now),
      took: ({ ask, next }, now) => took(ask, next, now),
      // Nobody keeps the server waiting any more.
      left: ({ ask }, now) => took(ask, asked.get(ask)?.arrived ?? 0, now),
      chunk({ ask }, now) {
        const waiting = asked.get(ask)
        if (waiting) waiting.arrived += 1
        sign(ask, now)
      },
      heard({ client, link, frame }, now) {
        // A refusal is no progress: the same number is asked again within the same time [P-18].
        const isSign = 'n' in frame && frame.kind !== 'error' && links.isCurrent(client, link)
        if (isSign) sign(numbering.askOf(client, frame.n), now)
      },
    },
    end() {
      for (const [ask, waiting] of asked) if (!waiting.settled) broken(`${ask.id} never settled`)
    },
  }
}
