/** Honest clients on a server that many hostile sockets try for a while; and what is left of these afterwards. */

import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../free-port.js'
import type { AttackFigures, AttackOptions } from './attackers.js'
import type { HonestFigures, HonestOptions } from './honest.js'
import { Offspring } from './offspring.js'
import type { ServerLook, ServerNow, ServerOptions } from './server.js'

export interface FloodPlan {
  /** Of the modules of this folder. */
  readonly folder: URL
  readonly sockets: number
  readonly seconds: number
  /** Those that stay; one more comes and goes ten times a second. */
  readonly clients: number
  readonly maxConnections?: number
  /** Longest that is waited for hostile sockets to be gone. */
  readonly patienceMs: number
}

export interface FloodFigures {
  readonly before: HonestFigures
  readonly during: HonestFigures
  /** Hostile sockets by what they do: how many came. */
  readonly opened: Readonly<Record<string, number>>
  /** Most sockets that the server had at a time, honest ones included, and most that were not welcome yet. */
  readonly mostSockets: number
  readonly mostHandshakes: number
  /** Until none was left at the server, after the last one had come; undefined: some stayed. */
  readonly goneAfterMs: number | undefined
  readonly heapBytes: { readonly before: number; readonly after: number }
  readonly rssBytes: { readonly before: number; readonly after: number }
  /** What went wrong when the processes ended. */
  readonly endings: readonly string[]
}

/** Before the flood. */
const calmMs = 5_000

export async function flood(plan: FloodPlan): Promise<FloodFigures> {
  const { folder, sockets, clients, maxConnections } = plan
  const port = await freePort()
  const config = maxConnections === undefined ? {} : { maxConnections }
  const server = await Offspring.start(folder, 'server.ts', { port, config } satisfies ServerOptions)
  const honest = await Offspring.start(folder, 'honest.ts', { port, clients } satisfies HonestOptions)
  const attackers = await Offspring.start(folder, 'attackers.ts', { port, sockets } satisfies AttackOptions)
  try {
    const figures = await measure(plan, server, honest, attackers)
    const endings: (string | undefined)[] = []
    for (const process of [attackers, honest, server]) endings.push(await process.end())
    return { ...figures, endings: endings.filter((ending) => ending !== undefined) }
  } finally {
    for (const process of [attackers, honest, server]) process.abort()
  }
}

async function measure(
  { seconds, patienceMs, clients }: FloodPlan,
  server: Offspring,
  honest: Offspring,
  attackers: Offspring,
): Promise<Omit<FloodFigures, 'endings'>> {
  const first = await server.ask<ServerLook>('look')
  await honest.ask('look')
  await sleep(calmMs)
  const before = await honest.ask<HonestFigures>('look')
  await attackers.ask('rage')
  const most = { mostSockets: 0, mostHandshakes: 0 }
  for (const until = performance.now() + seconds * 1_000; performance.now() < until; await sleep(500)) {
    const { sockets, handshakes } = await server.ask<ServerNow>('now')
    most.mostSockets = Math.max(most.mostSockets, sockets)
    most.mostHandshakes = Math.max(most.mostHandshakes, handshakes)
  }
  await attackers.ask('rest')
  const during = await honest.ask<HonestFigures>('look')
  const { opened } = await attackers.ask<AttackFigures>('look')
  // A visitor may be there, too.
  const goneAfterMs = await gone(server, clients + 3, patienceMs)
  await honest.ask('rest')
  const last = await server.ask<ServerLook>('look')
  return {
    before,
    during,
    opened,
    ...most,
    goneAfterMs,
    heapBytes: { before: first.heapBytes, after: last.heapBytes },
    rssBytes: { before: first.rssBytes, after: last.rssBytes },
  }
}

/** How long it took until the server had no more sockets than these. */
async function gone(server: Offspring, most: number, patienceMs: number): Promise<number | undefined> {
  const began = performance.now()
  for (; performance.now() - began < patienceMs; await sleep(100)) {
    const { sockets } = await server.ask<ServerNow>('now')
    if (sockets <= most) return Math.round(performance.now() - began)
  }
  return undefined
}
