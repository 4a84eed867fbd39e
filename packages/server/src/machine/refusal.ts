/** Turning a link away: a `refuse` frame that decides, then the close of the socket, whose code is for people who watch [P-13]. */

import { type CloseCode, closeCodes, type RefuseCode } from '@backchat/protocol'
import type { LinkId } from './inputs.js'
import type { Turn } from './turn.js'

interface Refusal {
  /** One sentence for a person. It must not help to find out whether a client id exists. */
  readonly message: string
  readonly close: CloseCode
  readonly retryAfterMs?: number
}

const refusals: { readonly [code in RefuseCode]: Refusal } = {
  version: { message: 'This version of the protocol is not spoken here.', close: closeCodes.version },
  invalid: { message: 'The hello is not valid.', close: closeCodes.protocolError },
  unauthorized: { message: 'The token was refused.', close: closeCodes.unauthorized },
  'not-yours': { message: 'The client id or its secret is not valid.', close: closeCodes.unauthorized },
  stale: { message: 'A newer link of this client was here before.', close: closeCodes.superseded },
  superseded: { message: 'A newer link of this client took over.', close: closeCodes.superseded },
  full: { message: 'The server holds as many clients as it may.', close: closeCodes.full, retryAfterMs: 5_000 },
  draining: { message: 'The server goes away and will be back.', close: closeCodes.goingAway, retryAfterMs: 1_000 },
}

export const refuse = (turn: Turn, link: LinkId, code: RefuseCode): void => {
  const { message, close, retryAfterMs } = refusals[code]
  turn.transmit(link, { kind: 'refuse', code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) })
  turn.abandon(link, close, message)
}
