/** Pushes arrive in order, without repeats and holes, or after exactly one announced gap, or a reset; and in the end all of them do. */

import { limits } from '@backchat/protocol'
import type { Broken, Seen, Watch } from './promise.js'

interface Log {
  /** Known from its first welcome on; it may get pushes before. */
  client: number | undefined
  /** Push n stands at n - 1. */
  readonly pushes: { readonly id: string; readonly bytes: number }[]
  /** What the client must be given next. */
  next: number
  /** A gap that was announced while pushes before it waited for the first listener: announcing waits for nobody. */
  gapAhead?: { readonly from: number; readonly to: number }
}

export function pushes(broken: Broken, { links }: Seen): Watch {
  const logs = new Map<string, Log>()
  /** The session to which each client was welcomed last, and the one of which it was given a push last. */
  const welcomed = new Map<number, string>()
  const heardOf = new Map<number, string>()
  const closed = new Set<number>()
  /** Clients that may be given pushes of another session than before. */
  const mayChange = new Set<number>()
  const listens = new Set<number>()

  const logOf = (session: string): Log => {
    const log = logs.get(session) ?? { client: undefined, pushes: [], next: 1 }
    logs.set(session, log)
    return log
  }

  const delivered = (client: number, session: string, id: string | undefined) => {
    const log = logs.get(session)
    if (log?.client !== client) return broken(`client ${client} was given a push of somebody else`)
    const isAnother = heardOf.has(client) && heardOf.get(client) !== session
    if (isAnother && !mayChange.delete(client))
      broken(`client ${client} was given a push of another session without a reset`)
    heardOf.set(client, session)
    const due = log.pushes[log.next - 1]?.id
    if (id !== due) broken(`client ${client} was given ${id} where ${due} was due`)
    log.next += 1
    if (log.gapAhead?.from === log.next) log.next = log.gapAhead.to + 1
  }

  const gap = (client: number, from: number, to: number) => {
    const log = logs.get(welcomed.get(client) ?? '')
    const waits = log && from > log.next && !listens.has(client)
    if (!log || (from !== log.next && !waits))
      return broken(`client ${client} was told of a gap from ${from} where ${log?.next} was due`)
    if (!wasTrimmed(log, to)) broken(`client ${client} was told that push ${to} is lost, and it is not`)
    if (waits) log.gapAhead = { from, to }
    else log.next = to + 1
  }

  const appended = (session: string, push: number, id: string, bytes: number) => {
    const log = logOf(session)
    if (push !== log.pushes.length + 1) broken(`push ${push} was appended where ${log.pushes.length + 1} was due`)
    log.pushes.push({ id, bytes })
  }

  const allDelivered = () => {
    for (const [client, session] of welcomed) {
      if (closed.has(client)) continue
      const { next, pushes } = logs.get(session) ?? { next: 1, pushes: [] }
      if (next <= pushes.length) broken(`client ${client} never got push ${next} of ${pushes.length}`)
    }
  }

  return {
    on: {
      appended: ({ session, push, id, bytes }) => appended(session, push, id, bytes),
      answered({ client, frame }) {
        if (frame.kind === 'welcome') logOf(frame.sessionId).client = client
      },
      heard({ client, link, frame }) {
        if (frame.kind === 'welcome' && links.isCurrent(client, link)) welcomed.set(client, frame.sessionId)
      },
      delivered: ({ client, session, content }) =>
        delivered(client, session, (content as { readonly push?: string }).push),
      gap: ({ client, from, to }) => gap(client, from, to),
      listened: ({ client }) => void listens.add(client),
      closed: ({ client }) => void closed.add(client),
      reset: ({ client }) => void mayChange.add(client),
      'settled up': allDelivered,
    },
  }
}

/** Whether a log cannot have had room for that push any more. */
function wasTrimmed({ pushes }: Log, push: number): boolean {
  const kept = pushes.slice(push - 1)
  return kept.length > limits.logPushes || kept.reduce((sum, { bytes }) => sum + bytes, 0) > limits.logBytes
}
