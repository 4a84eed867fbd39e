/** A raw WebSocket made safe to hold: it never throws, tells its real end once, and can be dropped at once. */

import { inWords } from '@backchat/protocol'
import { Bundle } from './bundle.js'
import type { SocketEvents, SocketOptions, WebSocketConstructor, WebSocketLike } from './transport.js'

const socketOptions: SocketOptions = {
  perMessageDeflate: false, // [P-1]
  followRedirects: false,
  // Four times the largest frame there is: what exceeds this was never meant as one.
  maxPayload: 4 * 1024 * 1024,
  // `ws` itself waits 30 s for a peer that has gone.
  closeTimeout: 1_000,
}

/** No close frame came, or no connection (RFC 6455 §7.1.5). */
export const abnormal = 1006

type Listener = (event: unknown) => void

/** As much of a WebSocket as its keeper uses. It has no `error`: an error is the reason of the `close` that follows. */
export class Socket {
  #raw: WebSocketLike | undefined
  #ended = false
  #failure = ''
  readonly #bundle = new Bundle((text) => this.#write(text))
  readonly #listeners = new Map<string, Listener>()

  constructor(Raw: WebSocketConstructor, url: string, protocol: string) {
    try {
      this.#raw = this.#hear(new Raw(url, protocol, socketOptions))
    } catch (error) {
      // An address that is none. The keeper adds its listeners first.
      queueMicrotask(() => this.#end(abnormal, inWords(error)))
    }
  }

  get readyState(): number {
    if (this.#ended) return 3
    return this.#raw?.readyState ?? 0
  }

  /** One listener for each type. */
  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, listener)
  }

  removeEventListener(type: string): void {
    this.#listeners.delete(type)
  }

  send(frame: string): void {
    this.#bundle.add(frame)
  }

  #write(text: string): void {
    try {
      this.#raw?.send(text)
    } catch (error) {
      queueMicrotask(() => this.#end(abnormal, inWords(error)))
    }
  }

  /** Drops the socket: nothing is heard from it any more, and nothing is waited for [P-27]. */
  close(code: number): void {
    this.#ended = true
    this.#drop(code)
  }

  #hear(raw: WebSocketLike): WebSocketLike {
    // Stays for ever: an error that nobody listens to would end a Node process.
    raw.addEventListener('error', () => {})
    this.#each((type, listener) => raw.addEventListener(type, listener))
    raw.on?.('upgrade', this.#upgraded)
    return raw
  }

  #each(act: <T extends keyof SocketEvents>(type: T, listener: (event: SocketEvents[T]) => void) => void): void {
    act('open', this.#opened)
    act('message', this.#received)
    act('error', this.#failed)
    act('close', this.#closed)
  }

  /** Only one of `ws` tells of it, and then of texts without making an event of each. */
  readonly #upgraded = () => {
    this.#raw?.removeEventListener('message', this.#received)
    this.#raw?.on?.('message', this.#told)
  }
  readonly #told = (data: unknown, isBinary: boolean) => this.#tell('message', { data: isBinary ? data : String(data) })
  readonly #opened = () => this.#tell('open', {})
  readonly #received = (event: { readonly data: unknown }) => this.#tell('message', event)
  readonly #failed = (event: { readonly message?: string }) => {
    this.#failure = event.message || 'the connection failed'
  }
  readonly #closed = (event: { readonly code: number; readonly reason: string }) =>
    this.#end(event.code, event.reason || this.#failure)

  #end(code: number, reason: string): void {
    if (this.#ended) return
    this.#ended = true
    this.#drop(abnormal)
    this.#tell('close', { code, reason })
  }

  #drop(code: number): void {
    this.#bundle.release()
    const raw = this.#raw
    this.#raw = undefined
    if (raw === undefined) return
    this.#each((type, listener) => raw.removeEventListener(type, listener))
    raw.off?.('upgrade', this.#upgraded)
    raw.off?.('message', this.#told)
    try {
      raw.close(mayBeSent(code) ? code : undefined)
      // What was sent, and the close frame, have been written. Whether they arrive is not waited for.
      raw.terminate?.()
    } catch {
      // It is forgotten either way.
    }
  }

  #tell(type: string, event: unknown): void {
    this.#listeners.get(type)?.(event)
  }
}

/** Browsers refuse to send any other code. */
function mayBeSent(code: number): boolean {
  return code === 1000 || (code >= 3000 && code <= 4999)
}
