/** So many clients, each with so many questions on their way: for each answer another question follows. */

import { type Contact, line } from '../peers/peer.js'
import type { Contacts } from './contacts.js'
import { Span } from './span.js'

export interface InFlightPlan {
  readonly clients: number
  readonly each: number
  readonly forMs: number
}

export interface Counted {
  readonly count: number
  readonly seconds: number
}

export async function inFlight(contacts: Contacts, { clients, each, forMs }: InFlightPlan): Promise<Counted> {
  let count = 0
  const span = new Span(forMs)
  const keepAsking = async (contact: Contact) => {
    while (!span.over) {
      await contact.ask(line)
      if (!span.over) count += 1
    }
  }
  const asking = contacts.first(clients).flatMap((contact) => Array.from({ length: each }, () => keepAsking(contact)))
  await Promise.all(asking)
  return { count, seconds: span.seconds }
}
