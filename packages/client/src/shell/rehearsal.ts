/** A client with a server that a test plays by hand: no socket, and time that passes when it is told to. Tests only. */

import type { Clock, ReceivedByClient, ReceivedByServer, Welcome } from '@backchat/protocol'
import type { Sign } from '../environment/environment.js'
import type { Transport, TransportEvents } from '../transport/transport.js'
import { ChatClient } from './chat-client.js'
import type { Options } from './settings.js'

/** A clock that stands still until it is moved. */
export class HeldClock implements Clock {
  #now = 0
  readonly #timers = new Map<number, { readonly at: number; readonly callback: () => void }>()
  #names = 0

  readonly now = () => this.#now
  readonly wall = () => Date.UTC(2030, 0, 1) + this.#now

  readonly after = (delayMs: number, callback: () => void) => {
    this.#names += 1
    const name = this.#names
    this.#timers.set(name, { at: this.#now + delayMs, callback })
    return () => {
      this.#timers.delete(name)
    }
  }

  get timers(): number {
    return this.#timers.size
  }

  pass(ms: number): void {
    const end = this.#now + ms
    for (let next = this.#due(end); next !== undefined; next = this.#due(end)) {
      const [name, { at, callback }] = next
      this.#timers.delete(name)
      this.#now = Math.max(this.#now, at)
      callback()
    }
    this.#now = end
  }

  #due(end: number) {
    const due = [...this.#timers].filter(([, { at }]) => at <= end)
    return due.sort(([, a], [, b]) => a.at - b.at)[0]
  }
}

export class Rehearsal {
  readonly clock = new HeldClock()
  readonly client: ChatClient
  /** Links that were dialled, and those that were abandoned with their codes. */
  readonly dialled: number[] = []
  readonly abandoned: [link: number, code: number][] = []
  transportClosed = false
  readonly #frames: ReceivedByServer[] = []
  readonly #listeners = new Set<(sign: Sign) => void>()
  #events: TransportEvents | undefined

  constructor(options: Partial<Options> = {}) {
    let names = 0
    const name = (kind: string) => () => {
      names += 1
      return `${kind}-${names}`
    }
    const environment = {
      clock: this.clock,
      random: () => 0.5,
      ids: { id: name('id'), message: name('id'), client: name('client'), secret: name('secret') },
      onSign: (listener: (sign: Sign) => void) => {
        this.#listeners.add(listener)
        return () => this.#listeners.delete(listener)
      },
    }
    this.client = new ChatClient(
      { url: 'ws://localhost', ...options },
      { environment, openTransport: ({ events }) => this.#transport(events) },
    )
  }

  /** Listeners to the platform that are left. */
  get signListeners(): number {
    return this.#listeners.size
  }

  /** The client dials, and the link opens. */
  open(): this {
    this.clock.pass(1)
    this.#events?.opened(this.#link)
    return this
  }

  online(welcome: Partial<Welcome> = {}): this {
    this.open()
    return this.says({
      kind: 'welcome',
      sessionId: 'session',
      epoch: 'first',
      resumed: false,
      head: 0,
      idempotent: [],
      limits: { messageBytes: 64 * 1024, window: 256, ranges: 64 },
      heartbeatMs: 30_000,
      ...welcome,
    })
  }

  says(...frames: ReceivedByClient[]): this {
    for (const frame of frames) this.saysText(JSON.stringify(frame))
    return this
  }

  saysText(text: string): this {
    this.#events?.received(this.#link, text)
    return this
  }

  /** A reply to the request of that number. */
  replies(n: number, content: unknown, more: { readonly count?: number } = {}): this {
    const message = { id: `reply-${n}`, timestamp: '2030-01-01T00:00:00.000Z', content }
    return this.saysText(JSON.stringify({ kind: 'reply', n, message, ...more }))
  }

  /** Chunks of that request, from `first` on. */
  streams(n: number, contents: readonly unknown[], first = 0): this {
    for (const [index, content] of contents.entries()) {
      this.saysText(JSON.stringify({ kind: 'chunk', n, chunk: first + index, content }))
    }
    return this
  }

  pushes(push: number, type: string, content: unknown): this {
    const message = { id: `push-${push}`, timestamp: '2030-01-01T00:00:00.000Z', type, content }
    return this.saysText(JSON.stringify({ kind: 'push', push, message }))
  }

  asks(push: number, type: string, content: unknown, leftMs = 5_000): this {
    const message = { id: `push-${push}`, timestamp: '2030-01-01T00:00:00.000Z', type, content }
    return this.saysText(JSON.stringify({ kind: 'push', push, leftMs, message }))
  }

  loses(reason = ''): this {
    this.#events?.closed(this.#link, 1006, reason)
    return this
  }

  notices(sign: Sign): this {
    for (const listener of this.#listeners) listener(sign)
    return this
  }

  /** What the server received since the last look. */
  frames(): readonly ReceivedByServer[] {
    return this.#frames.splice(0)
  }

  kinds(): readonly string[] {
    return this.frames().map(({ kind }) => kind)
  }

  get #link(): number {
    return this.dialled.at(-1) ?? 0
  }

  #transport(events: TransportEvents): Transport {
    this.#events = events
    return {
      dial: (link) => this.dialled.push(link),
      send: (_, text) => this.#frames.push(JSON.parse(text)),
      abandon: (link, code) => this.abandoned.push([link, code]),
      close: () => {
        this.transportClosed = true
      },
    }
  }
}

/** Lets promises that are settled go on. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
