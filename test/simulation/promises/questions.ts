/**
 * What servers ask of clients [P-33]: a handler starts at most once for each question, its caller settles exactly once and in
 * time, a good answer is what that run returned, and what is said not to have run never ran and never will.
 */

import type { AskOutcome } from '../machines.js'
import type { Question, Scenario } from '../scenario.js'
import { reconnectMs } from './liveness.js'
import type { Promised } from './promise.js'

interface Waiting {
  readonly node: number
  readonly session: string
  readonly askedAt: number
  /** By when it must be answered well, if it is asked when all is well. */
  readonly dueAt: number
  settled: boolean
  givenUp: boolean
}

/** How long the store may take to say whether a client was given what is not wanted any more. */
const patienceMs = 1_000
/** So large that a few such pushes are more than a log keeps. */
const largeBytes = 10_000

export function questionsOf({ clients, pushes, nodes }: Scenario): Promised {
  const storeMs = Math.max(...nodes.map((node) => node.storeMs))
  const mayBeTrimmed = pushes.some(({ bytes }) => bytes > largeBytes)

  return (broken, { rollbacks }) => {
    const asked = new Map<string, Waiting>()
    const runs = new Map<number, { readonly question: string; returned: boolean }>()
    const ran = new Set<string>()
    const notRun = new Set<string>()
    const closing = new Set<number>()
    const sessions = new Set<string>()
    const gone = new Set<string>()
    /** Nodes that could not reach the store, or lost their lease: when last. */
    const troubledAt = new Map<number, number>()
    /** Ended unknown, by a node that has not said why: it tells its callers first that it lost its lease. */
    const doubtful = new Map<string, number>()
    const resumedAt = new Map<number, number>()
    let healed = false

    const isTrue = (code: string, question: Question, waiting: Waiting, now: number): boolean => {
      switch (code) {
        case 'TIMEOUT':
          return now - waiting.askedAt >= question.timeoutMs
        case 'ABORTED':
          return waiting.givenUp
        case 'NO_HANDLER':
          return clients[question.client]?.handles === false
        case 'HANDLER_FAILED':
          return question.end === 'throw' && ran.has(question.id)
        case 'SESSION_GONE':
          return gone.has(waiting.session)
        case 'OUTCOME_UNKNOWN':
          return (troubledAt.get(waiting.node) ?? -1) >= waiting.askedAt
        case 'EXPIRED':
          return mayBeTrimmed
        case 'CLOSED':
          return closing.has(waiting.node)
        default:
          return false
      }
    }

    const settled = (question: Question, outcome: AskOutcome, now: number) => {
      const waiting = asked.get(question.id)
      if (!waiting) return broken(`${question.id} settled without being asked`)
      if (waiting.settled) broken(`${question.id} settled twice`)
      waiting.settled = true
      // Who was stopped finds out when it goes on, and then asks the store.
      const since = Math.max(waiting.askedAt + question.timeoutMs, resumedAt.get(waiting.node) ?? 0)
      const by = since + patienceMs
      if (now > by) broken(`${question.id} settled at ${now}, it was due by ${by}`)
      if (now > waiting.dueAt && !rollbacks.touchedSession(waiting.session))
        broken(`${question.id} took until ${now}, it was due at ${waiting.dueAt}`)
      // What became of it, a store that went back may have forgotten.
      if (rollbacks.touchedSession(waiting.session)) return
      if (outcome.ok) return answered(question, outcome.message)
      const { code, mayHaveExecuted } = outcome.error
      if (code === 'OUTCOME_UNKNOWN' && !isTrue(code, question, waiting, now)) doubtful.set(question.id, waiting.node)
      else if (!isTrue(code, question, waiting, now)) broken(`${question.id} ended in ${code}, which is not true`)
      const isWanted = waiting.dueAt !== Number.POSITIVE_INFINITY && code !== 'SESSION_GONE'
      if (isWanted) broken(`${question.id} failed with ${code} though all was well`)
      if (mayHaveExecuted) return
      notRun.add(question.id)
      if (ran.has(question.id)) broken(`${question.id} ran, and its caller was told that it did not`)
    }

    const answered = (question: Question, message: string) => {
      const { content } = JSON.parse(message)
      const run = runs.get(content.run)
      if (content.question !== question.id || run?.question !== question.id)
        broken(`${question.id} got the answer of another: ${message}`)
      else if (!run.returned) broken(`${question.id} got an answer before run ${content.run} returned`)
    }

    /** The longest that it may take when all is well; Infinity when it may fail even then. */
    const dueAt = ({ client, abandonAfterMs, timeoutMs, end, workMs }: Question, now: number) => {
      const plan = clients[client]
      const canSucceed =
        plan?.handles && plan.closeAtMs === undefined && end === 'return' && abandonAfterMs === undefined
      const needsMs = reconnectMs + workMs + 6 * storeMs + 2_000
      return healed && canSucceed && timeoutMs > needsMs ? now + needsMs : Number.POSITIVE_INFINITY
    }

    return {
      on: {
        questioned({ node, session, question }, now) {
          const due = dueAt(question, now)
          asked.set(question.id, { node, session, askedAt: now, dueAt: due, settled: false, givenUp: false })
        },
        'question given up'({ question }) {
          const waiting = asked.get(question)
          if (waiting) waiting.givenUp = true
        },
        'question settled': ({ question, outcome }, now) => settled(question, outcome, now),
        'question ran'({ question, run }) {
          const isTouched = rollbacks.touchedSession(asked.get(question)?.session ?? '')
          if (!isTouched && ran.has(question)) broken(`${question} was handled a second time`)
          if (!isTouched && notRun.has(question))
            broken(`${question} was handled after its caller was told that it never will be`)
          ran.add(question)
          runs.set(run, { question, returned: false })
        },
        'question returned'({ run }) {
          const returned = runs.get(run)
          if (returned) returned.returned = true
        },
        healed() {
          healed = true
        },
        greeted: ({ session }) => void sessions.add(session),
        closing: ({ node }) => void closing.add(node),
        forgotten: ({ session }) => void gone.add(session),
        'store lost'() {
          for (const session of sessions) gone.add(session)
        },
        'store failed': ({ node }, now) => void troubledAt.set(node, now),
        renamed({ node }, now) {
          troubledAt.set(node, now)
          for (const [question, asker] of doubtful) if (asker === node) doubtful.delete(question)
        },
        resumed: ({ node }, now) => void resumedAt.set(node, now),
        // Whoever asked is gone with it.
        down({ node }) {
          for (const [question, waiting] of asked) if (waiting.node === node && !waiting.settled) asked.delete(question)
        },
      },
      end() {
        for (const question of doubtful.keys()) broken(`${question} ended in OUTCOME_UNKNOWN, which is not true`)
        for (const [question, { settled }] of asked) if (!settled) broken(`${question} never settled`)
      },
    }
  }
}
