/**
 * Questions at a fixed rate, whether or not there are answers: as from people, who do not wait for one another. Each latency is
 * counted from when the question was due, not from when it got away, so that a process that stalls cannot hide what waited
 * meanwhile (coordinated omission).
 */

import { line } from '../peers/peer.js'
import type { Contacts } from './contacts.js'
import { Samples } from './percentiles.js'

export interface OpenLoopPlan {
  readonly clients: number
  /** Questions a second. */
  readonly rate: number
  readonly forMs: number
}

export interface Latencies {
  readonly count: number
  readonly p50Us: number
  readonly p90Us: number
  readonly p99Us: number
  readonly p999Us: number
  readonly maxUs: number
}

export async function openLoop(contacts: Contacts, { clients, rate, forMs }: OpenLoopPlan): Promise<Latencies> {
  const asked = contacts.first(clients)
  const samples = new Samples()
  const total = Math.round((rate * forMs) / 1_000)
  const beganAt = performance.now()
  const ask = async (i: number) => {
    const dueAt = beganAt + (i * 1_000) / rate
    await asked[i % clients]?.ask(line)
    samples.add((performance.now() - dueAt) * 1_000)
  }
  const answers: Promise<void>[] = []
  while (answers.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - beganAt) * rate) / 1_000) + 1)
    while (answers.length < due) answers.push(ask(answers.length))
    // No timer is fine enough: one turn of the event loop, and a look at the clock.
    await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all(answers)
  const at = (percent: number) => samples.percentile(percent)
  return { count: samples.count, p50Us: at(50), p90Us: at(90), p99Us: at(99), p999Us: at(99.9), maxUs: at(100) }
}
