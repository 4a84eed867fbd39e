/** What a client reports is true, and never more than the protocol allows [P-14] [P-20] [P-22]. */

import { type Ack, type Hello, limits } from '@backchat/protocol'
import type { Broken, Seen, Watch } from './promise.js'

interface Known {
  /** Who it says it is. */
  identity?: string
  session: string
  /** The highest number given out. */
  last: number
  floor: number
  /** Settled for their callers. */
  readonly settled: Set<number>
  /** Sent in this session and not answered: the server may run them. */
  readonly open: Set<number>
}

export function bounds(broken: Broken, { links, numbering }: Seen): Watch {
  const clients = new Map<number, Known>()

  const knownOf = (client: number): Known => {
    const known = clients.get(client) ?? { session: '', last: 0, floor: 0, settled: new Set(), open: new Set() }
    clients.set(client, known)
    return known
  }

  const requested = (client: number, n: number) => {
    const known = knownOf(client)
    if (n > known.last + 1) broken(`client ${client} went from number ${known.last} to ${n}`)
    known.last = Math.max(known.last, n)
    known.open.add(n)
    const unsettled = known.last - known.settled.size
    if (unsettled > limits.window) broken(`client ${client} has ${unsettled} numbers sent and not settled`)
  }

  const reported = (client: number, { floor, settled }: Ack | Hello) => {
    const known = knownOf(client)
    if (settled.length > limits.ranges) broken(`client ${client} reports ${settled.length} ranges`)
    if (floor < known.floor) broken(`client ${client} takes back its floor ${known.floor}`)
    for (const n of numbersIn(known.floor, floor, settled)) {
      if (!known.settled.has(n)) broken(`client ${client} reports ${n} settled, and it is not`)
      if (known.open.has(n)) broken(`client ${client} reports ${n} settled, and the server may still run it`)
    }
    known.floor = floor
  }

  /** Who becomes another client counts from 1 again, and has reported nothing. */
  const hello = (client: number, frame: Hello) => {
    if (knownOf(client).identity !== frame.client) clients.delete(client)
    knownOf(client).identity = frame.client
    reported(client, frame)
  }

  const welcomed = (client: number, session: string) => {
    const known = knownOf(client)
    if (known.session !== session) known.open.clear()
    known.session = session
  }

  const answered = ({ client, frame }: { readonly client: number; readonly frame: { readonly n: number } }) =>
    void knownOf(client).open.delete(frame.n)

  const allConfirmed = () => {
    for (const [client, { last, floor }] of clients) {
      if (floor < last) broken(`client ${client} never confirmed number ${floor + 1} of ${last}`)
    }
  }

  return {
    on: {
      'sent request': ({ client, frame }) => requested(client, frame.n),
      'sent hello': ({ client, frame }) => hello(client, frame),
      'sent ack': ({ client, frame }) => reported(client, frame),
      'heard welcome'({ client, link, frame }) {
        if (links.isCurrent(client, link)) welcomed(client, frame.sessionId)
      },
      'heard started': answered,
      'heard reply': answered,
      'heard error': answered,
      'heard cancelled': answered,
      settled({ client, ask }) {
        const n = numbering.numberOf(ask)
        if (n !== undefined) knownOf(client).settled.add(n)
      },
      // Who said goodbye owes nothing more.
      closed: ({ client }) => void clients.delete(client),
      'settled up': allConfirmed,
    },
  }
}

/** The numbers that a report names above a floor known before. */
function* numbersIn(known: number, floor: number, settled: Ack['settled']): Iterable<number> {
  for (let n = known + 1; n <= floor; n++) yield n
  for (const [from, to] of settled) for (let n = from; n <= to; n++) yield n
}
