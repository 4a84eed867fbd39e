/**
 * A transport over `reconnecting-websocket`, which keeps one gated socket and decides nothing.
 * The only file that knows the library; what may not be left to it, and why, is in ADR 3.
 */

import { closeCodes, inWords } from '@backchat/protocol'
import IsomorphicWebSocket from 'isomorphic-ws'
import ReconnectingWebSocket from 'reconnecting-websocket'
import { abnormal, Socket } from './socket.js'
import type { OpenTransport, Transport, TransportEvents, TransportOptions, WebSocketConstructor } from './transport.js'

const subprotocol = 'backchat.1' // [P-1]

/** Everything that the library would decide by itself, switched off. */
const nothingOfItsOwn = {
  minReconnectionDelay: 0,
  maxReconnectionDelay: 0,
  // A factor above 1 makes the delay 0 × ∞ after some thousand failures.
  reconnectionDelayGrowFactor: 1,
  minUptime: 0,
  maxRetries: Infinity,
  maxEnqueuedMessages: 0,
  // As long as a timer can be. It runs only while a link is dialled, and the machine ends that after 10 s [P-27].
  connectionTimeout: 2 ** 31 - 1,
}

export const openWebSocket: OpenTransport = (options) => new GatedSocket(options)

class GatedSocket implements Transport {
  readonly #options: TransportOptions
  /** The newest link until it ends; what concerns any other is stale [P-6]. */
  #link: number | undefined
  /** Stays when its socket has closed, for the next dial. Once we have closed it, it is never used again. */
  #keeper: Keeper | undefined
  #closed = false

  constructor(options: TransportOptions) {
    this.#options = options
  }

  dial(link: number): void {
    if (this.#closed) return
    if (this.#link !== undefined) this.abandon(this.#link, closeCodes.normal)
    this.#link = link
    this.#nextUrl().then(
      (url) => {
        if (link === this.#link) this.#keep().open(link, url)
      },
      (error) => this.#end(link, abnormal, `no URL: ${inWords(error)}`),
    )
  }

  send(link: number, frame: string): void {
    if (link === this.#link) this.#keeper?.send(frame)
  }

  abandon(link: number, code: number): void {
    if (link === this.#link) this.#drop(code)
  }

  close(): void {
    this.#closed = true
    this.#drop(closeCodes.normal)
  }

  /** A function of the application's: it may throw, reject, or return anything. If it hangs, the machine abandons the link. */
  async #nextUrl(): Promise<string> {
    const { url } = this.#options
    const given: unknown = typeof url === 'function' ? await url() : url
    if (given instanceof URL) return given.href
    if (typeof given !== 'string') throw new TypeError('the url function returned neither a string nor a URL')
    return given
  }

  #keep(): Keeper {
    const { events, WebSocket = IsomorphicWebSocket } = this.#options
    this.#keeper ??= new Keeper(WebSocket, events, (link, code, reason) => this.#end(link, code, reason))
    return this.#keeper
  }

  #end(link: number, code: number, reason: string): void {
    if (link !== this.#link) return
    this.#link = undefined
    this.#options.events.closed(link, code, reason)
  }

  #drop(code: number): void {
    this.#link = undefined
    this.#keeper?.close(code)
    this.#keeper = undefined
  }
}

/** One instance of the library, held at a gate: it asks for a URL before each socket and gets it when a link is opened. */
class Keeper {
  readonly #library: ReconnectingWebSocket
  #link = 0
  #url: string | undefined
  #pass: ((url: string) => void) | undefined

  constructor(Raw: WebSocketConstructor, events: TransportEvents, closed: TransportEvents['closed']) {
    this.#library = new ReconnectingWebSocket(() => this.#ask(), subprotocol, {
      ...nothingOfItsOwn,
      WebSocket: socketsOver(Raw),
    })
    this.#library.addEventListener('open', () => events.opened(this.#link))
    this.#library.addEventListener('message', ({ data }: { data: unknown }) => {
      if (typeof data === 'string') events.received(this.#link, data)
      else events.garbled(this.#link, 'a binary message')
    })
    this.#library.addEventListener('close', ({ code, reason }) => closed(this.#link, code, reason))
  }

  open(link: number, url: string): void {
    this.#link = link
    this.#url = url
    this.#letThrough()
  }

  send(frame: string): void {
    this.#library.send(frame)
  }

  close(code: number): void {
    this.#library.close(code)
  }

  /** The library never sees a rejection, which it would not survive. */
  #ask(): Promise<string> {
    return new Promise((resolve) => {
      this.#pass = resolve
      this.#letThrough()
    })
  }

  /** Whichever comes first, the library's question or the link, waits for the other. */
  #letThrough(): void {
    if (this.#pass === undefined || this.#url === undefined) return
    this.#pass(this.#url)
    this.#pass = undefined
    this.#url = undefined
  }
}

/** What the library takes for a WebSocket class: `CLOSING` is how it recognises one. */
function socketsOver(Raw: WebSocketConstructor) {
  function KeptSocket(url: string, protocol: string): Socket {
    return new Socket(Raw, url, protocol)
  }
  KeptSocket.CLOSING = 2
  return KeptSocket
}
