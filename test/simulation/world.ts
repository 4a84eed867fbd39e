/** Clients, a server and the ways between them, in virtual time; and what happens to them, as the scenario has it. */

import { createHash } from 'node:crypto'
import {
  type Direction,
  type MemoryNetwork,
  memoryNetwork,
  type PlannedCut,
  random,
  type SeededRandom,
  type VirtualClock,
  virtualClock,
  virtualIds,
} from '@backchat/testing'
import type { Fact } from './facts.js'
import {
  type ClientEffect,
  type ClientInput,
  ClientMachine,
  type Machine,
  memoryStore,
  type ServerEffect,
  type ServerInput,
  ServerMachine,
} from './machines.js'
import type { Ask, ClientPlan, Fault, Scenario } from './scenario.js'
import { SimulatedClient } from './simulated-client.js'
import { SimulatedServer } from './simulated-server.js'
import type { BatchStore } from './store-line.js'
import { cutBefore, strike } from './strike.js'

/** Puts something between the world and what it is made of: how bugs are planted. */
export interface Mutation {
  readonly client?: (machine: Machine<ClientInput, ClientEffect>) => Machine<ClientInput, ClientEffect>
  readonly server?: (machine: Machine<ServerInput, ServerEffect>) => Machine<ServerInput, ServerEffect>
  readonly store?: (store: BatchStore) => BatchStore
}

export interface WorldOptions {
  readonly scenario: Scenario
  readonly mutation: Mutation
  readonly tell: (fact: Fact) => void
  readonly spins: (who: string) => void
}

export class World {
  readonly clock: VirtualClock = virtualClock()
  readonly clients: readonly SimulatedClient[]
  readonly #options: WorldOptions
  readonly #chance: SeededRandom
  readonly #networks: readonly MemoryNetwork[]
  readonly #asks = new Map<string, Ask>()
  #store: BatchStore
  #server: SimulatedServer | undefined
  /** The orderly restart that is under way. */
  #closing: Restart | undefined
  /** Those that wait for their frame, and those that had it. */
  readonly #cuts: PlannedCut[] = []
  /** Until when the server takes no token of a client. */
  readonly #lockedOut = new Map<number, number>()
  /** Hashes of secrets: a client says the same one in every hello. */
  readonly #hashes = new Map<string, string>()
  #nodes = 0
  #calls = 0

