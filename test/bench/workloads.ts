/** The workloads: what a pair of processes does, and what is measured of it. */

import type { Results } from './measures.js'
import type { Pair } from './pair.js'

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

const roundTrips: Workload = {
  name: 'round trips',
  fresh: false,
  async measure({ clients }, { forMs, warmMs }) {
    await clients.tell('roundTrips', { forMs: warmMs })
    const { p50Us, p99Us } = await clients.tell('roundTrips', { forMs })
    return { p50: p50Us, p99: p99Us }
  },
}

const inFlight = (name: '1×64' | '1×1024' | '200×8', clients: number, each: number): Workload => ({
  name,
  fresh: false,
  async measure(pair, { forMs, warmMs }) {
    await pair.clients.tell('inFlight', { clients, each, forMs: warmMs })
    const { result, cpuMs } = await pair.metered(() => pair.clients.tell('inFlight', { clients, each, forMs }))
    const cpuUs = (cpuMs * 1_000) / result.count
    const perSecond = { [name]: result.count / result.seconds }
    if (name === '1×64') return { ...perSecond, cpu: cpuUs }
    return name === '200×8' ? { ...perSecond, cpu200: cpuUs } : perSecond
  },
})

const broadcast: Workload = {
  name: 'broadcast',
  fresh: false,
  async measure({ clients }, { forMs, warmMs }) {
    await clients.tell('broadcast', { ahead: 4, forMs: warmMs })
    const { count, seconds } = await clients.tell('broadcast', { ahead: 4, forMs })
    return { broadcast: count / seconds }
  },
}

const streams: Workload = {
  name: 'streams',
  fresh: false,
  async measure({ clients }, { forMs, warmMs }) {
    await clients.tell('streams', { clients: 50, chunks: 2_000, forMs: warmMs })
    const { count, seconds } = await clients.tell('streams', { clients: 50, chunks: 2_000, forMs })
    return { streams: count / seconds }
  },
}

const openLoop: Workload = {
  name: 'open loop',
  fresh: false,
  async measure(pair, { rate, openMs, warmMs }) {
    await pair.clients.tell('openLoop', { clients, rate, forMs: warmMs })
    const ask = () => pair.clients.tell('openLoop', { clients, rate, forMs: openMs })
    const { result, cpuMs } = await pair.metered(ask)
    const { count, p50Us, p99Us, p999Us } = result
    return { open50: p50Us, open99: p99Us, open999: p999Us, openCpu: (cpuMs * 1_000) / count }
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
