/** What the server says unasked: taken in order and without holes, kept until somebody listens [P-23] [P-24]. */

import { type Gap, Inbox, pushDefaults, type WireMessage } from '@backchat/protocol'
import type { Effect } from './effects.js'
import { notRun } from './faults.js'
import type { Out } from './out.js'
import { timing } from './timing.js'

type Delivery = Extract<Effect, { kind: 'deliver' }>

export class Pushes {
  readonly #out: Out
  readonly #capacity: number
  /** All up to its last were delivered, or wait for a listener in this client. */
  #inbox = new Inbox()
  /** Types that had a listener once; `*` stands for all. */
  readonly #heard = new Set<string>()
  #unheard: Delivery[] = []

  constructor(out: Out, capacity: number) {
    this.#out = out
    this.#capacity = capacity
  }

  get last(): number {
    return this.#inbox.last
  }

  /** Takes the number that the server gave to what it says. A `jump` means that something before it is missing: the link is to be dropped, and the session resumes [P-23]. */
  receive(push: number): 'next' | 'old' | 'jump' {
    const received = this.#inbox.receive(push)
    if (received === 'next') this.#out.owe(timing.ackMs)
    return received
  }

  /** Hands it to its listeners, or keeps it for the first one. */
  deliver(message: WireMessage, sessionId: string): void {
    const delivery: Delivery = { kind: 'deliver', message, sessionId }
    const type = message.type ?? pushDefaults.type
    if (this.#heard.has(type) || this.#heard.has('*')) this.#out.emit(delivery)
    else if (this.#unheard.length < this.#capacity) this.#unheard.push(delivery)
    else this.#out.emit({ kind: 'report', error: notRun('NO_HANDLER', unheard(type, this.#capacity), 'received') })
  }

  /** Those up to `to` will never come. False when something before them is missing. */
  skip({ from, to }: Pick<Gap, 'from' | 'to'>): boolean {
    const first = this.#inbox.last + 1
    const received = this.#inbox.receive(from, to)
    if (received === 'next') {
      this.#out.owe(timing.ackMs)
      this.#out.emit({ kind: 'gap', from: first, to })
    }
    return received !== 'jump'
  }

  listened(type: string): void {
    this.#heard.add(type)
    const waiting = this.#unheard
    this.#unheard = []
    for (const { message, sessionId } of waiting) this.deliver(message, sessionId)
  }

  /** Another session has begun: its pushes are numbered anew [P-12]. What waits for a listener still came in order. */
  beginAnew(): void {
    this.#inbox = new Inbox()
  }
}

function unheard(type: string, capacity: number): string {
  return `A push was dropped: ${capacity} wait for client.on('${type}') already.`
}
