/** A client in the hands of a server without manners; it complains of all that must not be. */

import {
  type ClientFrame,
  closeCodes,
  decodeClientFrame,
  encodeClientFrame,
  errorCodes,
  type Json,
  limits,
} from '@backchat/protocol'
import { type ClientAct, claim, type World } from './act.js'
import { ClientInProcess } from './client-in-process.js'

/** Why a client may drop a link. */
const allowed = new Set<number>([closeCodes.normal, closeCodes.protocolError, closeCodes.silent])
const codes = new Set<string>(errorCodes)

export interface ServerEvents {
  dialled(): void
  received(frame: ClientFrame<Json>): void
  gone(): void
}

interface Waiting {
  readonly mode: 'request' | 'stream' | 'send'
  readonly until: number
  chunks: number
}

export class ClientWorld implements World<ClientAct> {
  readonly #events: ServerEvents
  #client: ClientInProcess
  #link: number | undefined
  #clients = 0
  #waiting = new Map<number, Waiting>()
  #closed = false
  /** The greatest number that this identity gave to a request, and who it is. */
  #numbers = { client: '', last: 0 }
  readonly drops: Record<number, number> = {}
  settled = 0

  constructor(events: ServerEvents = { dialled: () => {}, received: () => {}, gone: () => {} }) {
    this.#events = events
    this.#client = this.#make(1_000)
  }

  /** How many callers wait. */
  get waiting(): number {
    return this.#waiting.size
  }

  play(act: ClientAct): void {
    const client = this.#client
    switch (act.act) {
      case 'open':
        if (this.#link !== undefined) client.network.opened(this.#link)
        return
      case 'say':
        if (this.#link !== undefined) client.network.received(this.#link, act.text)
        break
      case 'binary':
        if (this.#link !== undefined) client.network.garbled(this.#link, 'a binary message')
        break
      case 'lose':
        return this.#lose()
      case 'pass':
        this.#pass(act.ms)
        break
      case 'ask':
        this.#ask(act)
        break
      case 'give up':
        return this.#toOne(act.which, (key) => client.feed({ kind: 'abandoned', key }))
      case 'leave':
        return this.#toOne(act.which, (key) => client.feed({ kind: 'left', key }))
      case 'take':
        return this.#toOne(act.which, (key) => client.feed({ kind: 'took', key, next: act.next }))
      case 'notice':
        return client.feed({ kind: 'noticed', sign: act.sign })
      case 'reauthenticate':
        return client.feed({ kind: 'reauthenticated' })
      case 'renew':
        return this.#renew()
    }
    if (this.#closed) this.#renew()
  }

  end(): void {
    const client = this.#client
    client.feed({ kind: 'closeAsked' })
    claim(this.#waiting.size === 0, () => `The client is closed, and ${this.#waiting.size} callers wait.`)
    claim(client.wakeAt() === Number.POSITIVE_INFINITY, () => `The client is closed and wakes at ${client.wakeAt()}.`)
  }

  #renew(): void {
    this.end()
    this.#closed = false
    this.#link = undefined
    this.#events.gone()
    this.#client = this.#make(this.#client.now)
  }

  #make(now: number): ClientInProcess {
    this.#clients += 1
    let drawn = 0
    // Delays need no chance, but should not be all the same.
    const random = () => (drawn++ % 10) / 10
    return new ClientInProcess(`victim ${this.#clients}`, now, random, {
      dialled: (link) => {
        this.#link = link
        this.#events.dialled()
      },
      transmitted: (link, frame) => this.#transmitted(link, frame),
      abandoned: (link, code) => {
        claim(allowed.has(code), () => `Link ${link} was dropped with ${code}.`)
        this.drops[code] = (this.drops[code] ?? 0) + 1
        this.#link = undefined
        this.#events.gone()
      },
      settled: (key, outcome) => {
        const waiting = this.#waiting.get(key)
        claim(this.#waiting.delete(key), () => `Request ${key} settled twice.`)
        claim(
          outcome.ok || codes.has(outcome.error.code),
          () => `Request ${key} has no code: ${JSON.stringify(outcome)}`,
        )
        claim(
          waiting?.mode === 'stream' || this.#client.now <= (waiting?.until ?? 0),
          () => `Request ${key} settled late.`,
        )
        this.settled += 1
      },
      chunk: (key) => {
        const waiting = this.#waiting.get(key)
        claim(waiting?.mode === 'stream', () => `A chunk came for ${key}, which is not an open stream.`)
        if (waiting !== undefined) waiting.chunks += 1
      },
      delivered: () => {},
      status: (state) => {
        if (state === 'closed') this.#closed = true
      },
    })
  }

  #transmitted(link: number, frame: ClientFrame<Json>): void {
    claim(link === this.#link, () => `A ${frame.kind} was given to link ${link}, which is not the newest.`)
    const text = encodeClientFrame(frame)
    const most = frame.kind === 'hello' ? limits.helloBytes : limits.messageBytes + limits.envelopeBytes
    const decoded = decodeClientFrame(text, most)
    claim(decoded.ok && decoded.frame !== null, () => `The client said what no server understands: ${text}`)
    if (frame.kind === 'hello' && frame.client !== this.#numbers.client)
      this.#numbers = { client: frame.client, last: 0 }
    if (frame.kind === 'request') {
      claim(frame.n <= this.#numbers.last + 1, () => `Number ${frame.n} follows ${this.#numbers.last}.`)
      this.#numbers.last = Math.max(this.#numbers.last, frame.n)
    }
    this.#events.received(frame)
  }

  #ask({ mode, timeoutMs }: Extract<ClientAct, { act: 'ask' }>): void {
    const key = this.#client.newKey()
    this.#waiting.set(key, { mode, until: this.#client.now + timeoutMs, chunks: 0 })
    this.#client.ask(key, { mode, type: key % 3 === 0 ? 'fail' : 'echo', content: key, timeoutMs })
  }

  #toOne(which: number, tell: (key: number) => void): void {
    const keys = [...this.#waiting.keys()]
    const key = keys[which % keys.length]
    if (key !== undefined) tell(key)
  }

  #lose(): void {
    const link = this.#link
    if (link === undefined) return
    this.#link = undefined
    this.#events.gone()
    this.#client.network.closed(link, 1006, '')
  }

  #pass(ms: number): void {
    const client = this.#client
    const until = client.now + ms
    for (let turns = 0; client.wakeAt() <= until; turns++) {
      claim(
        turns < 100_000,
        () => `Time does not pass: the client wants to be woken at ${client.wakeAt()} again and again.`,
      )
      client.now = Math.max(client.now, client.wakeAt())
      client.feed({ kind: 'woke' })
    }
    client.now = until
  }
}
