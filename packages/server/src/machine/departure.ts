/** The steps in which a server goes away [P-32]; `Closing` says when each is due. */

import { closeCodes } from '@backchat/protocol'
import { serverClosed } from './faults.js'
import type { LinkId } from './inputs.js'
import type { Parts } from './parts.js'
import type { Turn } from './turn.js'

/** When clients of a server that goes away dial anew: after the first, spread over the second. */
const retryAfterMs = 100
const windowMs = 1_000

/** Nobody new, and those who are here are asked to leave once they have what they wait for. */
export const drain = (parts: Parts, turn: Turn): void => {
  parts.greeting.refuseAll('draining', turn)
  for (const link of parts.sessions.all()) askToLeave(parts, link, turn)
}

export const askToLeave = ({ sessions, requests }: Parts, link: LinkId, turn: Turn): void => {
  const attachment = sessions.attachmentOf(link)
  if (attachment === undefined) return
  turn.transmit(link, { kind: 'drain', taken: requests.taken(attachment), retryAfterMs, windowMs })
}

/** The time is over: what still runs ends without an answer of its own. */
export const endRuns = ({ runs, asks }: Parts, turn: Turn): void => {
  runs.close(turn)
  asks.endAll(serverClosed, turn)
}

export const leave = ({ sessions, lease }: Parts, turn: Turn): void => {
  sessions.dropAll(closeCodes.goingAway, 'The server goes away and will be back.', turn)
  lease.retire(turn)
}
