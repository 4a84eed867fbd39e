/** A run: server, ways and clients are set up, faults strike for a while, everything heals, and the history is judged. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ChaosProxy, chaosProxy, random } from '@backchat/testing'
import { freePort } from '../free-port.js'
import { check, type Terms, type Verdict } from './check.js'
import type { ClientFact, History, ServerFact } from './history.js'
import { type Habits, Person } from './person.js'
import { ClientHistory, factsOf } from './recorder.js'
import { drawSchedule } from './schedule.js'
import { ServerProcess } from './server-process.js'
import { strikeAll, type Targets } from './strike.js'

export interface Plan {
  readonly store: 'memory' | 'lmdb'
  readonly seed: number
  readonly forMs: number
  readonly clients: number
  readonly habits?: Partial<Habits>
  readonly drainMs?: number
  /** The server's script; it is given what `server.mjs` is. */
  readonly script: string
}

export interface Outcome extends Verdict {
  /** Where the history is: `clients` and `server`. Who called removes it. */
  readonly folder: string
  /** Longest time for which the clients' process did not get to its timers. */
  readonly lagMs: number
}

/** What is set up: everybody has a way of their own to the one server. */
export interface Chat extends Targets {
  readonly people: readonly Person[]
}

/** Timers and other people's turns. */
export const lateMs = 150
/** After the last fault everything must have settled and arrived by then: the longest timeout, and room. */
const healMs = 100_000

export async function nemesis(plan: Plan): Promise<Outcome> {
  const { store, seed, forMs, clients } = plan
  const rage = async (chat: Chat) => {
    for (const person of chat.people) person.begin()
    await strikeAll(drawSchedule(seed, forMs, clients), chat)
  }
  return judged(plan, rage, { store, lateMs, leastRight: leastRight[store] })
}

/** In memory each end of a server takes with it everything that is under way, for clients on a half-open link that is seconds of it. */
const leastRight = { memory: 0.3, lmdb: 0.995 }

/** Sets a chat up, lets something happen to it, lets it heal, and judges the history. */
export async function judged(plan: Plan, happen: (chat: Chat) => Promise<void>, terms: Terms): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'backchat-nemesis-'))
  const lag = monitorEventLoopDelay({ resolution: 20 })
  lag.enable()
  await live(plan, folder, happen)
  lag.disable()
  return { ...check(historyOf(folder), terms), folder, lagMs: Math.round(lag.max / 1e6) }
}

export function historyOf(folder: string): History {
  return {
    clients: { [Symbol.iterator]: () => factsOf<ClientFact>(join(folder, 'clients')) },
    server: { [Symbol.iterator]: () => factsOf<ServerFact>(join(folder, 'server')) },
  }
}

async function live(plan: Plan, folder: string, happen: (chat: Chat) => Promise<void>): Promise<void> {
  const history = new ClientHistory(join(folder, 'clients'))
  const port = await freePort()
  const server = await ServerProcess.start({
    script: plan.script,
    port,
    historyPath: join(folder, 'server'),
    store: plan.store,
    storePath: join(folder, 'store'),
    drainMs: plan.drainMs ?? 10_000,
    history,
  })
  const ways = await Promise.all(Array.from({ length: plan.clients }, () => chaosProxy({ target: { port } })))
  const people = ways.map((way, i) => personOf(plan, way, i, history))
  try {
    await Promise.all(people.map((person) => person.ready))
    await happen({ people, ways, server, history })
    await heal(people, ways, server)
    await Promise.all(people.map((person) => person.close()))
    await server.stop()
  } finally {
    server.abort()
    await Promise.all(people.map((person) => person.close()))
    await Promise.all(ways.map((way) => way.close()))
    history.close()
  }
}

function personOf({ seed, habits }: Plan, way: ChaosProxy, i: number, history: ClientHistory): Person {
  const name = `person ${i}`
  const usual: Habits = { askEveryMs: 50, slowestMs: 200, chunks: 200 }
  return new Person(name, `ws://127.0.0.1:${way.port}`, history, random(seed).stream(name), { ...usual, ...habits })
}

/** Nothing strikes any more: what was asked settles, and what was pushed arrives. What does not is in nobody's way: the history shows it. */
async function heal(people: readonly Person[], ways: readonly ChaosProxy[], server: ServerProcess): Promise<void> {
  for (const way of ways) way.heal()
  await server.calm()
  const ended = Promise.all(people.map((person) => person.end().catch(() => {})))
  await Promise.race([ended, sleep(healMs, undefined, { ref: false })])
}

export function forget({ folder }: Outcome): void {
  rmSync(folder, { recursive: true })
}
