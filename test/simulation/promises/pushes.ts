/** Pushes arrive in order, without repeats and holes, or after exactly one announced gap, or a reset; and in the end all of them do. Of a session that had pushes which a store forgot when it went back, nothing is known. */

import { limits } from '@backchat/protocol'
import type { FactNamed } from '../facts.js'
import type { Broken, Seen, Watch } from './promise.js'

interface Log {
  /** Known from its first welcome on; it may get pushes before. */
  client: number | undefined
  /** Push n stands at n - 1. */
  readonly pushes: { readonly id: string; readonly bytes: number; readonly isPush: boolean; readonly at: number }[]
  /** What the client must be given next. */
  next: number
  /** Gaps that were announced while pushes before them waited for the first listener: announcing waits for nobody. */
  readonly gapsAhead: Map<number, number>
  /** The store has forgotten pushes of it: their numbers are given again. */
  isCut: boolean
}

export function pushes(broken: Broken, { links }: Seen): Watch {
  const logs = new Map<string, Log>()
  /** The session to which each client was welcomed last, and the one of which it was given a push last. */
  const welcomed = new Map<number, string>()
  const heardOf = new Map<number, string>()
  const closed = new Set<number>()
  /** How many resets each client had; which of them was that of a session; and with which its pushes have come so far. */
  const resets = new Map<number, number>()
  const resetOf = new Map<string, number>()
  const reached = new Map<number, number>()
  const listens = new Set<number>()

  const logOf = (session: string): Log => {
    const log = logs.get(session) ?? { client: undefined, pushes: [], next: 1, gapsAhead: new Map(), isCut: false }
    logs.set(session, log)
    return log
  }

  /** Pushes of several sessions may wait for the first listener, and come after all of their resets. */
  const changed = (client: number, session: string) => {
    const before = reached.get(client) ?? 0
    if (before >= (resets.get(client) ?? 0))
      broken(`client ${client} was given a push of another session without a reset`)
    reached.set(client, resetOf.get(session) ?? before + 1)
  }

  const delivered = (client: number, session: string, id: string | undefined) => {
    const log = logs.get(session)
    if (log?.isCut) return
    if (log?.client !== client) return broken(`client ${client} was given a push of somebody else`)
    const isAnother = heardOf.has(client) && heardOf.get(client) !== session
    if (isAnother) changed(client, session)
    heardOf.set(client, session)
    passBy(log)
    const due = log.pushes[log.next - 1]?.id
    if (id !== due) broken(`client ${client} was given ${id} where ${due} was due`)
    log.next += 1
  }

  const gap = (client: number, from: number, to: number) => {
    const log = logs.get(welcomed.get(client) ?? '')
    if (log?.isCut) return
    if (log) passBy(log, from)
    const waits = log && from > log.next && !listens.has(client)
    if (!log || (from !== log.next && !waits))
      return broken(`client ${client} was told of a gap from ${from} where ${log?.next} was due`)
    if (!wasTrimmed(log, to)) broken(`client ${client} was told that push ${to} is lost, and it is not`)
    if (waits) log.gapsAhead.set(from, to)
    else log.next = to + 1
  }

  const appended = ({ session, push, id, bytes, isPush }: FactNamed<'appended'>, at: number) => {
    const log = logOf(session)
    if (log.isCut) return
    if (push !== log.pushes.length + 1) broken(`push ${push} was appended where ${log.pushes.length + 1} was due`)
    log.pushes.push({ id, bytes, isPush, at })
  }

  const allDelivered = () => {
    for (const [client, session] of welcomed) {
      const log = logOf(session)
      if (closed.has(client) || log.isCut) continue
      passBy(log)
      const { next, pushes } = log
      if (next <= pushes.length) broken(`client ${client} never got push ${next} of ${pushes.length}`)
    }
  }

  return {
    on: {
      appended,
      'answered welcome'({ client, frame }) {
        logOf(frame.sessionId).client = client
      },
      'heard welcome'({ client, link, frame }) {
        if (links.isCurrent(client, link)) welcomed.set(client, frame.sessionId)
      },
      delivered: ({ client, session, content }) =>
        delivered(client, session, (content as { readonly push?: string }).push),
      gap: ({ client, from, to }) => gap(client, from, to),
      listened: ({ client }) => void listens.add(client),
      closed: ({ client }) => void closed.add(client),
      reset({ client }) {
        const count = (resets.get(client) ?? 0) + 1
        resets.set(client, count)
        // Who has to become another client is told before it has another session.
        const session = welcomed.get(client) ?? ''
        if (!resetOf.has(session)) resetOf.set(session, count)
      },
      'store rolled back'({ to }) {
        for (const log of logs.values()) if ((log.pushes.at(-1)?.at ?? 0) > to) log.isCut = true
      },
      'settled up': allDelivered,
    },
  }
}

/** Goes on behind what no listener gets, and what is known to be lost, up to that number. */
function passBy(log: Log, before = Number.POSITIVE_INFINITY): void {
  while (log.next < before) {
    const to = log.gapsAhead.get(log.next)
    if (to !== undefined) log.next = to + 1
    else if (log.pushes[log.next - 1]?.isPush === false) log.next += 1
    else return
  }
}

/** Whether a log cannot have had room for that push any more. */
function wasTrimmed({ pushes }: Log, push: number): boolean {
  const kept = pushes.slice(push - 1)
  return kept.length > limits.logPushes || kept.reduce((sum, { bytes }) => sum + bytes, 0) > limits.logBytes
}
