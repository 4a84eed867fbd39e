/** The sockets of a server, each under the number of its link. */

import { decodeClientFrame, limits } from '@backchat/protocol'
import type { LinkEnd, LinkEvents } from '@backchat/testing'
import type { ServerInput } from './machines.js'

interface Socket {
  readonly client: number
  readonly end: LinkEnd
}

export interface ServerSocketsOptions {
  readonly feed: (input: ServerInput) => void
  /** Acts at once, or when the process goes on. */
  readonly whenRunning: (act: () => void) => void
}

export class ServerSockets {
  readonly #options: ServerSocketsOptions
  readonly #sockets = new Map<number, Socket>()
  #links = 0

  constructor(options: ServerSocketsOptions) {
    this.#options = options
  }

  /** Links that have a socket. */
  get links(): readonly number[] {
    return [...this.#sockets.keys()]
  }

  /** Whose socket it is; undefined once it is gone. */
  clientOf(link: number): number | undefined {
    return this.#sockets.get(link)?.client
  }

  /** A client's dial arrived. */
  accept(client: number, end: LinkEnd): LinkEvents {
    const { feed, whenRunning } = this.#options
    this.#links += 1
    const link = this.#links
    this.#sockets.set(link, { client, end })
    return {
      opened: () => whenRunning(() => feed({ kind: 'opened', link })),
      received: (text) => whenRunning(() => this.#received(link, text)),
      closed: () =>
        whenRunning(() => {
          this.#sockets.delete(link)
          feed({ kind: 'closed', link })
        }),
    }
  }

  send(link: number, text: string): void {
    this.#sockets.get(link)?.end.send(text)
  }

  close(link: number, code: number, reason: string): void {
    this.#sockets.get(link)?.end.close(code, reason)
    this.#sockets.delete(link)
  }

  /** What a computer does for a process that is gone. */
  terminateAll(): void {
    for (const { end } of this.#sockets.values()) end.terminate()
  }

  #received(link: number, text: string): void {
    const { feed } = this.#options
    const decoded = decodeClientFrame(text, limits.messageBytes + limits.envelopeBytes)
    if (!decoded.ok) return feed({ kind: 'garbled', link, reason: decoded.reason, tooLarge: decoded.tooLarge })
    if (decoded.frame !== null) feed({ kind: 'received', link, frame: decoded.frame })
  }
}
