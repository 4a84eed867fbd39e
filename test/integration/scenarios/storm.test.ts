/** A storm on real sockets: a fault a second, under load. Every answer is right, every handler ran once, no push is missing, every stream is exact. */

import { setTimeout as sleep } from 'node:timers/promises'
import { BackchatError, type Client, createClient } from '@backchat/client'
import { WebSocketManager } from '@backchat/server'
import { type ChaosProxy, chaosProxy, random } from '@backchat/testing'
import { expect, test } from 'vitest'
import { freePort } from '../../free-port.js'

const clients = 8
const seconds = 15
const chunks = 100

/** A fault with its odds; together they make 1. */
const faults: readonly (readonly [odds: number, fault: (proxy: ChaosProxy) => void])[] = [
  [0.35, (proxy) => proxy.cut()],
  [0.15, (proxy) => proxy.cut({ how: 'silent' })],
  [0.1, (proxy) => proxy.blackHole({ forMs: 1_500 })],
  [0.25, (proxy) => void proxy.cutBefore('"kind":"reply"')],
  [0.15, (proxy) => proxy.stall({ forMs: 700 })],
]

test(`${clients} clients ask, read and listen through ${seconds} s of faults`, { timeout: 90_000 }, async () => {
  const storm = new Storm(await freePort())
  await storm.begin()
  await storm.rage()
  await storm.end()
  const { figures, runs } = storm
  console.log(JSON.stringify(figures))
  expect([...runs.values()].filter((count) => count > 1)).toEqual([])
  expect(figures).toMatchObject({ wrong: 0, failed: [], streamsBroken: 0, outOfOrder: 0, gapsAndResets: 0 })
  expect(figures.pushesHeard).toBe(figures.pushesSent)
  // A storm in which nothing happens proves nothing.
  expect(figures.right).toBeGreaterThan(clients * seconds)
  expect(figures.streamsExact).toBeGreaterThan(clients)
  expect(figures.linksLost).toBeGreaterThan(clients)
})

class Storm {
  /** How often the handler of each request ran. */
  readonly runs = new Map<string, number>()
  readonly figures = {
    right: 0,
    wrong: 0,
    failed: [] as string[],
    streamsExact: 0,
    streamsBroken: 0,
    pushesSent: 0,
    pushesHeard: 0,
    outOfOrder: 0,
    gapsAndResets: 0,
    linksLost: 0,
  }
  readonly #port: number
  readonly #manager: WebSocketManager
  readonly #clients: Client[] = []
  readonly #work: Promise<void>[] = []
  #proxy: ChaosProxy | undefined
  #over = false

  constructor(port: number) {
    this.#port = port
    this.#manager = new WebSocketManager({ port, host: '127.0.0.1' })
    this.#manager.registerHandler('add', async ({ id, content }) => {
      this.#ran(id)
      await sleep(content.ms)
      return { sum: content.a + 1 }
    })
    const ran = (id: string): void => this.#ran(id)
    this.#manager.registerHandler('count', async function* ({ id }) {
      ran(id)
      for (let i = 0; i < chunks; i++) {
        await sleep(5)
        yield i
      }
      return { chunks }
    })
    this.#manager.on('disconnection', () => {
      this.figures.linksLost += 1
    })
  }

  async begin(): Promise<void> {
    await this.#manager.ready
    this.#proxy = await chaosProxy({ target: { port: this.#port } })
    const sessions: string[] = []
    this.#manager.on('connection', ({ session, resumed }) => resumed || sessions.push(session.id))
    for (let i = 0; i < clients; i++) this.#clients.push(this.#join(this.#proxy.port))
    await Promise.all(this.#clients.map((client) => client.ready))
    for (const client of this.#clients) this.#work.push(this.#ask(client), this.#read(client))
    this.#work.push(this.#announce(sessions))
  }

  async rage(): Promise<void> {
    const chance = random(1).stream('faults')
    for (let second = 0; second < seconds; second++) {
      await sleep(1_000)
      if (this.#proxy) drawn(chance())(this.#proxy)
    }
  }

  async end(): Promise<void> {
    this.#proxy?.heal()
    this.#over = true
    await Promise.all(this.#work)
    await expect.poll(() => this.figures.pushesHeard, { timeout: 10_000 }).toBe(this.figures.pushesSent)
    await Promise.all(this.#clients.map((client) => client.close()))
    await this.#proxy?.close()
    await this.#manager.close({ drain: 0 })
  }

  #ran(id: string): void {
    this.runs.set(id, (this.runs.get(id) ?? 0) + 1)
  }

  #join(port: number): Client {
    const client = createClient({ url: `ws://127.0.0.1:${port}` })
    let last = 0
    client.on('tick', ({ content }) => {
      this.figures.pushesHeard += 1
      if (content.n !== last + 1) this.figures.outOfOrder += 1
      last = content.n
    })
    const missed = (): void => {
      this.figures.gapsAndResets += 1
    }
    client.events.on('gap', missed)
    client.events.on('reset', missed)
    return client
  }

  /** Requests without waiting for one another, as people and programs do. */
  async #ask(client: Client): Promise<void> {
    const answers: Promise<void>[] = []
    for (let a = 0; !this.#over; a++) {
      await sleep(50)
      const answer = client.request('add', { a, ms: a % 150 }).then(({ content }) => {
        if (content.sum === a + 1) this.figures.right += 1
        else this.figures.wrong += 1
      })
      answers.push(answer.catch((error: unknown) => void this.figures.failed.push(nameOf(error))))
    }
    await Promise.all(answers)
  }

  async #read(client: Client): Promise<void> {
    while (!this.#over) {
      const numbers: unknown[] = []
      const stream = client.stream('count')
      try {
        for await (const chunk of stream) numbers.push(chunk)
        const exact = numbers.length === chunks && numbers.every((number, i) => number === i)
        if (exact && (await stream.reply).content.chunks === chunks) this.figures.streamsExact += 1
        else this.figures.streamsBroken += 1
      } catch (error) {
        this.figures.failed.push(nameOf(error))
      }
    }
  }

  async #announce(sessions: readonly string[]): Promise<void> {
    for (let n = 1; !this.#over; n++) {
      await sleep(100)
      for (const session of sessions) {
        const sent = await this.#manager.sendToSession(session, { type: 'tick', content: { n } })
        if (sent.ok) this.figures.pushesSent += sent.sessions
      }
    }
  }
}

function drawn(chance: number): (proxy: ChaosProxy) => void {
  let below = 0
  for (const [odds, fault] of faults) {
    below += odds
    if (chance < below) return fault
  }
  throw new Error('The odds of the faults do not make 1.')
}

const nameOf = (error: unknown): string => (BackchatError.is(error) ? `${error.code} at ${error.stage}` : String(error))
