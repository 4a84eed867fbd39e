/** The places where servers run: in each of them one life of a server follows the other. */

import { type SeededRandom, type VirtualClock, virtualIds } from '@backchat/testing'
import type { Fact } from './facts.js'
import { type Machine, type ServerEffect, type ServerInput, ServerMachine } from './machines.js'
import type { Ask, Fault, Scenario } from './scenario.js'
import { SimulatedServer } from './simulated-server.js'
import type { BatchStore } from './store-line.js'

export interface FleetOptions {
  readonly scenario: Scenario
  readonly clock: VirtualClock
  readonly chance: SeededRandom
  /** Puts something between the world and each machine. */
  readonly between: (machine: Machine<ServerInput, ServerEffect>) => Machine<ServerInput, ServerEffect>
  readonly store: () => BatchStore
  readonly loseStore: () => void
  readonly tell: (fact: Fact) => void
  readonly spins: (who: string) => void
  /** Whether this client's token is good. */
  readonly admits: (client: number) => boolean
  readonly askOf: (id: string) => Ask
}

type Restart = Extract<Fault, { kind: 'restart' }>

export class Fleet {
  readonly #options: FleetOptions
  /** By place; undefined while it is down. */
  readonly #servers: (SimulatedServer | undefined)[]
  /** The orderly restarts that are under way, by place. */
  readonly #closing = new Map<number, Restart>()
  /** Those that have gone silently: their sockets are still there. */
  readonly #dead = new Set<SimulatedServer>()
  /** How often each ask was refused for now. */
  readonly #refusals = new Map<string, number>()
  /** The newest session of each client. */
  readonly #sessions = new Map<number, string>()
  #lives = 0
  #calls = 0

  constructor(options: FleetOptions) {
    this.#options = options
    this.#servers = options.scenario.nodes.map(() => undefined)
  }

  /** The server in that place; undefined while it is down. */
  at(place: number): SimulatedServer | undefined {
    return this.#servers[place]
  }

  start(): void {
    for (const place of this.#servers.keys()) this.#start(place)
  }

  /** Everything is well from now on: all of them are up, and nobody is closing. */
  heal(): void {
    for (const restart of [...this.#closing.values()]) this.#end({ ...restart, downMs: 0 })
    for (const [place, server] of this.#servers.entries()) {
      if (server) server.heal()
      else this.#start(place)
    }
  }

  /** The sockets of all that are gone end. */
  buryAll(): void {
    for (const dead of [...this.#dead]) this.#bury(dead)
  }

  close(): void {
    for (const server of this.#servers) server?.close()
  }

  /** The store says that there are notes for somebody. */
  hinted(owner: string): void {
    for (const server of this.#servers) server?.hinted(owner)
  }

  /** A server ends, and another life of it begins after a while. */
  restart(restart: Restart): void {
    if (restart.how !== 'closed') return this.#end(restart)
    this.#closing.set(restart.node, restart)
    this.#servers[restart.node]?.close()
  }

  /** What is left, and must not be, after everything was closed. */
  leftovers(): string[] {
    return this.#servers.flatMap((server, place) => (server?.leftovers() ?? []).map((what) => `node ${place}: ${what}`))
  }

  #start(place: number): void {
    const { scenario, clock, chance, between, store, tell, spins, admits, askOf } = this.#options
    const plan = scenario.nodes[place]
    if (!plan) throw new Error(`no node ${place}`)
    this.#lives += 1
    const node = this.#lives
    const owner = `node ${node}`
    const { sessionTtlMs, heartbeatMs } = scenario.server
    const machine = new ServerMachine({
      owner,
      ids: virtualIds(chance.stream(owner)),
      hash: (secret) => `hash of ${secret}`,
      authenticates: true,
      sessionTtlMs,
      heartbeatMs,
      // A restart under the same name ends at once what the life before it had.
      ...(plan.named && { node: plan.name }),
      // One that is never busy is never late for what it can do.
      ...(scenario.faults.some(({ fault }) => fault.kind === 'busy') && { strainMs: 200 }),
    })
    const server: SimulatedServer = new SimulatedServer({
      node,
      place,
      owner,
      plan: { ...scenario.server, ...plan },
      machine: between(machine),
      clock,
      store,
      tell,
      sessions: this.#sessions,
      refusals: this.#refusals,
      closed: () => this.#closed(place, server),
      tokenLastsMs: (client) => scenario.clients[client]?.tokenLastsMs,
      admits,
      spins: () => spins(owner),
      askOf,
      called: () => {
        this.#calls += 1
        return this.#calls
      },
    })
    this.#servers[place] = server
    server.start()
  }

  #closed(place: number, server: SimulatedServer): void {
    const restart = this.#closing.get(place)
    if (restart && server === this.#servers[place]) this.#end(restart)
  }

  #end({ node: place, downMs, how, store }: Restart): void {
    const dead = this.#servers[place]
    this.#closing.delete(place)
    this.#servers[place] = undefined
    dead?.die()
    if (how !== 'silent') dead?.endSockets()
    if (store === 'lost') this.#options.loseStore()
    if (dead && how === 'silent') this.#dead.add(dead)
    this.#options.clock.after(downMs, () => {
      if (dead) this.#bury(dead)
      if (!this.#servers[place]) this.#start(place)
    })
  }

  #bury(dead: SimulatedServer): void {
    if (this.#dead.delete(dead)) dead.endSockets()
  }
}
