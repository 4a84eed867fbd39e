/** Every request settles exactly once, at or before its deadline, or in the first turn after it when the computer slept; and no time is said to be over before it is. */

import type { JsonValue, ServerFrame } from '@backchat/protocol'
import type { Outcome } from '../machines.js'
import type { Ask } from '../scenario.js'
import type { Broken, Seen, Watch } from './promise.js'

interface Waiting {
  deadline: number
  settled: boolean
  /** Sleeps within its time of which only the wall clock told. */
  sleeps: number
  /** Whether the client knows that its handler runs. */
  started: boolean
  /** The chunk that is due. */
  due: number
  /** Chunks that arrived, and those that the reader took. */
  arrived: number
  taken: number
}

interface Heard {
  readonly client: number
  readonly link: number
  readonly frame: Extract<ServerFrame<JsonValue>, { readonly kind: 'started' | 'chunk' | 'error' }>
}

/** A wall clock shows whole milliseconds: what two readings say of a sleep is off by less. */
const wallMs = 1
/** A timer may come a rounding too early, for a time after a hidden sleep, too; the next one comes so much later. */
const timerMs = 1

export function settles(broken: Broken, { links, numbering }: Seen): Watch {
  const asked = new Map<Ask, Waiting>()
  const wokeAt = new Map<number, number>()
  /** Clients that know from their wall clock alone how long they slept. */
  const imprecise = new Set<number>()
  /** The session to which each client was welcomed last. */
  const sessions = new Map<number, string>()

  const settled = (ask: Ask, client: number, outcome: Outcome, now: number) => {
    const waiting = asked.get(ask)
    if (!waiting) return broken(`${ask.id} settled without being asked`)
    if (waiting.settled) broken(`${ask.id} settled twice`)
    waiting.settled = true
    const tolerance = imprecise.has(client) ? toleranceOf(waiting) : exact
    const isLate = now > waiting.deadline + tolerance.late && wokeAt.get(client) !== now
    if (isLate) broken(`${ask.id} settled at ${now}, its deadline was ${waiting.deadline}`)
    const isEarly = !outcome.ok && outcome.error.code === 'TIMEOUT' && now < waiting.deadline - tolerance.early
    if (isEarly) broken(`${ask.id} timed out at ${now}, its deadline was ${waiting.deadline}`)
  }

  /** For a stream the time is the longest silence; while a reader who has begun has more to read, there is none. */
  const sign = (ask: Ask | undefined, now: number) => {
    const waiting = ask && asked.get(ask)
    if (!waiting || ask.mode !== 'stream') return
    // What is late is late, whatever arrives with it [P-29].
    if (now >= waiting.deadline) return
    const hasMore = waiting.taken > 0 && waiting.arrived > waiting.taken
    waiting.sleeps = 0
    waiting.deadline = hasMore ? Number.POSITIVE_INFINITY : now + ask.timeoutMs
  }

  const took = (ask: Ask, next: number, now: number) => {
    const waiting = asked.get(ask)
    if (!waiting) return
    waiting.taken = next
    if (waiting.deadline === Number.POSITIVE_INFINITY || waiting.arrived > next) sign(ask, now)
  }

  /** Which frames are news of a stream: the first `started`, and the chunk that is due [P-16] [P-19]. */
  const heard = ({ client, link, frame }: Heard, now: number) => {
    const ask = links.isCurrent(client, link) ? numbering.askOf(client, frame.n) : undefined
    const waiting = ask && asked.get(ask)
    if (!waiting) return
    // A refusal is no progress: the same number is asked again within the same time [P-18].
    if (frame.kind === 'error') waiting.started = false
    const isFirst = frame.kind === 'started' && !waiting.started
    const isDue = frame.kind === 'chunk' && frame.chunk === waiting.due
    if (!isFirst && !isDue) return
    waiting.started = true
    if (isDue) waiting.due += 1
    sign(ask, now)
  }

  /** What is sent again to a new session has not started there. */
  const welcomed = (client: number, session: string) => {
    if (sessions.get(client) === session) return
    sessions.set(client, session)
    for (const [ask, waiting] of asked) if (ask.client === client) waiting.started = false
  }

  const sleptHidden = (client: number) => {
    imprecise.add(client)
    for (const [ask, waiting] of asked) if (ask.client === client) waiting.sleeps += 1
  }

  return {
    on: {
      asked({ ask }, now) {
        const deadline = now + ask.timeoutMs
        asked.set(ask, { deadline, settled: false, sleeps: 0, started: false, due: 0, arrived: 0, taken: 0 })
      },
      settled: ({ ask, client, outcome }, now) => settled(ask, client, outcome, now),
      woke({ client, hidden }, now) {
        wokeAt.set(client, now)
        if (hidden) sleptHidden(client)
      },
      took: ({ ask, next }, now) => took(ask, next, now),
      // Nobody keeps the server waiting any more.
      left: ({ ask }, now) => took(ask, asked.get(ask)?.arrived ?? 0, now),
      chunk({ ask }, now) {
        const waiting = asked.get(ask)
        if (waiting) waiting.arrived += 1
        sign(ask, now)
      },
      'heard welcome'({ client, link, frame }) {
        if (links.isCurrent(client, link)) welcomed(client, frame.sessionId)
      },
      'heard started': heard,
      'heard chunk': heard,
      'heard error': heard,
    },
    end() {
      for (const [ask, waiting] of asked) if (!waiting.settled) broken(`${ask.id} never settled`)
    },
  }
}

const exact = { early: 0, late: 0 }
/** Times that were shifted by a sleep are sums of fractions, which are rounded. */
const sumMs = 1e-6

/** How much a client may be wrong about a time with hidden sleeps in it, and about one after them. */
function toleranceOf({ sleeps }: Waiting): { readonly early: number; readonly late: number } {
  const offMs = sleeps === 0 ? sumMs : wallMs * sleeps
  return { early: offMs, late: offMs + timerMs }
}
