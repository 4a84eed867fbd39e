/** One client asks, waits for the answer, and asks again. */

import { line } from '../peers/peer.js'
import type { Contacts } from './contacts.js'
import { Samples } from './percentiles.js'
import { Span } from './span.js'

export interface RoundTrips {
  readonly p50Us: number
  readonly p99Us: number
}

export async function roundTrips(contacts: Contacts, { forMs }: { readonly forMs: number }): Promise<RoundTrips> {
  const [contact] = contacts.first(1)
  const samples = new Samples()
  const span = new Span(forMs)
  while (!span.over) {
    const began = performance.now()
    await contact?.ask(line)
    samples.add((performance.now() - began) * 1_000)
  }
  return { p50Us: samples.percentile(50), p99Us: samples.percentile(99) }
}
