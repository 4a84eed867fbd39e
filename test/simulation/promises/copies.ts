/** Of a client and its copy one goes on as it was and the other one becomes another client, once; nobody else ever has to, but for who had a session that a store forgot in part. */

import type { Scenario } from '../scenario.js'
import type { Promised } from './promise.js'

export const copiesOf =
  ({ clients }: Scenario): Promised =>
  (broken, { identities, rollbacks }) => {
    /** By the name of the original, whose identity it is: who lost it. */
    const losers = new Map<string, number>()
    const whoseOf = (client: number) => clients[client]?.copy?.of ?? clients[client]?.name ?? ''
    const isCopied = (whose: string) => clients.some(({ copy }) => copy?.of === whose)
    /** The session to which each was welcomed last. */
    const sessions = new Map<number, string>()

    const told = (client: number) => {
      // For a store that went back its link may have ended long ago, and its session with it.
      const isForgotten = rollbacks.touchedSession(sessions.get(client) ?? '')
      if (!isCopied(whoseOf(client)) && !isForgotten)
        broken(`client ${client} was told that somebody else is it, and nobody is`)
    }

    const becameAnother = (client: number) => {
      const whose = whoseOf(client)
      if (!isCopied(whose)) return
      const before = losers.get(whose)
      if (before !== undefined) broken(`client ${client} had to become another one, and so had client ${before}`)
      losers.set(whose, client)
    }

    return {
      on: {
        'heard refuse'({ client, link, frame }) {
          if (identities.isLoss(client, link, frame)) told(client)
        },
        'heard welcome': ({ client, frame }) => void sessions.set(client, frame.sessionId),
        'sent hello'({ client }) {
          if (identities.becomesAnother(client)) becameAnother(client)
        },
        closed: ({ client }) => void sessions.delete(client),
        'settled up'() {
          const distinct = new Set(sessions.values())
          if (distinct.size < sessions.size) broken('two clients have the same session in the end')
        },
      },
    }
  }
