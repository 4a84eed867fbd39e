/** The strangers of the fuzzer on real WebSockets, against a server in a process of its own, and a client with manners beside them. */

import { once } from 'node:events'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { createClient } from '@backchat/client'
import { decodeServerFrame, limits, linesOf } from '@backchat/protocol'
import { random } from '@backchat/testing'
import { WebSocket } from 'ws'
import { freePort } from '../free-port.js'
import { Offspring } from '../load/offspring.js'
import type { ServerLook, ServerOptions } from '../load/server.js'
import { claim } from './act.js'
import { clientDeck } from './deck.js'
import { Memory } from './memory.js'
import { allowedCodes } from './server-world.js'
import { Stranger } from './stranger.js'

export interface SocketPlan {
  /** Of `test/load`. */
  readonly folder: URL
  readonly seed: number
  readonly frames: number
}

export interface SocketFigures {
  readonly frames: number
  readonly links: number
  /** How the server closed links, by code. */
  readonly closes: Readonly<Record<number, number>>
  /** Runs of the strangers' handlers that ended. */
  readonly handled: number
  /** Right answers to the neighbour, and the longest that it waited for one. */
  readonly answers: number
  readonly slowestMs: number
  /** Of the server's heap, in thirds of the run. */
  readonly heapBytes: { readonly second: number; readonly last: number }
  readonly grows: boolean
  /** What the server's `error` event told, by code. */
  readonly errors: Readonly<Record<string, number>>
}

const strangers = 16
const looks = 21
/** Sessions and silent handlers last no longer, so that what is held in the end is what is held for ever. */
const shortMs = 2_000
const frameBytes = limits.replyBytes + limits.envelopeBytes

/** @throws Complaint when something is so that must never be. */
export async function fuzzOverSockets({ folder, seed, frames }: SocketPlan): Promise<SocketFigures> {
  const port = await freePort()
  const config = { sessionTtl: shortMs, messageTimeout: shortMs }
  const server = await Offspring.start(folder, 'server.ts', { port, config } satisfies ServerOptions)
  const neighbour = new SocketNeighbour(`ws://127.0.0.1:${port}`)
  try {
    const crowd = new Crowd(`ws://127.0.0.1:${port}`, seed, frames, () => lookAt(server, neighbour))
    await neighbour.begin()
    await crowd.rage()
    await neighbour.rest()
    const look = await settled(server)
    await neighbour.end()
    const wrong = await server.end()
    claim(wrong === undefined, () => `The server was told to close, and ${wrong}.`)
    const { answers, slowestMs, streams } = neighbour.figures
    const handled = look.figures.totals.handled - answers - streams
    return { ...crowd.figures, handled, answers, slowestMs, errors: look.errors }
  } finally {
    server.abort()
    await neighbour.end().catch(() => {})
  }
}

/** What the server holds; no earlier than the neighbour was answered again. */
async function lookAt(server: Offspring, neighbour: SocketNeighbour): Promise<ServerLook> {
  await neighbour.answered()
  return server.ask<ServerLook>('look')
}

/** When all strangers have gone and their sessions are over, only the neighbour is left. */
async function settled(server: Offspring): Promise<ServerLook> {
  for (const until = performance.now() + 30_000; ; await sleep(100)) {
    const look = await server.ask<ServerLook>('look')
    const { connections, handshakes, sessions, requests } = look.figures
    const left = { connections, handshakes, sessions, requests }
    const clean = connections === 1 && handshakes === 0 && sessions.detached === 0 && requests.length === 0
    if (clean) return look
    claim(performance.now() < until, () => `All strangers have gone, and left ${JSON.stringify(left)}.`)
  }
}

/** All strangers, until they have said so many frames together. */
class Crowd {
  readonly #url: string
  readonly #seed: number
  readonly #frames: number
  readonly #server: () => Promise<ServerLook>
  readonly #memory = new Memory()
  readonly #closes: Record<number, number> = {}
  #complain: (complaint: unknown) => void = () => {}
  readonly #complaint = new Promise<never>((_, reject) => {
    this.#complain = reject
  })
  #isOver = false
  #said = 0
  #links = 0
  #looks = 0
  /** Nobody says anything meanwhile. */
  #looking: Promise<void> = Promise.resolve()

  constructor(url: string, seed: number, frames: number, server: () => Promise<ServerLook>) {
    this.#url = url
    this.#seed = seed
    this.#frames = frames
    this.#server = server
    this.#complaint.catch(() => {})
  }

  get figures() {
    const [second, last] = this.#memory.thirds
    const { grows } = this.#memory
    return { frames: this.#said, links: this.#links, closes: this.#closes, heapBytes: { second, last }, grows }
  }

  async rage(): Promise<void> {
    const chance = random(this.#seed)
    const deck = clientDeck(this.#seed)
    const each = Array.from({ length: strangers }, (_, who) =>
      this.#live(new Stranger(who, chance.stream(`stranger ${who}`), deck)),
    )
    await Promise.race([Promise.all(each), this.#complaint]).finally(() => {
      this.#isOver = true
    })
  }

  async #live(stranger: Stranger): Promise<void> {
    let link: StrangersLink | undefined
    let epoch = 'none'
    while (!this.#isOver && this.#said < this.#frames) {
      const act = stranger.next()
      if (act.act === 'open') {
        epoch = link?.epoch ?? epoch
        link = await StrangersLink.open(this.#url, stranger, {
          closed: (code) => this.#count(code),
          failed: (complaint) => this.#complain(complaint),
        })
        this.#links += 1
      } else if (act.act === 'lose') link?.lose()
      else if (act.act === 'say') await this.#say(link, act.text.replace('<epoch>', link?.epoch ?? epoch))
      else if (act.act === 'binary') await this.#say(link, Buffer.from([0x7b, 0x7d]))
    }
    link?.lose()
  }

  #count(code: number): void {
    this.#closes[code] = (this.#closes[code] ?? 0) + 1
  }

  /** In a turn of its own, so that it is answered, or ends the link, before the next. */
  async #say(link: StrangersLink | undefined, said: string | Buffer): Promise<void> {
    if (await link?.say(said)) this.#said += 1
    await turn()
    if (this.#said >= (this.#looks + 1) * Math.ceil(this.#frames / looks)) this.#looking = this.#look()
    await this.#looking
  }

  async #look(): Promise<void> {
    this.#looks += 1
    this.#memory.look((await this.#server()).heapBytes)
  }
}

