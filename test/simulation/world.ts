/** Clients, servers that share a store, and the ways between them, in virtual time; and what happens to them, as the scenario has it. */

import { createHash } from 'node:crypto'
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
import type { Ask, ClientPlan, Fault, PlannedPush, Question, Scenario } from './scenario.js'
import { SimulatedClient } from './simulated-client.js'
import { SimulatedServer } from './simulated-server.js'
import { StoreHistory } from './store-history.js'
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
  #store: BatchStore
  /** What the store was asked; undefined where nobody wants to know. */
  #history: StoreHistory | undefined
  #stopHints = () => {}
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
  /** Those that wait for their frame, and those that had it. */
  readonly #cuts: PlannedCut[] = []
  /** Until when the server takes no token of a client. */
  readonly #lockedOut = new Map<number, number>()
  /** Hashes of secrets: a client says the same one in every hello. */
  readonly #hashes = new Map<string, string>()
  #lives = 0
  #calls = 0

  constructor(options: WorldOptions) {
    this.#options = options
    const { scenario } = options
    this.#servers = scenario.nodes.map(() => undefined)
    this.#store = this.#useStore(this.#newStore())
    this.#chance = random(`run of ${scenario.seed}`)
    this.#networks = scenario.clients.map((plan, client) => this.#network(client, plan))
    this.clients = scenario.clients.map((_, client) => this.#client(client))
    for (const ask of scenario.asks) this.plan(ask)
    for (const push of scenario.pushes) this.clock.after(push.atMs, () => this.#push(push))
    for (const question of scenario.questions) this.planQuestion(question)
    for (const { atMs, fault } of scenario.faults) this.clock.after(atMs, () => this.#go(fault))
  }

  start(): void {
    for (const place of this.#servers.keys()) this.#startServer(place)
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
    const place = Math.floor(this.#chance.stream(`place of ${question.id}`)() * this.#servers.length)
    this.clock.after(question.atMs - this.clock.now(), () => this.#servers[place]?.ask(question))
  }

  /** Everything is well from now on. */
  heal(): void {
    for (const cut of this.#cuts) cut.cancel()
    for (const restart of [...this.#closing.values()]) this.#end({ ...restart, downMs: 0 })
    for (const [place, server] of this.#servers.entries()) {
      if (server) server.heal()
      else this.#startServer(place)
    }
    this.#lockedOut.clear()
    for (const network of this.#networks) network.heal()
    for (const dead of [...this.#dead]) this.#bury(dead)
    for (const client of this.clients) client.heal()
    this.#options.tell({ fact: 'healed' })
  }

  closeServers(): void {
    for (const server of this.#servers) server?.close()
  }

  /** What is left, and must not be, after everything was closed. */
  leftovers(): string[] {
    const left = this.clients.flatMap((client, i) => client.leftovers().map((what) => `client ${i}: ${what}`))
    for (const [place, server] of this.#servers.entries())
      left.push(...(server?.leftovers() ?? []).map((what) => `node ${place}: ${what}`))
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
    network.listen((end) => this.#servers[this.#route(name)]?.accept(client, end))
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
    const place = Math.floor(this.#chance.stream(`place of ${push.id}`)() * this.#servers.length)
    this.#servers[place]?.push(push)
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

  #startServer(place: number): void {
    const { scenario, mutation, tell, spins } = this.#options
    const plan = scenario.nodes[place]
    if (!plan) throw new Error(`no node ${place}`)
    this.#lives += 1
    const node = this.#lives
    const ids = virtualIds(this.#chance.stream(`node ${node}`))
    const { sessionTtlMs, heartbeatMs } = scenario.server
    const owner = `node ${node}`
    const machine = new ServerMachine({
      owner,
      // A restart under the same name ends at once what the life before it had.
      ...(plan.named && { node: plan.name }),
      ids,
      hash: (secret) => this.#hash(secret),
      authenticates: true,
      sessionTtlMs,
      heartbeatMs,
    })
    const server: SimulatedServer = new SimulatedServer({
      node,
      place,
      owner,
      tell,
      clock: this.clock,
      plan: { ...scenario.server, ...plan },
      sessions: this.#sessions,
      refusals: this.#refusals,
      machine: mutation.server?.(machine) ?? machine,
      store: () => this.#store,
      closed: () => this.#closed(place, server),
      tokenLastsMs: (client) => scenario.clients[client]?.tokenLastsMs,
      admits: (client) => (this.#lockedOut.get(client) ?? 0) <= this.clock.now(),
      spins: () => spins(`node ${node}`),
      askOf: (id) => this.#askOf(id),
      called: () => {
        this.#calls += 1
        return this.#calls
      },
    })
    this.#servers[place] = server
    server.start()
  }

  #hash(secret: string): string {
    const hash = this.#hashes.get(secret) ?? createHash('sha256').update(secret).digest('base64url')
    this.#hashes.set(secret, hash)
    return hash
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
    if (fault.kind === 'amnesia') return this.#loseStore()
    if (fault.kind === 'rollback') return this.#rollBack(fault.byMs)
    if (fault.kind === 'lockout') return void this.#lockedOut.set(fault.client, this.clock.now() + fault.forMs)
    if ('node' in fault) return this.#goNode(fault)
    const network = this.#networks[fault.client]
    const client = this.clients[fault.client]
    if (!network || !client) return
    if (fault.kind === 'cutBefore') this.#cuts.push(cutBefore(fault, network))
    else strike(fault, network, client)
  }

  #goNode(fault: FaultOfNode): void {
    const server = this.#servers[fault.node]
    if (server === undefined) return
    if (fault.kind === 'restart') this.#restart(fault, server)
    else strikeNode(fault, server)
  }

  #restart(restart: Restart, server: SimulatedServer): void {
    if (restart.how !== 'closed') return this.#end(restart)
    this.#closing.set(restart.node, restart)
    server.close()
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
    if (store === 'lost') this.#loseStore()
    if (dead && how === 'silent') this.#dead.add(dead)
    this.clock.after(downMs, () => {
      if (dead) this.#bury(dead)
      if (!this.#servers[place]) this.#startServer(place)
    })
  }

  #bury(dead: SimulatedServer): void {
    if (this.#dead.delete(dead)) dead.endSockets()
  }

  #loseStore(): void {
    this.#options.tell({ fact: 'store lost' })
    this.#store = this.#useStore(this.#newStore())
  }

  #rollBack(byMs: number): void {
    const history = this.#history
    if (history === undefined) return
    const to = Math.max(0, this.clock.now() - byMs)
    this.#options.tell({ fact: 'store rolled back', to })
    this.#history = history.before(to)
    this.#store = this.#useStore(this.#history.store())
  }

  /** An empty one. To remember what it was costs time, so it does only where that is wanted. */
  #newStore(): BatchStore {
    const now = () => this.clock.now()
    const open = (now: () => number) => memoryStore({ now })
    const goesBack = this.#options.scenario.faults.some(({ fault }) => fault.kind === 'rollback')
    this.#history = goesBack ? new StoreHistory(open, now) : undefined
    return this.#history?.store() ?? open(now)
  }

  #useStore(store: BatchStore): BatchStore {
    const opened = this.#options.mutation.store?.(store) ?? store
    this.#stopHints()
    this.#stopHints = opened.listen((owner) => {
      for (const server of this.#servers) server?.hinted(owner)
    })
    return opened
  }
}

type FaultOfNode = Extract<Fault, { readonly node: number }>
type Restart = Extract<Fault, { kind: 'restart' }>
