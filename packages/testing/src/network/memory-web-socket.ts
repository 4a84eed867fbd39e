/** A link in memory in the shape of a WebSocket, for whatever takes one: `createClient({ url, WebSocket })`. */

import type { Clock } from '@backchat/protocol'
import type { LinkEnd, LinkEvents } from './memory-link.js'

/** The events of a WebSocket, as far as clients listen to them. */
export interface MemoryWebSocketEvents {
  readonly open: object
  readonly message: { readonly data: string }
  readonly error: { readonly message: string }
  readonly close: { readonly code: number; readonly reason: string }
}

type Listener<Type extends keyof MemoryWebSocketEvents> = (event: MemoryWebSocketEvents[Type]) => void

/** What there is of the `WebSocket` of browsers (WHATWG WebSockets §3), and `terminate` of `ws`. */
export interface MemoryWebSocket {
  readonly url: string
  readonly protocol: string
  readonly readyState: number
  /** Characters sent that have not arrived. */
  readonly bufferedAmount: number
  send(text: string): void
  close(code?: number, reason?: string): void
  terminate(): void
  addEventListener<Type extends keyof MemoryWebSocketEvents>(type: Type, listener: Listener<Type>): void
  removeEventListener<Type extends keyof MemoryWebSocketEvents>(type: Type, listener: Listener<Type>): void
}

export type MemoryWebSocketConstructor = new (url: string, protocols?: string | string[]) => MemoryWebSocket

export interface Dialling {
  readonly clock: Clock
  dial(events: LinkEvents): LinkEnd
}

const abnormal = 1006

/** Makes a class whose instances dial over that network, whatever their URL says. */
export function memoryWebSocket(network: Dialling): MemoryWebSocketConstructor {
  return class implements MemoryWebSocket {
    static readonly CONNECTING = 0
    static readonly OPEN = 1
    static readonly CLOSING = 2
    static readonly CLOSED = 3
    readonly url: string
    readonly protocol: string
    readonly #end: LinkEnd
    readonly #listeners = new Map<string, Set<(event: never) => void>>()
    #state = 0

    constructor(url: string, protocols: string | string[] = []) {
      this.url = url
      this.protocol = [protocols].flat()[0] ?? ''
      this.#end = network.dial({
        opened: () => this.#opened(),
        received: (data) => this.#tell('message', { data }),
        closed: (code, reason) => this.#closed(code, reason),
      })
    }

    get readyState(): number {
      return this.#state
    }

    get bufferedAmount(): number {
      return this.#end.buffered()
    }

    send(text: string): void {
      if (this.#state === 0) throw new Error('The WebSocket is not open yet.')
      if (this.#state === 1) this.#end.send(text)
    }

    close(code = 1005, reason = ''): void {
      this.#leave(() => this.#end.close(code, reason), code, reason)
    }

    terminate(): void {
      this.#leave(() => this.#end.terminate(), abnormal, '')
    }

    addEventListener<Type extends keyof MemoryWebSocketEvents>(type: Type, listener: Listener<Type>): void {
      this.#listeners.set(type, (this.#listeners.get(type) ?? new Set()).add(listener))
    }

    removeEventListener<Type extends keyof MemoryWebSocketEvents>(type: Type, listener: Listener<Type>): void {
      this.#listeners.get(type)?.delete(listener)
    }

    #opened(): void {
      this.#state = 1
      this.#tell('open', {})
    }

    /** Our own end is told in a turn of its own, as a platform does. */
    #leave(end: () => void, code: number, reason: string): void {
      if (this.#state >= 2) return
      this.#state = 2
      end()
      network.clock.after(0, () => this.#closed(code, reason))
    }

    #closed(code: number, reason: string): void {
      if (this.#state === 3) return
      this.#state = 3
      if (code === abnormal) this.#tell('error', { message: reason || 'the connection was lost' })
      this.#tell('close', { code, reason })
    }

    #tell<Type extends keyof MemoryWebSocketEvents>(type: Type, event: MemoryWebSocketEvents[Type]): void {
      for (const listener of [...(this.#listeners.get(type) ?? [])]) (listener as Listener<Type>)(event)
    }
  }
}
