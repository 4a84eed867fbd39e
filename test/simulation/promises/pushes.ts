/** Pushes arrive in order, without repeats and holes, or after exactly one announced gap, or a reset; and in the end all of them do. */

import { limits } from '@backchat/protocol'
import type { Fact } from '../facts.js'
import type { Broken, Watch } from './promise.js'

interface Appended {
  readonly id: string
  readonly bytes: number
}

/** Where a client is: the number it must be given next. */
interface Position {
  session: string | undefined
  next: number
}

export function pushes(broken: Broken): Watch {
  /** By session; push n stands at n - 1. */
  const logs = new Map<string, Appended[]>()
  const clientOf = new Map<string, number>()
  const positions = new Map<number, Position>()

  const positionOf = (client: number) => {
    const position = positions.get(client) ?? { session: undefined, next: 1 }
    positions.set(client, position)
    return position
  }

  const appended = (session: string, push: number, item: Appended) => {
    const log = logs.get(session) ?? []
    logs.set(session, log)
    if (push !== log.length + 1) broken(`push ${push} was appended where ${log.length + 1} was due`)
    log.push(item)
  }

  const delivered = (client: number, session: string, id: unknown) => {
    const position = positionOf(client)
    if (clientOf.get(session) !== client) broken(`client ${client} was given a push of another session`)
    if (position.session !== undefined && position.session !== session)
      broken(`client ${client} got a push of a new session without a reset`)
    position.session = session
    const due = logs.get(session)?.[position.next - 1]?.id
    if (id !== due) broken(`client ${client} was given ${id} where ${due} was due`)
    position.next += 1
  }

  const gap = (client: number, from: number, to: number) => {
    const position = positionOf(client)
    if (from !== position.next) broken(`client ${client} was told of a gap from ${from} where ${position.next} was due`)
    position.next = to + 1
    if (!wasTrimmed(logs.get(position.session ?? newestOf(client) ?? '') ?? [], to))
      broken(`push ${to} was called lost, and it was not`)
  }

  const newestOf = (client: number) => [...clientOf].filter(([, owner]) => owner === client).at(-1)?.[0]

  const atEnd = () => {
    for (const [client, { next, session }] of positions) {
      const head = logs.get(session ?? newestOf(client) ?? '')?.length ?? 0
      if (next <= head) broken(`client ${client} never got push ${next} of ${head}`)
    }
  }

  return {
    hear(fact: Fact) {
      switch (fact.fact) {
        case 'appended':
          return appended(fact.session, fact.push, { id: fact.id, bytes: fact.bytes })
        case 'attached':
          return void clientOf.set(fact.session, fact.client)
        case 'delivered':
          return delivered(fact.client, fact.session, (fact.content as { readonly push?: string }).push)
        case 'gap':
          return gap(fact.client, fact.from, fact.to)
        case 'reset':
          return void positions.set(fact.client, { session: undefined, next: 1 })
        case 'settled up':
          return atEnd()
      }
    },
  }
}

/** Whether a log can have no room left for that push. */
function wasTrimmed(log: readonly Appended[], push: number): boolean {
  const kept = log.slice(push - 1)
  return kept.length > limits.logPushes || kept.reduce((sum, { bytes }) => sum + bytes, 0) > limits.logBytes
}