  constructor(options: WorldOptions) {
    this.#options = options
    const { scenario } = options
    this.#store = this.#newStore()
    this.#chance = random(`run of ${scenario.seed}`)
    this.#networks = scenario.clients.map((plan, client) => this.#network(client, plan))
    this.clients = scenario.clients.map((_, client) => this.#client(client))
    for (const ask of scenario.asks) this.plan(ask)
    for (const push of scenario.pushes) this.clock.after(push.atMs, () => this.#server?.push(push))
    for (const { atMs, fault } of scenario.faults) this.clock.after(atMs, () => this.#go(fault))
  }

  start(): void {
    this.#startServer()
    for (const client of this.clients) client.start()
  }

  /** Has an ask asked at its time. */
  plan(ask: Ask): void {
    this.#asks.set(ask.id, ask)
    this.clock.after(ask.atMs - this.clock.now(), () => this.clients[ask.client]?.ask(ask))
  }

  /** Everything is well from now on. */
  heal(): void {
    for (const cut of this.#cuts) cut.cancel()
    if (this.#closing) this.#end({ ...this.#closing, downMs: 0 })
    if (!this.#server) this.#startServer()
    this.#server?.loseStore(0, true)
    this.#lockedOut.clear()
    for (const network of this.#networks) network.heal()
    for (const client of this.clients) client.heal()
    this.#options.tell({ fact: 'healed' })
  }

  closeServer(): void {
    this.#server?.close()
  }

  /** What is left, and must not be, after everything was closed. */
  leftovers(): string[] {
    const left = this.clients.flatMap((client, i) => client.leftovers().map((what) => `client ${i}: ${what}`))
    left.push(...(this.#server?.leftovers() ?? []).map((what) => `server: ${what}`))
    for (const [i, network] of this.#networks.entries()) if (network.connections > 0) left.push(`network ${i}: links`)
    if (this.clock.pending > 0) left.push(`${this.clock.pending} timers`)
    return left
  }

  /** What a text takes depends on its way and on the moment alone: whatever else happens less or more changes nothing of it. */
  #network(client: number, { name, latencyMs: [least, most] }: ClientPlan): MemoryNetwork {
    const up = this.#chance.stream(`way of ${name} up`)
    const down = this.#chance.stream(`way of ${name} down`)
    const latencyMs = (direction: Direction) =>
      least + Math.floor((direction === 'up' ? up : down).at(this.clock.now()) * (most - least + 1))
    const network = memoryNetwork({ clock: this.clock, latencyMs })
    network.listen((end) => this.#server?.accept(client, end))
    return network
  }

  #client(index: number): SimulatedClient {
    const { scenario, mutation, tell, spins } = this.#options
    const plan = scenario.clients[index]
    const network = this.#networks[index]
    if (!plan || !network) throw new Error(`no client ${index}`)
    const chance = this.#chance.stream(plan.name)
    const ids = virtualIds(chance.stream('ids'))
    const jitter = chance.stream('machine')
    const machine = new ClientMachine({ random: () => jitter.at(this.clock.now()), ids, queue: plan.queue })
    return new SimulatedClient({
      index,
      plan,
      network,
      ids,
      chance: chance.stream('token'),
      tell,
      clock: this.clock,
      asked: (ask) => this.#asks.set(ask.id, ask),
      machine: mutation.client?.(machine) ?? machine,
      spins: () => spins(`client ${index}`),
    })
  }

  #startServer(): void {
    const { scenario, mutation, tell, spins } = this.#options
    this.#nodes += 1
    const node = this.#nodes
    const ids = virtualIds(this.#chance.stream(`node ${node}`))
    const { sessionTtlMs, heartbeatMs } = scenario.server
    const owner = `node ${node}`
    const machine = new ServerMachine({
      owner,
      // A restart ends at once what the life before it had.
      node: 'the server',
      ids,
      hash: (secret) => this.#hash(secret),
      authenticates: true,
      sessionTtlMs,
      heartbeatMs,
    })
    const server: SimulatedServer = new SimulatedServer({
      node,
      tell,
      clock: this.clock,
      plan: scenario.server,
      machine: mutation.server?.(machine) ?? machine,
      store: this.#store,
      closed: () => this.#closed(server),
      admits: (client) => (this.#lockedOut.get(client) ?? 0) <= this.clock.now(),
      spins: () => spins(`node ${node}`),
      askOf: (id) => this.#askOf(id),
      called: () => {
        this.#calls += 1
        return this.#calls
      },
    })
    this.#server = server
    server.start()
  }

  #hash(secret: string): string {
    const hash = this.#hashes.get(secret) ?? createHash('sha256').update(secret).digest('base64url')
    this.#hashes.set(secret, hash)
    return hash
  }

  #askOf(id: string): Ask {
    const ask = this.#asks.get(id)
    if (!ask) throw new Error(`nobody asked ${id}`)
    return ask
  }

  #go(fault: Fault): void {
    this.#options.tell({ fact: 'faulted', fault })
    if (fault.kind === 'restart') return this.#restart(fault)
    if (fault.kind === 'lockout') return void this.#lockedOut.set(fault.client, this.clock.now() + fault.forMs)
    if (fault.kind === 'store') return this.#server?.loseStore(fault.forMs, fault.carriesOut)
    const network = this.#networks[fault.client]
    const client = this.clients[fault.client]
    if (!network || !client) return
    if (fault.kind === 'cutBefore') this.#cuts.push(cutBefore(fault, network))
    else strike(fault, network, client)
  }

  #restart(restart: Restart): void {
    const { how } = restart
    if (!this.#server) return
    if (how !== 'closed') return this.#end(restart)
    this.#closing = restart
    this.#server?.close()
  }

  #closed(server: SimulatedServer): void {
    if (server === this.#server && this.#closing) this.#end(this.#closing)
  }

  #end({ downMs, how, store }: Restart): void {
    const dead = this.#server
    this.#closing = undefined
    this.#server = undefined
    dead?.die(store)
    if (how !== 'silent') dead?.endSockets()
    if (store === 'lost') this.#store = this.#newStore()
    this.clock.after(downMs, () => {
      dead?.endSockets()
      if (!this.#server) this.#startServer()
    })
  }

  #newStore(): BatchStore {
    const store = memoryStore({ now: () => this.clock.now() })
    return this.#options.mutation.store?.(store) ?? store
  }
}

type Restart = Extract<Fault, { kind: 'restart' }>
