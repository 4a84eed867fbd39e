/** Clients that ask at a steady rate for a long time while the way fails and the server freezes; and what both sides hold meanwhile. */

import './counted-timers.js'
import { setTimeout as sleep } from 'node:timers/promises'
import { BackchatError, type Client, createClient } from '@backchat/client'
import { type ChaosProxy, chaosProxy } from '@backchat/testing'
import { freePort } from '../free-port.js'
import { dial, newIdentity } from '../integration/server/raw-client.js'
import { drawSchedule } from '../nemesis/schedule.js'
import { strikeAll, type Targets } from '../nemesis/strike.js'
import { type Held, held } from './held.js'
import { Offspring } from './offspring.js'
import type { ServerLook, ServerOptions } from './server.js'

export interface SoakPlan {
  /** Of the modules of this folder. */
  readonly folder: URL
  readonly rounds: number
  /** Of one round: for five sixths of it faults strike, then all is well, and it is looked. */
  readonly roundMs: number
  /** Requests and streams a second, of all clients together. */
  readonly rate: number
  readonly clients: number
  readonly seed: number
  /**
   * So many links come and go before anything is looked at: what the server remembers of ended links is bounded by number, and while that
   * fills, memory grows as it should.
   */
  readonly linksBefore: number
  /** Is told what each round found. */
  readonly looked?: (look: SoakLook) => void
}

export interface SoakLook {
  readonly server: Held
  readonly clients: Held
  /** Links that the server has welcomed. */
  readonly links: number
  /** What has been asked, and how it ended, by `ok` or the code of the error. */
  readonly asked: number
  readonly ends: Readonly<Record<string, number>>
}

export interface SoakFigures {
  readonly looks: readonly SoakLook[]
  /** Faults by kind. */
  readonly struck: Readonly<Record<string, number>>
  readonly errors: Readonly<Record<string, number>>
  /** Asked and not settled in the end. */
  readonly unsettled: number
  readonly endings: readonly string[]
}

/** No kind that ends the server's process: its memory is what is looked at. */
const survived = (kind: string): boolean => kind !== 'kill' && kind !== 'restart'
const patienceMs = 90_000
const streamEvery = 20

export async function soak(plan: SoakPlan): Promise<SoakFigures> {
  const port = await freePort()
  const server = await Offspring.start(plan.folder, 'server.ts', { port, config: {} } satisfies ServerOptions)
  await comeAndGo(port, plan.linksBefore)
  const ways = await Promise.all(Array.from({ length: plan.clients }, () => chaosProxy({ target: { port } })))
  const people = ways.map((way) => createClient({ url: `ws://127.0.0.1:${way.port}` }))
  for (const person of people) person.on('system', () => {})
  const asker = new Asker(people, plan.rate)
  try {
    await Promise.all(people.map(({ ready }) => ready))
    const chat = new Chat(plan, server, ways, asker)
    await chat.live()
    const unsettled = await asker.rest()
    const { errors } = await server.ask<ServerLook>('look')
    await Promise.all(people.map((client) => client.close()))
    const ending = await server.end()
    return { looks: chat.looks, struck: chat.struck, errors, unsettled, endings: ending === undefined ? [] : [ending] }
  } finally {
    server.abort()
    asker.stop()
    await Promise.all(people.map((client) => client.close()))
    await Promise.all(ways.map((way) => way.close()))
  }
}

/** A few sessions, each with one link after another. */
async function comeAndGo(port: number, links: number): Promise<void> {
  const sessions = 10
  const each = async () => {
    const identity = newIdentity()
    for (let attempt = 1; attempt <= links / sessions; attempt++) {
      const client = await dial(`ws://127.0.0.1:${port}`)
      client.hello(identity, { attempt })
      await client.next('welcome')
      client.terminate()
    }
  }
  await Promise.all(Array.from({ length: sessions }, each))
}

class Chat {
  readonly looks: SoakLook[] = []
  readonly struck: Record<string, number> = {}
  readonly #plan: SoakPlan
  readonly #server: Offspring
  readonly #ways: readonly ChaosProxy[]
  readonly #asker: Asker
  readonly #targets: Targets

