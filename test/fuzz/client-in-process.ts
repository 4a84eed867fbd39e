/** A client in this process: the real machine and its reading of texts; whoever holds it plays the network and the application. */

import { type ClientFrame, type Json, limits, type RequestMode } from '@backchat/protocol'
import { arrivals } from '../../packages/client/src/shell/arrivals.js'
import { written } from '../conformance/application.js'
import { type ClientEffect, type ClientInput, ClientMachine, type Outcome } from '../simulation/machines.js'

export interface ClientEvents {
  dialled(link: number): void
  transmitted(link: number, frame: ClientFrame<Json>): void
  abandoned(link: number, code: number): void
  settled(key: number, outcome: Outcome): void
  chunk(key: number, content: unknown): void
  delivered(content: unknown): void
  status(state: string): void
}

export interface Ask {
  readonly mode: RequestMode
  readonly type: string
  readonly content: unknown
  readonly timeoutMs: number
}

export class ClientInProcess {
  now: number
  readonly #machine: ClientMachine
  readonly #events: ClientEvents
  readonly #inputs: ClientInput[] = []
  #feeding = false
  #keys = 0
  /** What the network tells it. */
  readonly network = arrivals((input) => this.feed(input))

  constructor(name: string, now: number, random: () => number, events: ClientEvents) {
    let names = 0
    const newName = (kind: string) => () => {
      names += 1
      return `${name} ${kind} ${names}`
    }
    this.now = now
    this.#events = events
    const ids = { id: newName('id'), message: newName('message'), client: newName('client'), secret: newName('secret') }
    this.#machine = new ClientMachine({ random, ids })
    this.feed({ kind: 'started' })
    this.feed({ kind: 'listened', type: '*' })
  }

  wakeAt(): number {
    return this.#machine.wakeAt()
  }

  /** A name for what will be asked: the answer may be there before `ask` returns. */
  newKey(): number {
    this.#keys += 1
    return this.#keys
  }

  ask(key: number, { mode, type, content, timeoutMs }: Ask): void {
    const text = written(`message ${key}`, content)
    const message = `{"type":${JSON.stringify(type)},${text.slice(1)}` as Json
    this.feed({
      kind: 'requested',
      key,
      mode,
      id: `message ${key}`,
      type,
      message,
      timeoutMs: Math.min(timeoutMs, limits.timeoutMs),
    })
  }

  feed(input: ClientInput): void {
    this.#inputs.push(input)
    if (this.#feeding) return
    this.#feeding = true
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        for (const effect of this.#machine.handle(next, this.now)) this.#perform(effect)
      }
    } finally {
      this.#feeding = false
    }
  }

  #perform(effect: ClientEffect): void {
    const events = this.#events
    switch (effect.kind) {
      case 'fetchToken':
        return this.feed({ kind: 'tokenFetched', fetch: effect.fetch, token: undefined })
      case 'initialise':
        return this.feed({ kind: 'initSkipped' })
      case 'dial':
        return events.dialled(effect.link)
      case 'transmit':
        return events.transmitted(effect.link, effect.frame)
      case 'abandon':
        return events.abandoned(effect.link, effect.code)
      case 'settle':
        return events.settled(effect.key, effect.outcome)
      case 'chunk':
        return events.chunk(effect.key, effect.content)
      case 'deliver':
        return events.delivered(effect.message.content)
      case 'status':
        return events.status(effect.status.state)
      default:
        return
    }
  }
}
