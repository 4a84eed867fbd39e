/** What the client reports is true, and never more than the protocol allows [P-14] [P-20] [P-22]. */

import { type Ack, type Hello, limits } from '@backchat/protocol'
import type { Fact } from '../facts.js'
import { Numbering } from '../numbering.js'
import type { Broken, Watch } from './promise.js'

/** What is known of each number of a client. */
interface Numbers {
  /** Settled by its caller, and answered by the server. */
  readonly settled: Set<number>
  readonly answered: Set<number>
  last: number
  reported: Pick<Ack, 'floor' | 'settled'>
}

export function bounds(broken: Broken): Watch {
  const numbering = new Numbering()
  const clients = new Map<number, Numbers>()
  const numbersOf = (client: number) => {
    const numbers = clients.get(client) ?? {
      settled: new Set(),
      answered: new Set(),
      last: 0,
      reported: { floor: 0, settled: [] },
    }
    clients.set(client, numbers)
    return numbers
  }

  const requested = (client: number, n: number) => {
    const numbers = numbersOf(client)
    if (n > numbers.last + 1) broken(`client ${client} skipped from number ${numbers.last} to ${n}`)
    numbers.last = Math.max(numbers.last, n)
    const open = numbers.last - numbers.settled.size
    if (open > limits.window) broken(`client ${client} has ${open} numbers sent and not settled`)
  }

  const reported = (client: number, report: Ack | Hello) => {
    const numbers = numbersOf(client)
    if (report.settled.length > limits.ranges) broken(`client ${client} reports ${report.settled.length} ranges`)
    if (report.floor < numbers.reported.floor) broken(`client ${client} takes back its floor ${numbers.reported.floor}`)
    for (const n of newIn(numbers.reported.floor, report)) {
      if (!numbers.settled.has(n)) broken(`client ${client} reports ${n} settled, and it is not`)
      else if (!numbers.answered.has(n))
        broken(`client ${client} reports ${n} settled, and the server may still run it`)
    }
    numbers.reported = report
  }

  return {
    hear(fact: Fact) {
      numbering.hear(fact)
      if (fact.fact === 'sent' && fact.frame.kind === 'request') requested(fact.client, fact.frame.n)
      if (fact.fact === 'sent' && (fact.frame.kind === 'ack' || fact.frame.kind === 'hello'))
        reported(fact.client, fact.frame)
      if (fact.fact === 'heard' && 'n' in fact.frame && fact.frame.kind !== 'chunk')
        numbersOf(fact.client).answered.add(fact.frame.n)
      if (fact.fact === 'settled') {
        const { settled, answered } = numbersOf(fact.client)
        const n = numbering.numberOf(fact.ask)
        if (n === undefined) return
        settled.add(n)
        // A session that is gone answers nothing; its numbers may be reported at once.
        if (!fact.outcome.ok && fact.outcome.error.code === 'OUTCOME_UNKNOWN') answered.add(n)
      }
    },
  }
}

/** Numbers that a report names above a floor known before. */
function* newIn(known: number, { floor, settled }: Pick<Ack, 'floor' | 'settled'>): Iterable<number> {
  for (let n = known + 1; n <= floor; n++) yield n
  for (const [from, to] of settled) for (let n = from; n <= to; n++) yield n
}
