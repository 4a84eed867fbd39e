/**
 * An error is true: nobody is told of a timeout before the time, nor that nobody knows while a server does. So a server that is
 * closed in an orderly manner ends nothing unknown, nor hears a handler its signal, before the time for draining is over.
 */

import { type ErrorCode, limits } from '@backchat/protocol'
import type { Ask, Scenario } from '../scenario.js'
import { isLarge } from '../wanted.js'
import type { Promised } from './promise.js'

/** An owner of which the store has heard nothing for so long may be ended by whoever looks [P-35]. */
const leaseMs = 5_000

export const errorsOf =
  ({ clients, asks, server }: Scenario): Promised =>
  (broken, { links, numbering, identities }) => {
    const askedAt = new Map<Ask, number>()
    const gaveUp = new Set<Ask>()
    const closed = new Set<number>()
    /** Sessions under which each was sent, and those that are gone: nobody knows what became of what was sent there. */
    const sentIn = new Map<Ask, Set<string>>()
    const gone = new Set<string>()
    /** Requests, as session and number, with the node that runs them; and those that perhaps nobody will ever finish. */
    const running = new Map<string, number>()
    const orphans = new Set<string>()
    /** Names of servers that count no more: whatever the store still begins under one of them never runs. */
    const givenUp = new Set<string>()
    const sessions = new Set<string>()
    /** The session to which each client was welcomed last. */
    const current = new Map<number, string>()

    /**
     * Nodes that are being closed, with the time until which nothing of it touches what runs there; what each run is for, and what
     * heard its signal after that time: an obeying handler throws then.
     */
    const closing = new Map<number, number>()
    const isDrainOver = (node: number, now: number) => now >= (closing.get(node) ?? Number.POSITIVE_INFINITY)
    const askOf = new Map<number, Ask>()
    const stopped = new Set<Ask>()

    const lockedOut = new Set<number>()
    let mayBeBusy = false

    /**
     * When the store heard that a node lives under its present name, as far as it remembers: one that went back believes that this
     * was long ago, or does not know the name at all, and ends what the node does under it until it renews its lease [P-35].
     */
    const renewals = new Map<number, number[]>()
    const isRunOut = (node: number, now: number) => now >= (renewals.get(node)?.at(-1) ?? -leaseMs) + leaseMs

    /** Nobody will finish what that node runs. */
    const orphan = (node: number) => {
      for (const [request, runner] of running) if (runner === node) orphans.add(request)
    }

    const sent = (client: number, n: number) => {
      const ask = numbering.askOf(client, n)
      if (ask) sentIn.set(ask, (sentIn.get(ask) ?? new Set()).add(current.get(client) ?? ''))
    }

    const isOrphan = (ask: Ask, now: number) =>
      [...(sentIn.get(ask) ?? [])].some((session) => {
        const request = `${session} ${numbering.numberOf(ask)}`
        const runner = running.get(request)
        return orphans.has(request) || (runner !== undefined && (isRunOut(runner, now) || isDrainOver(runner, now)))
      })

    const isGone = (ask: Ask) => [...(sentIn.get(ask) ?? [])].some((session) => gone.has(session))

    /** It was asked by a client that had to become another one since. */
    const isOfAnother = (ask: Ask) => (identities.lostAt(ask.client) ?? -1) >= (askedAt.get(ask) ?? 0)

    const hasLarge = (of: number) => asks.some(({ client, handler }) => client === of && isLarge(handler.bytes))

    const isTrue = (code: ErrorCode, ask: Ask, now: number): boolean => {
      switch (code) {
        case 'ABORTED':
          // An init that is still open when the next session begins is given up for that one's.
          return gaveUp.has(ask) || ask.type === 'init'
        case 'CLOSED':
          return closed.has(ask.client)
        case 'NO_HANDLER':
          return ask.type === 'nobody'
        case 'HANDLER_FAILED':
          return ask.handler.end === 'throw' || (ask.handler.obeys && stopped.has(ask))
        case 'RATE_LIMITED':
          return ask.handler.refusals > 0
        case 'QUEUE_FULL':
          return (clients[ask.client]?.queue ?? 0) < limits.queue
        case 'UNAUTHORIZED':
          return lockedOut.has(ask.client)
        case 'OVERLOADED':
          // A handler may go on when its caller has all that it wanted, and then counts beside the next ones.
          return mayBeBusy || asks.filter(({ client }) => client === ask.client).length > limits.window
        case 'OUTCOME_UNKNOWN':
          return isOrphan(ask, now) || isGone(ask) || isOfAnother(ask)
        case 'SESSION_GONE':
          return isOfAnother(ask)
        case 'REPLY_LOST':
          // It had to make room for a large one, or the store failed, or forgot its session, when it was to be kept.
          return isOrphan(ask, now) || isGone(ask) || hasLarge(ask.client)
        // Whether its time was over is judged, to the millisecond, by the promise to settle in time.
        case 'TIMEOUT':
        case 'HANDLER_TIMEOUT':
        case 'EXPIRED':
          return true
        default:
          return false
      }
    }

    return {
      on: {
        asked: ({ ask }, now) => void askedAt.set(ask, now),
        'gave up': ({ ask }) => void gaveUp.add(ask),
        closed: ({ client }) => void closed.add(client),
        greeted: ({ session }) => void sessions.add(session),
        forgotten: ({ session }) => void gone.add(session),
        begun({ session, n, node, owner }) {
          const request = `${session} ${n}`
          running.set(request, node)
          if (givenUp.has(owner)) orphans.add(request)
        },
        finished({ session, n, node }, now) {
          const request = `${session} ${n}`
          // What has not ended by then is ended for it.
          if (isDrainOver(node, now)) orphans.add(request)
          running.delete(request)
        },
        faulted({ fault }) {
          if (fault.kind === 'lockout') lockedOut.add(fault.client)
          if (fault.kind === 'busy') mayBeBusy = true
        },
        ran: ({ run, ask }) => void askOf.set(run, ask),
        aborted({ run, node }, now) {
          const ask = askOf.get(run)
          if (ask && isDrainOver(node, now)) stopped.add(ask)
        },
        closing({ node }, now) {
          // Who is asked twice to close goes by the first time.
          if (!closing.has(node)) closing.set(node, now + server.drainMs)
          mayBeBusy = true
        },
        'store failed': ({ node }) => orphan(node),
        down: ({ node }) => orphan(node),
        renamed({ node, former }) {
          orphan(node)
          renewals.delete(node)
          givenUp.add(former)
        },
        // Whoever looked before may have ended it [P-35].
        renewed({ node }, now) {
          if (isRunOut(node, now)) orphan(node)
          const times = renewals.get(node)
          if (times) times.push(now)
          else renewals.set(node, [now])
        },
        'store lost'() {
          for (const session of sessions) gone.add(session)
          renewals.clear()
        },
        'store rolled back'({ to }) {
          for (const session of sessions) gone.add(session)
          for (const times of renewals.values()) while ((times.at(-1) ?? to) > to) times.pop()
        },
        'sent request': ({ client, frame }) => sent(client, frame.n),
        'heard welcome'({ client, link, frame }) {
          if (links.isCurrent(client, link)) current.set(client, frame.sessionId)
        },
        settled({ ask, outcome }, now) {
          if (outcome.ok || isTrue(outcome.error.code, ask, now)) return
          broken(`${ask.id} ended in ${outcome.error.code}, which is not true`)
        },
      },
    }
  }