interface LinkEvents {
  readonly closed: (code: number) => void
  /** The server said or did what it must not. */
  readonly failed: (complaint: unknown) => void
}

/** One socket of a stranger, until it is closed or lost: then it says nothing any more. */
class StrangersLink {
  readonly #socket: WebSocket
  readonly #stranger: Stranger
  readonly #events: LinkEvents
  #isOver = false
  #tellNews: () => void = () => {}
  /** Whatever comes first. */
  readonly #news = new Promise<void>((resolve) => {
    this.#tellNews = resolve
  })
  /** The one that it was told. */
  epoch: string | undefined

  private constructor(socket: WebSocket, stranger: Stranger, events: LinkEvents) {
    this.#socket = socket
    this.#stranger = stranger
    this.#events = events
    socket.on('error', () => {})
    socket.on('message', (bytes) => this.#judged(() => this.#heard(String(bytes))))
    socket.once('close', (code, reason) => this.#judged(() => this.#close(code, String(reason))))
  }

  static async open(url: string, stranger: Stranger, events: LinkEvents): Promise<StrangersLink> {
    const socket = new WebSocket(url, ['backchat.1'])
    const link = new StrangersLink(socket, stranger, events)
    await once(socket, 'open')
    return link
  }

  /** Whether it could be said. Before its welcome a stranger waits for what comes of it: it would say hello again and again. */
  async say(said: string | Buffer): Promise<boolean> {
    if (this.#socket.readyState !== WebSocket.OPEN) return false
    await new Promise<void>((resolve) => this.#socket.send(said, () => resolve()))
    if (this.epoch === undefined && !this.#isOver) await this.#news
    return true
  }

  lose(): void {
    this.#end()
    this.#socket.terminate()
  }

  #judged(happens: () => void): void {
    try {
      happens()
    } catch (complaint) {
      this.#events.failed(complaint)
    }
  }

  #heard(text: string): void {
    if (this.#isOver) return
    for (const line of linesOf(text)) {
      const decoded = decodeServerFrame(line, frameBytes)
      claim(decoded.ok && decoded.frame !== null, () => `The server said what no client understands: ${line}`)
      if (decoded.ok && decoded.frame?.kind === 'welcome') this.epoch = decoded.frame.epoch
      this.#stranger.received(line)
    }
    this.#tellNews()
  }

  #close(code: number, reason: string): void {
    if (this.#isOver) return
    this.#end()
    claim(allowedCodes.has(code), () => `A stranger was closed with ${code}: ${reason}`)
    this.#events.closed(code)
  }

  #end(): void {
    if (!this.#isOver) this.#stranger.closed()
    this.#isOver = true
    this.#tellNews()
  }
}

/** Asks one thing after the other, all the time, and looks at the answers. */
class SocketNeighbour {
  readonly #client: ReturnType<typeof createClient>
  #asking: Promise<void> = Promise.resolve()
  #over = false
  #answers = 0
  #streams = 0
  #slowestMs = 0

  constructor(url: string) {
    this.#client = createClient({ url })
  }

  get figures() {
    return { answers: this.#answers, streams: this.#streams, slowestMs: Math.round(this.#slowestMs) }
  }

  async begin(): Promise<void> {
    await this.#client.ready
    this.#asking = this.#ask()
    this.#asking.catch(() => {})
  }

  /** When something that it asks from now on is answered. Rejects when an answer was wrong. */
  async answered(): Promise<void> {
    const due = this.#answers + 2
    while (this.#answers < due) await Promise.race([this.#asking, sleep(1)])
  }

  /** Asks nothing more. Rejects when an answer was wrong. */
  async rest(): Promise<void> {
    this.#over = true
    await this.#asking
  }

  async end(): Promise<void> {
    await this.rest()
    await this.#client.close()
  }

  async #ask(): Promise<void> {
    for (let n = 0; !this.#over; n++) {
      const began = performance.now()
      const { content } = await this.#client.request('echo', n)
      claim(content === n, () => `The neighbour asked ${n}, and heard ${JSON.stringify(content)}.`)
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - began)
      this.#answers += 1
      if (n % 10 === 0) await this.#read()
      await sleep(2)
    }
  }

  async #read(): Promise<void> {
    const story = this.#client.stream('yield', { chunks: 20 })
    let chunks = 0
    for await (const chunk of story) {
      claim(chunk === `chunk ${chunks}`, () => `The neighbour read ${JSON.stringify(chunk)} as chunk ${chunks}.`)
      chunks += 1
    }
    claim(chunks === 20, () => `The neighbour read ${chunks} of 20 chunks.`)
    this.#streams += 1
  }
}
