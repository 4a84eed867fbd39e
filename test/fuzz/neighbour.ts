/** A client with manners on a server among strangers: it gets its right answers, as if it were alone. */

import { encodeClientFrame, type JsonValue } from '@backchat/protocol'
import type { ServerInProcess } from '../conformance/in-process.js'
import { claim } from './act.js'
import { ClientInProcess } from './client-in-process.js'

interface Awaited {
  readonly content: JsonValue
  readonly mode: 'request' | 'stream' | 'send'
  readonly chunks: number
  chunksHeard: number
}

export class Neighbour {
  readonly client: ClientInProcess
  readonly #server: ServerInProcess
  /** By its own number: the server's. */
  readonly #links = new Map<number, number>()
  readonly #awaited = new Map<number, Awaited>()
  #said = 0
  #leaves = false
  answers = 0
  pushes = 0

  constructor(server: ServerInProcess) {
    this.#server = server
    this.client = new ClientInProcess('neighbour', server.now, () => 0.5, {
      dialled: (link) => this.#dial(link),
      transmitted: (link, frame) => server.text(this.#links.get(link) ?? 0, encodeClientFrame(frame)),
      abandoned: (link, code) => claim(code === 1000, () => `The neighbour dropped link ${link} with ${code}.`),
      settled: (key, outcome) => {
        const awaited = this.#awaited.get(key)
        claim(awaited !== undefined, () => `The neighbour's request ${key} settled twice.`)
        claim(outcome.ok, () => `The neighbour's request ${key} failed: ${JSON.stringify(outcome)}.`)
        if (awaited === undefined || !outcome.ok) return
        this.#awaited.delete(key)
        const right = JSON.stringify(awaited.mode === 'send' ? undefined : awaited.content)
        const got = JSON.stringify(outcome.message?.content)
        claim(got === right, () => `The neighbour got ${got}, not ${right}.`)
        claim(awaited.chunks === awaited.chunksHeard, () => `The neighbour heard ${awaited.chunksHeard} chunks.`)
        this.answers += 1
      },
      chunk: (key, content) => {
        const awaited = this.#awaited.get(key)
        claim(content === `chunk ${awaited?.chunksHeard}`, () => `The neighbour heard ${JSON.stringify(content)}.`)
        if (awaited === undefined) return
        awaited.chunksHeard += 1
        this.client.feed({ kind: 'took', key, next: awaited.chunksHeard })
      },
      delivered: () => {
        this.pushes += 1
      },
      status: () => {},
    })
    this.#openAll()
    claim(this.#links.size === 1, () => 'The neighbour was not let in.')
  }

  says(what: 'echo' | 'yield' | 'push' | 'send'): void {
    this.#said += 1
    const mode = what === 'yield' ? 'stream' : what === 'send' ? 'send' : 'request'
    const chunks = what === 'yield' ? 3 : 0
    const content = { said: this.#said, chunks, pushes: what === 'push' ? 2 : 0 }
    const pushesDue = this.pushes + content.pushes
    const type = what === 'send' ? 'echo' : what
    const key = this.client.newKey()
    this.#awaited.set(key, { content, mode, chunks, chunksHeard: 0 })
    this.client.ask(key, { mode, type, content, timeoutMs: 30_000 })
    // In this process nothing takes time.
    claim(!this.#awaited.has(key), () => `The neighbour's request ${key} was not answered.`)
    claim(this.pushes === pushesDue, () => `The neighbour has ${this.pushes} pushes, not ${pushesDue}.`)
  }

  /** A push to everybody reaches the neighbour, too. */
  broadcast(): void {
    const due = this.pushes + 1
    this.#server.broadcast('to all')
    claim(this.pushes === due, () => `The neighbour has ${this.pushes} pushes, not ${due}.`)
  }

  close(): void {
    this.#leaves = true
    this.client.feed({ kind: 'closeAsked' })
    claim(this.client.wakeAt() === Number.POSITIVE_INFINITY, () => 'The neighbour is closed and wants to be woken.')
    claim(this.#awaited.size === 0, () => `The neighbour waits for ${this.#awaited.size} answers.`)
  }

  #dial(link: number): void {
    const theirs = this.#server.open({
      received: (text) => this.client.network.received(link, text),
      closed: (code, reason) => claim(this.#leaves, () => `The neighbour's link was closed: ${code} ${reason}.`),
    })
    this.#links.set(link, theirs)
  }

  #openAll(): void {
    for (const link of this.#links.keys()) this.client.network.opened(link)
  }
}
