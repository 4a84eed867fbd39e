/** Every request settles exactly once, at or before its deadline, or in the first turn after it when the computer slept. */

import type { Ask } from '../scenario.js'
import type { Broken, Seen, Watch } from './promise.js'

interface Waiting {
  deadline: number
  settled: boolean
  /** Chunks that arrived, and those that the reader took. */
  arrived: number
  taken: number
}

export function settles(broken: Broken, { numbering }: Seen): Watch {
  const asked = new Map<Ask, Waiting>()
  const wokeAt = new Map<number, number>()

  const settled = (ask: Ask, client: number, now: number) => {
    const waiting = asked.get(ask)
    if (!waiting) return broken(`${ask.id} settled without being asked`)
    if (waiting.settled) broken(`${ask.id} settled twice`)
    waiting.settled = true
    const isLate = now > waiting.deadline && wokeAt.get(client) !== now
    if (isLate) broken(`${ask.id} settled at ${now}, its deadline was ${waiting.deadline}`)
  }

  /** For a stream the time is the longest silence; while a reader who has begun has more to read, there is none. */
  const sign = (ask: Ask | undefined, now: number) => {
    const waiting = ask && asked.get(ask)
    if (!waiting || ask.mode !== 'stream') return
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
      settled: ({ ask, client }, now) => settled(ask, client, now),
      woke: ({ client }, now) => void wokeAt.set(client, now),
      took: ({ ask, next }, now) => took(ask, next, now),
      chunk({ ask }, now) {
        const waiting = asked.get(ask)
        if (waiting) waiting.arrived += 1
        sign(ask, now)
      },
      heard({ client, frame }, now) {
        if ('n' in frame) sign(numbering.askOf(client, frame.n), now)
      },
    },
    end() {
      for (const [ask, waiting] of asked) if (!waiting.settled) broken(`${ask.id} never settled`)
    },
  }
}
