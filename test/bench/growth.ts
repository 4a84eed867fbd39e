/** How cost grows: with the sessions that a server holds, and with the questions that one client has on their way. */

import type { Counted } from './load/in-flight.js'
import { Pair, type Scripts } from './pair.js'
import { floor, lmdb, memory, type PeerName } from './peers/peers.js'

export const grown = [floor, memory, lmdb] as const

export interface GrowthScale {
  readonly sessions: readonly number[]
  readonly inFlight: readonly number[]
  readonly forMs: number
}

export const quickGrowth: GrowthScale = { sessions: [100, 1_000], inFlight: [1, 10, 100], forMs: 500 }
export const fullGrowth: GrowthScale = { sessions: [100, 1_000, 10_000], inFlight: [1, 10, 100], forMs: 2_000 }

export interface Cost {
  readonly perSecond: number
  readonly cpuUs: number
  /** Mean time until an answer: by Little's law what is on its way, divided by how much of it arrives. */
  readonly meanUs: number
}

export interface Growth {
  /** For each number of sessions, with 100 questions on their way, spread over all of them. */
  readonly sessions: { readonly [sessions: string]: Cost & { readonly residentMib: number } }
  /** For each number of questions on their way, all of one client. */
  readonly inFlight: { readonly [inFlight: string]: Cost }
}

export type GrowthOf = { readonly [Name in PeerName]?: Growth }

const together = 100

export async function measureGrowth(
  scale: GrowthScale,
  scripts: Scripts,
  tell: (progress: string) => void,
): Promise<GrowthOf> {
  const growth: [PeerName, Growth][] = []
  for (const name of grown) {
    tell(`growth of ${name}`)
    const pair = await Pair.start(name, scripts)
    try {
      growth.push([name, { inFlight: await byInFlight(pair, scale), sessions: await bySessions(pair, scale) }])
    } finally {
      await pair.stop()
    }
  }
  return Object.fromEntries(growth)
}

async function bySessions(pair: Pair, { sessions, forMs }: GrowthScale): Promise<Growth['sessions']> {
  const costs: [string, Growth['sessions'][string]][] = []
  for (const count of sessions) {
    await pair.clients.tell('open', count)
    const plan = { inFlight: together, forMs }
    const cost = await costOf(pair, together, () => pair.clients.tell('spread', plan))
    const residentMib = (await pair.server.tell('resident')) / 2 ** 20
    costs.push([String(count), { ...cost, residentMib }])
  }
  return Object.fromEntries(costs)
}

async function byInFlight(pair: Pair, { inFlight, forMs }: GrowthScale): Promise<Growth['inFlight']> {
  await pair.clients.tell('open', 1)
  const costs: [string, Cost][] = []
  for (const each of inFlight) {
    const plan = { clients: 1, each, forMs }
    costs.push([String(each), await costOf(pair, each, () => pair.clients.tell('inFlight', plan))])
  }
  return Object.fromEntries(costs)
}

/** The first time is for the compiler. */
async function costOf(pair: Pair, inFlight: number, ask: () => Promise<Counted>): Promise<Cost> {
  await ask()
  const { result, serverMs } = await pair.metered(ask)
  const perSecond = result.count / result.seconds
  return { perSecond, cpuUs: (serverMs * 1_000) / result.count, meanUs: (inFlight * 1e6) / perSecond }
}
