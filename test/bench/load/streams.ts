/** So many clients, each of which reads a streamed answer; one that has ended is followed by another. */

import type { Contact } from '../peers/peer.js'
import type { Contacts } from './contacts.js'
import type { Counted } from './in-flight.js'
import { Span } from './span.js'

export interface StreamsPlan {
  readonly clients: number
  readonly chunks: number
  readonly forMs: number
}

/** Whole answers are counted, for as long as it takes: nobody is told of a chunk before the rest of them. */
export async function streams(contacts: Contacts, { clients, chunks, forMs }: StreamsPlan): Promise<Counted> {
  const began = performance.now()
  const span = new Span(forMs)
  let count = 0
  const keepReading = async (contact: Contact) => {
    while (!span.over) {
      const read = await contact.read(chunks)
      if (read !== chunks) throw new Error(`Of ${chunks} chunks ${read} came.`)
      count += read
    }
  }
  await Promise.all(contacts.first(clients).map(keepReading))
  return { count, seconds: (performance.now() - began) / 1_000 }
}
