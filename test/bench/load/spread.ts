/** So many questions on their way at a time, spread over all clients in turn. */

import { line } from '../peers/peer.js'
import type { Contacts } from './contacts.js'
import type { Counted } from './in-flight.js'
import { Span } from './span.js'

export interface SpreadPlan {
  readonly inFlight: number
  readonly forMs: number
}

export async function spread({ all }: Contacts, { inFlight, forMs }: SpreadPlan): Promise<Counted> {
  let count = 0
  let turn = 0
  const span = new Span(forMs)
  const keepAsking = async () => {
    while (!span.over) {
      await all[turn++ % all.length]?.ask(line)
      if (!span.over) count += 1
    }
  }
  await Promise.all(Array.from({ length: inFlight }, keepAsking))
  return { count, seconds: span.seconds }
}
