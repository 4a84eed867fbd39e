/** What somebody does with a client: asks, reads, gives up or leaves, and takes note of every answer. */

import { type Ids, type JsonValue, toJson } from '@backchat/protocol'
import type { VirtualClock } from '@backchat/testing'
import type { ClientFact } from './facts.js'
import type { ClientInput, Outcome } from './machines.js'
import { Reader } from './reader.js'
import type { Ask } from './scenario.js'

export interface ApplicationOptions {
  readonly client: number
  readonly ids: Ids
  readonly clock: VirtualClock
  readonly feed: (input: ClientInput) => void
  readonly tell: (fact: ClientFact) => void
  /** Acts at once, or when the computer does not sleep any more. */
  readonly whenAwake: (act: () => void) => void
}

interface Asked {
  readonly ask: Ask
  readonly reader: Reader
  settled: boolean
}

export class Application {
  readonly #options: ApplicationOptions
  /** By the key that the machine knows. What is settled stays, so that a second answer is noticed. */
  readonly #asked = new Map<number, Asked>()

  constructor(options: ApplicationOptions) {
    this.#options = options
  }

  /** What has no answer. */
  get open(): string[] {
    return [...this.#asked.values()].flatMap(({ ask, settled }) => (settled ? [] : [ask.id]))
  }

  ask(ask: Ask): void {
    const { client, feed, tell, whenAwake, clock } = this.#options
    const key = this.#asked.size + 1
    this.#asked.set(key, { ask, reader: this.#reader(key, ask), settled: false })
    tell({ fact: 'asked', client, ask })
    feed(this.#requested(key, ask))
    const { change } = ask
    if (change) clock.after(change.afterMs, () => whenAwake(() => this.#change(key, change.what)))
  }

  chunk(key: number, content: JsonValue): void {
    const asked = this.#asked.get(key)
    if (!asked) return
    this.#options.tell({ fact: 'chunk', client: this.#options.client, ask: asked.ask, content })
    asked.reader.arrived()
  }

  settle(key: number, outcome: Outcome): void {
    const asked = this.#asked.get(key)
    if (!asked) return
    asked.reader.stop()
    asked.settled = true
    this.#options.tell({ fact: 'settled', client: this.#options.client, ask: asked.ask, outcome })
  }

  #requested(key: number, { id: ask, type, mode, timeoutMs }: Ask): ClientInput {
    const { ids, clock } = this.#options
    const id = ids.id()
    const encoded = toJson({ id, timestamp: new Date(clock.wall()).toISOString(), type, content: { ask } })
    if (!encoded.ok) throw new Error(encoded.reason)
    const message = encoded.json
    const requested = { kind: 'requested', key, id, type, mode, timeoutMs, message } as const
    return type === 'init' ? { ...requested, init: true } : requested
  }

  #change(key: number, what: 'abandon' | 'leave'): void {
    const { client, feed, tell } = this.#options
    const asked = this.#asked.get(key)
    if (!asked || asked.settled) return
    asked.reader.stop()
    tell({ fact: what === 'abandon' ? 'gave up' : 'left', client, ask: asked.ask })
    feed({ kind: what === 'abandon' ? 'abandoned' : 'left', key })
  }

  #reader(key: number, ask: Ask): Reader {
    const { client, feed, tell, whenAwake, clock } = this.#options
    const took = (next: number) =>
      whenAwake(() => {
        tell({ fact: 'took', client, ask, next })
        feed({ kind: 'took', key, next })
      })
    return new Reader(clock, ask.readerMs, took)
  }
}
