/** What a welcomed link says, and what it leads to. */

import { type Ack, closeCodes, Ranges, type ReceivedByServer, unreachable } from '@backchat/protocol'
import { type AnswerFrame, endingOf } from './asks.js'
import type { Attachment } from './attachment.js'
import { dropFenced, dropUnstored } from './drop.js'
import type { Parts } from './parts.js'
import type { Turn } from './turn.js'

/** `takes`: requests are taken, for the server does not go away. */
export const heard = (
  parts: Parts,
  attachment: Attachment,
  frame: ReceivedByServer,
  takes: boolean,
  turn: Turn,
): void => {
  const { link } = attachment
  switch (frame.kind) {
    case 'hello':
      return parts.drop(link, closeCodes.protocolError, 'A link has one hello.', turn) // [P-10]
    case 'request':
      // What comes after `drain` is not taken [P-32].
      return takes ? parts.requests.asked(attachment, frame, turn) : undefined
    case 'cancel':
      return parts.requests.cancelled(attachment, frame.n, turn)
    case 'ack':
      return acknowledged(parts, attachment, frame, turn)
    case 'answer':
    case 'answerError':
      return answered(parts, attachment, frame, turn)
    case 'token':
      return parts.credentials.offered(link, frame.token, turn)
    case 'bye':
      return parts.sessions.bye(attachment, turn)
    case 'ping':
      return turn.transmit(link, { kind: 'pong' }) // [P-28]
    case 'pong':
      return
    default:
      return unreachable(frame)
  }
}

const acknowledged = (parts: Parts, attachment: Attachment, ack: Ack, turn: Turn): void => {
  const { drop, pushes } = parts
  const { link, fence } = attachment
  const { push, floor, settled, chunks = [] } = ack
  if (!pushes.hasSent(attachment, push)) {
    return drop(link, closeCodes.protocolError, 'A push was confirmed that was never sent.', turn) // [P-22]
  }
  turn.ask({ op: 'confirm', fence, push, floor, settled, chunks }, ({ status }, turn) => {
    if (status === 'ok') confirmed(parts, fence.session, ack, turn)
    else if (status === 'fenced') dropFenced(drop, link, turn)
    else dropUnstored(drop, link, turn)
  })
}

const confirmed = ({ requests, runs }: Parts, session: string, { floor, settled, chunks = [] }: Ack, turn: Turn) => {
  const numbers = new Ranges()
  numbers.merge(floor, settled)
  requests.settled(session, numbers)
  runs.settled(session, numbers, turn)
  for (const [n, next] of chunks) runs.took(session, n, next, turn)
}

/** The client answers what it was asked [P-33]. It need not keep the answer once the store has it. */
const answered = (parts: Parts, { link, fence }: Attachment, frame: AnswerFrame, turn: Turn): void => {
  const { drop, sessions, asks, lease } = parts
  const { push } = frame
  turn.ask({ op: 'answer', fence, push, ending: endingOf(frame) }, ({ status }, turn) => {
    if (status === 'fenced') return dropFenced(drop, link, turn)
    if (status === 'failed') return dropUnstored(drop, link, turn)
    if (sessions.attachmentOf(link) !== undefined) turn.transmit(link, { kind: 'answered', push })
    // It waits in the store, for us most often.
    if (status === 'ok' && asks.size > 0) lease.look(turn)
  })
}
