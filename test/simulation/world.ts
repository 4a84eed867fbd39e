/** Clients, servers that share a store, and the ways between them, in virtual time; and what happens to them, as the scenario has it. */

import type { Ids } from '@backchat/protocol'
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
import { ClientClock } from './client-clock.js'
import { ahead, copiedIds } from './copy.js'
import type { Fact } from './facts.js'
import { Fleet } from './fleet.js'
import {
  type ClientEffect,
  type ClientInput,
  ClientMachine,
  type Machine,
  type ServerEffect,
  type ServerInput,
} from './machines.js'
import type { Ask, ClientPlan, Fault, PlannedPush, Question, Scenario } from './scenario.js'
import { SimulatedClient } from './simulated-client.js'
import { SimulatedStore } from './simulated-store.js'
import type { BatchStore } from './store-line.js'
import { cutBefore, strike, strikeNode } from './strike.js'

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
  readonly #questions = new Map<string, Question>()
  readonly #store: SimulatedStore
  readonly #fleet: Fleet
  /** Those that wait for their frame, and those that had it. */
  readonly #cuts: PlannedCut[] = []
  /** Until when the server takes no token of a client. */
  readonly #lockedOut = new Map<number, number>()
  constructor(options: WorldOptions) {
    this.#options = options
    const { scenario } = options
    this.#chance = random(`run of ${scenario.seed}`)
    this.#store = this.#openStore(options)
    this.#fleet = this.#openFleet(options)
    this.#networks = scenario.clients.map((plan, client) => this.#network(client, plan))
    this.clients = scenario.clients.map((_, client) => this.#client(client))
    for (const ask of scenario.asks) this.plan(ask)
    for (const push of scenario.pushes) this.clock.after(push.atMs, () => this.#push(push))
    for (const question of scenario.questions) this.planQuestion(question)
    for (const { atMs, fault } of scenario.faults) this.clock.after(atMs, () => this.#go(fault))
  }

  start(): void {
    this.#fleet.start()
    for (const [index, client] of this.clients.entries()) {
      const startAtMs = this.#options.scenario.clients[index]?.copy?.startAtMs ?? 0
      if (startAtMs === 0) client.start()
      else this.clock.after(startAtMs, () => client.start())
    }
  }

  /** Has an ask asked at its time. */
  plan(ask: Ask): void {
    this.#asks.set(ask.id, ask)
    this.clock.after(ask.atMs - this.clock.now(), () => this.clients[ask.client]?.ask(ask))
  }

  /** The same for what a server asks. */
  planQuestion(question: Question): void {
    this.#questions.set(question.id, question)
    const place = this.#placeOf(question.id)
    this.clock.after(question.atMs - this.clock.now(), () => this.#fleet.at(place)?.ask(question))
  }

  /** Everything is well from now on. */
  heal(): void {
    for (const cut of this.#cuts) cut.cancel()
    this.#fleet.heal()
    this.#lockedOut.clear()
    for (const network of this.#networks) network.heal()
    this.#fleet.buryAll()
    for (const client of this.clients) client.heal()
    this.#options.tell({ fact: 'healed' })
  }

  /** Whether nothing is left of the clients, and no way leads from them to a server. */
  areClientsGone(): boolean {
    return (
      this.clients.every((client) => client.leftovers().length === 0) &&
      this.#networks.every(({ connections }) => connections === 0)
    )
  }

  closeServers(): void {
    this.#fleet.close()
  }

  /** What is left, and must not be, after everything was closed. */
  leftovers(): string[] {
    const left = this.clients.flatMap((client, i) => client.leftovers().map((what) => `client ${i}: ${what}`))
    left.push(...this.#fleet.leftovers())
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
    network.listen((end) => this.#fleet.at(this.#route(name))?.accept(client, end))
    return network
  }

  /** Which node a dial reaches depends on the client and the moment alone; or, if it sticks to one, on the client. */
  #route(client: string): number {
    const { nodes, server } = this.#options.scenario
    if (nodes.length === 1) return 0
    const chance = this.#chance.stream(`route of ${client}`)
    return Math.floor((server.sticky ? chance() : chance.at(this.clock.now())) * nodes.length)
  }

  #push(push: PlannedPush): void {
    this.#fleet.at(this.#placeOf(push.id))?.push(push)
  }

  /** Where something is sent from. */
  #placeOf(id: string): number {
    if (this.#options.scenario.nodes.length === 1) return 0
    return Math.floor(this.#chance.stream(`place of ${id}`)() * this.#options.scenario.nodes.length)
  }

  #client(index: number): SimulatedClient {
    const { scenario, mutation, tell, spins } = this.#options
    const plan = scenario.clients[index]
    const network = this.#networks[index]
    if (!plan || !network) throw new Error(`no client ${index}`)
    const chance = this.#chance.stream(plan.name)
    const ids = this.#ids(plan)
    const jitter = chance.stream('machine')
    // What one client does changes no number of another one.
    let answers = 0
    const ownClock = new ClientClock(this.clock)
    const real = new ClientMachine({ random: () => jitter.at(this.clock.now()), ids, queue: plan.queue })
    const machine: Machine<ClientInput, ClientEffect> = {
      handle: (input, now) => real.handle(input, now, ownClock.wall()),
      wakeAt: () => real.wakeAt(),
    }
    const played = plan.copy ? ahead(machine, plan.copy.attemptsAhead) : machine
    return new SimulatedClient({
      index,
      plan,
      network,
      ids,
      chance: chance.stream('token'),
      tell,
      clock: this.clock,
      ownClock,
      asked: (ask) => this.#asks.set(ask.id, ask),
      questionOf: (id) => this.#questionOf(id),
      called: () => {
        answers += 1
        return (index + 1) * 1_000_000 + answers
      },
      machine: mutation.client?.(played) ?? played,
      spins: () => spins(`client ${index}`),
    })
  }

  /** A copy has the first client id and secret of another client; whatever else it makes is its own. */
  #ids({ name, copy }: ClientPlan): Ids {
    const idsOf = (whose: string) => virtualIds(this.#chance.stream(whose).stream('ids'))
    return copy ? copiedIds(idsOf(name), idsOf(copy.of)) : idsOf(name)
  }

  #openStore({ scenario, mutation, tell }: WorldOptions): SimulatedStore {
    return new SimulatedStore({
      clock: this.clock,
      remembers: scenario.faults.some(({ fault }) => fault.kind === 'rollback'),
      between: (store) => mutation.store?.(store) ?? store,
      tell,
      hinted: (owner) => this.#fleet.hinted(owner),
    })
  }

  #openFleet({ scenario, mutation, tell, spins }: WorldOptions): Fleet {
    return new Fleet({
      scenario,
      clock: this.clock,
      chance: this.#chance,
      between: (machine) => mutation.server?.(machine) ?? machine,
      store: () => this.#store.current,
      loseStore: () => this.#store.lose(),
      tell,
      spins,
      admits: (client) => (this.#lockedOut.get(client) ?? 0) <= this.clock.now(),
      askOf: (id) => this.#askOf(id),
    })
  }

  #questionOf(id: string): Question {
    const question = this.#questions.get(id)
    if (!question) throw new Error(`nobody asked ${id}`)
    return question
  }

  #askOf(id: string): Ask {
    const ask = this.#asks.get(id)
    if (!ask) throw new Error(`nobody asked ${id}`)
    return ask
  }

  #go(fault: Fault): void {
    this.#options.tell({ fact: 'faulted', fault })
    if (fault.kind === 'amnesia') return this.#store.lose()
    if (fault.kind === 'rollback') return this.#store.rollBack(fault.byMs)
    if (fault.kind === 'lockout') return void this.#lockedOut.set(fault.client, this.clock.now() + fault.forMs)
    if ('node' in fault) return this.#goNode(fault)
    const network = this.#networks[fault.client]
    const client = this.clients[fault.client]
    if (!network || !client) return
    if (fault.kind === 'cutBefore') this.#cuts.push(cutBefore(fault, network))
    else strike(fault, network, client)
  }

  #goNode(fault: FaultOfNode): void {
    const server = this.#fleet.at(fault.node)
    if (server === undefined) return
    if (fault.kind === 'restart') this.#fleet.restart(fault)
    else strikeNode(fault, server)
  }
}

type FaultOfNode = Extract<Fault, { readonly node: number }>