  constructor(plan: SoakPlan, server: Offspring, ways: readonly ChaosProxy[], asker: Asker) {
    this.#plan = plan
    this.#server = server
    this.#ways = ways
    this.#asker = asker
    this.#targets = {
      ways,
      server: { kill: ends, restart: ends, freeze: (ms) => server.freeze(ms) },
      history: { write: () => {} },
    }
  }

  async live(): Promise<void> {
    this.#asker.begin()
    for (let round = 0; round < this.#plan.rounds; round++) {
      await this.#rage(round)
      for (const way of this.#ways) way.heal()
      await sleep(this.#plan.roundMs / 6)
      await this.#look()
    }
  }

  async #rage(round: number): Promise<void> {
    const { seed, roundMs, clients } = this.#plan
    const schedule = drawSchedule(seed + round, (roundMs * 5) / 6, clients).filter(({ fault }) => survived(fault.kind))
    for (const { fault } of schedule) this.struck[fault.kind] = (this.struck[fault.kind] ?? 0) + 1
    await strikeAll(schedule, this.#targets)
  }

  async #look(): Promise<void> {
    const { heapBytes, rssBytes, handles, timers, figures } = await this.#server.ask<ServerLook>('look')
    const { connections } = figures.totals
    const links = connections.new + connections.resumed + connections.lost
    const look = { server: { heapBytes, rssBytes, handles, timers }, clients: held(), links, ...this.#asker.figures }
    this.looks.push(look)
    this.#plan.looked?.(look)
  }
}

const ends = (): Promise<void> => Promise.reject(new Error('The server is not ended here.'))

/** Asks at a steady rate, whatever becomes of what it asked before. */
class Asker {
  readonly #people: readonly Client[]
  readonly #everyMs: number
  readonly #open = new Set<Promise<void>>()
  readonly #ends: Record<string, number> = {}
  #asked = 0
  #over = false
  #asking: Promise<void> = Promise.resolve()

  constructor(people: readonly Client[], rate: number) {
    this.#people = people
    this.#everyMs = 1_000 / rate
  }

  get figures() {
    return { asked: this.#asked, ends: { ...this.#ends } }
  }

  begin(): void {
    this.#asking = this.#go()
  }

  stop(): void {
    this.#over = true
  }

  /** Asks nothing more, and waits; how many did not settle. */
  async rest(): Promise<number> {
    this.stop()
    await this.#asking
    await Promise.race([Promise.all(this.#open), sleep(patienceMs + 10_000, undefined, { ref: false })])
    return this.#open.size
  }

  async #go(): Promise<void> {
    const began = performance.now()
    while (!this.#over) {
      const due = (performance.now() - began) / this.#everyMs
      while (this.#asked < due) this.#ask()
      await sleep(Math.max(5, this.#everyMs))
    }
  }

  #ask(): void {
    const client = this.#people[this.#asked % this.#people.length]
    this.#asked += 1
    if (client === undefined) return
    const asked = (this.#asked % streamEvery === 0 ? read(client) : request(client, this.#asked)).then(
      () => this.#count('ok'),
      (error) => this.#count(BackchatError.is(error) ? error.code : String(error)),
    )
    const open = asked.finally(() => this.#open.delete(open))
    this.#open.add(open)
  }

  #count(end: string): void {
    this.#ends[end] = (this.#ends[end] ?? 0) + 1
  }
}

async function request(client: Client, n: number): Promise<void> {
  const { content } = await client.request(n % 5 === 0 ? 'push' : 'echo', { n, pushes: 1 }, { timeout: patienceMs })
  if (content.n !== n) throw new Error('wrong reply')
}

async function read(client: Client): Promise<void> {
  let chunks = 0
  for await (const chunk of client.stream('yield', { chunks: 30 }, { timeout: patienceMs })) {
    if (chunk !== `chunk ${chunks}`) throw new Error('wrong chunk')
    chunks += 1
  }
  if (chunks !== 30) throw new Error('chunks are missing')
}
