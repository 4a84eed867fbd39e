/** Connecting again as people do it by hand: a second after the connection was lost, for as long as it takes. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { WebSocket } from 'ws'

const againMs = 1_000
/** What failed because there was no connection is asked again after that. */
const pauseMs = 10

/** Asks until there is an answer. */
export async function untilAnswered<T>(ask: () => PromiseLike<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch {
      await sleep(pauseMs)
    }
  }
}

export class Again {
  readonly #dial: () => WebSocket
  #stopped = false
  #opened = () => {}
  /** Settles when there is a connection; another promise each time that it is lost. */
  open: Promise<void>

  constructor(dial: () => WebSocket) {
    this.#dial = dial
    this.open = this.#untilOpen()
  }

  start(): WebSocket {
    const socket = this.#dial()
    socket.on('open', () => this.#opened())
    socket.on('error', () => {})
    socket.on('close', () => {
      if (this.#stopped) return
      this.open = this.#untilOpen()
      setTimeout(() => this.#stopped || this.start(), againMs)
    })
    return socket
  }

  stop(): void {
    this.#stopped = true
  }

  /** Asks on the next connection what was lost with one. */
  persist<T>(ask: () => PromiseLike<T>): Promise<T> {
    return untilAnswered(async () => {
      await this.open
      return ask()
    })
  }

  #untilOpen(): Promise<void> {
    return new Promise((resolve) => {
      this.#opened = resolve
    })
  }
}
