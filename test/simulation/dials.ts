/** The sockets of a client, each under the number of its link. */

import { decodeServerFrame, limits } from '@backchat/protocol'
import type { LinkEnd, MemoryNetwork, VirtualClock } from '@backchat/testing'
import type { ClientFact } from './facts.js'
import type { ClientInput } from './machines.js'
import type { ClientPlan } from './scenario.js'

export interface DialsOptions {
  readonly client: number
  readonly clock: VirtualClock
  readonly network: MemoryNetwork
  readonly plan: ClientPlan
  readonly feed: (input: ClientInput) => void
  readonly tell: (fact: ClientFact) => void
  /** Acts at once, or when the computer does not sleep any more. */
  readonly whenAwake: (act: () => void) => void
}

export class Dials {
  readonly #options: DialsOptions
  readonly #sockets = new Map<number, LinkEnd>()

  constructor(options: DialsOptions) {
    this.#options = options
  }

  /** Links that have a socket. */
  get links(): readonly number[] {
    return [...this.#sockets.keys()]
  }

  dial(link: number): void {
    const { client, network, tell, feed, whenAwake } = this.#options
    tell({ fact: 'dialled', client, link })
    const end = network.dial({
      opened: () =>
        whenAwake(() => {
          tell({ fact: 'opened', client, link })
          feed({ kind: 'opened', link })
        }),
      received: (text) => whenAwake(() => this.#received(link, text)),
      closed: (code, reason) =>
        whenAwake(() => {
          this.#sockets.delete(link)
          tell({ fact: 'lost', client, link })
          feed({ kind: 'closed', link, code, reason })
        }),
    })
    this.#sockets.set(link, end)
  }

  send(link: number, text: string): void {
    this.#sockets.get(link)?.send(text)
  }

  abandon(link: number): void {
    const { client, clock, plan, tell } = this.#options
    tell({ fact: 'abandoned', client, link })
    const terminate = () => {
      this.#sockets.get(link)?.terminate()
      this.#sockets.delete(link)
    }
    if (plan.lingerMs > 0) clock.after(plan.lingerMs, terminate)
    else terminate()
  }

  #received(link: number, text: string): void {
    const { client, tell, feed } = this.#options
    const decoded = decodeServerFrame(text, limits.replyBytes + limits.envelopeBytes)
    if (!decoded.ok) return feed({ kind: 'garbled', link, reason: decoded.reason })
    if (decoded.frame === null) return
    tell({ fact: 'heard', client, link, frame: decoded.frame })
    feed({ kind: 'received', link, frame: decoded.frame })
  }
}
