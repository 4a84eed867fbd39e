/** The workloads: what a pair of processes does, and what is measured of it. */

import type { Results } from './measures.js'
import type { Metered, Pair } from './pair.js'

/** How much of everything. */
export interface Scale {
  readonly rounds: number
  /** For one workload of one peer. */
  readonly forMs: number
  /** Before it, so that everything is compiled. */
  readonly warmMs: number
  /** Questions a second of the open loop. */
  readonly rate: number
  readonly openMs: number
  readonly idleSessions: number
  readonly stormClients: number
  readonly outageMs: number
}

export const quick: Scale = {
  rounds: 1,
  forMs: 600,
  warmMs: 400,
  rate: 4_000,
  openMs: 1_000,
  idleSessions: 500,
  stormClients: 200,
  outageMs: 500,
}

export const full: Scale = {
  rounds: 7,
  forMs: 2_000,
  warmMs: 1_000,
  rate: 8_000,
  openMs: 4_000,
  idleSessions: 5_000,
  stormClients: 2_000,
  outageMs: 500,
}

export interface Workload {
  readonly name: string
  /** A workload that leaves nothing behind shares its processes with others; one that does not has processes of its own. */
  readonly fresh: boolean
  measure(pair: Pair, scale: Scale): Promise<Results>
}

/** Clients that have a connection, whether or not they do something. */
const clients = 200

/** Before the measuring, so that all is compiled; on a busy machine it takes longer than it should. */
async function warmed({ clients }: Pair, { warmMs }: Scale, act: (forMs: number) => Promise<unknown>): Promise<void> {
  const before = await clients.tell('cpuMs')
  for (let i = 0; i < mostWarmUps; i++) {
    await act(warmMs)
    if ((await clients.tell('cpuMs')) - before > warmMs / 2) return
  }
}

const mostWarmUps = 5

const roundTrips: Workload = {
  name: 'round trips',
  fresh: false,
  async measure(pair, scale) {
    const ask = (forMs: number) => pair.clients.tell('roundTrips', { forMs })
    await warmed(pair, scale, ask)
    const { p50Us, p99Us } = await ask(scale.forMs)
    return { p50: p50Us, p99: p99Us }
  },
}

const inFlight = (name: '1×64' | '1×1024' | '200×8', clients: number, each: number): Workload => ({
  name,
  fresh: false,
  async measure(pair, scale) {
    const ask = (forMs: number) => pair.clients.tell('inFlight', { clients, each, forMs })
    await warmed(pair, scale, ask)
    const { result, ...used } = await pair.metered(() => ask(scale.forMs))
    return { [name]: result.count / result.seconds, ...costs[name](microseconds(used, result.count)) }
  },
})

/** Processor time for one of them, on each side. */
interface Cost {
  readonly server: number
  readonly client: number
}

const microseconds = ({ serverMs, clientMs }: Omit<Metered<unknown>, 'result'>, count: number): Cost => ({
  server: (serverMs * 1_000) / count,
  client: (clientMs * 1_000) / count,
})

const costs: { readonly [name in '1×64' | '1×1024' | '200×8']: (cost: Cost) => Results } = {
  '1×64': ({ server, client }) => ({ cpu: server, clientCpu: client }),
  '1×1024': () => ({}),
  '200×8': ({ server, client }) => ({ cpu200: server, clientCpu200: client }),
}

const broadcast: Workload = {
  name: 'broadcast',
  fresh: false,
  async measure(pair, scale) {
    const push = (forMs: number) => pair.clients.tell('broadcast', { ahead: 4, forMs })
    await warmed(pair, scale, push)
    const { result, ...used } = await pair.metered(() => push(scale.forMs))
    const { server, client } = microseconds(used, result.count)
    return { broadcast: result.count / result.seconds, broadcastCpu: server, broadcastClientCpu: client }
  },
}

const streams: Workload = {
  name: 'streams',
  fresh: false,
  async measure(pair, scale) {
    const read = (forMs: number) => pair.clients.tell('streams', { clients: 50, chunks: 2_000, forMs })
    await warmed(pair, scale, read)
    const { result, ...used } = await pair.metered(() => read(scale.forMs))
    const { server, client } = microseconds(used, result.count)
    return { streams: result.count / result.seconds, streamsCpu: server, streamsClientCpu: client }
  },
}

const openLoop: Workload = {
  name: 'open loop',
  fresh: false,
  async measure(pair, scale) {
    const ask = (forMs: number) => pair.clients.tell('openLoop', { clients, rate: scale.rate, forMs })
    await warmed(pair, scale, ask)
    const { result, ...used } = await pair.metered(() => ask(scale.openMs))
    const { count, p50Us, p99Us, p999Us } = result
    return { open50: p50Us, open99: p99Us, open999: p999Us, openCpu: microseconds(used, count).server }
  },
}

/** From 100 sessions on, so that what is there once is not counted. */
const idle: Workload = {
  name: 'idle',
  fresh: true,
  async measure({ server, clients }, { idleSessions }) {
    const first = 100
    await clients.tell('open', first)
    const before = await server.tell('resident')
    const seconds = await clients.tell('open', first + idleSessions)
    const after = await server.tell('resident')
    return { connects: idleSessions / seconds, idle: (after - before) / idleSessions / 1_024 }
  },
}

const storm: Workload = {
  name: 'storm',
  fresh: true,
  async measure(pair, { stormClients, outageMs }) {
    await pair.clients.tell('open', stormClients)
    let answers: Promise<readonly number[]> | undefined
    await pair.outage(outageMs, () => {
      answers = pair.clients.tell('askAgain')
    })
    const listeningAt = Date.now()
    return { storm: (Math.max(...((await answers) ?? [])) - listeningAt) / 1_000 }
  },
}

export const workloads: readonly Workload[] = [
  roundTrips,
  inFlight('1×64', 1, 64),
  inFlight('1×1024', 1, 1_024),
  inFlight('200×8', 200, 8),
  broadcast,
  streams,
  openLoop,
  idle,
  storm,
]

/** Gets a pair ready for what is not fresh. */
export const ready = (pair: Pair): Promise<number> => pair.clients.tell('open', clients)
