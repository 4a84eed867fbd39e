/** Messages that the server sends unasked: made and judged here, appended by the machine, settled when it says so. */

import {
  type Clock,
  type Contract,
  type Ids,
  type Json,
  type JsonObject,
  type Party,
  pushDefaults,
  reservedTypes,
  utf8Length,
  type WireError,
  wireMessage,
} from '@backchat/protocol'
import type { SendResult } from '../api.js'
import { errorOf } from '../handlers/error.js'
import type { Effect } from '../machine/effects.js'
import type { Input, Key } from '../machine/inputs.js'
import { checkContent } from '../middleware/validation.js'
import type { Target } from '../store/operations.js'

/** A push as the application writes it, whatever its contract. */
export interface Outgoing {
  readonly type: string
  readonly from?: Party | undefined
  readonly to?: Party | undefined
  readonly content?: unknown
  readonly metadata?: JsonObject | undefined
}

export interface PushesOptions {
  readonly contract: Contract | undefined
  readonly feed: (input: Input) => void
  readonly clock: Clock
  readonly ids: Pick<Ids, 'id'>
}

interface Waiting {
  readonly id: string
  readonly resolve: (result: SendResult) => void
}

export class Pushes {
  readonly #options: PushesOptions
  readonly #waiting = new Map<Key, Waiting>()
  #lastKey: Key = 0
  #closed = false

  constructor(options: PushesOptions) {
    this.#options = options
  }

  /** Undefined for a target means that there is nobody: that is no error, and stores nothing. Never rejects. */
  send(target: Target | undefined, message: Outgoing): Promise<SendResult> {
    const { clock, ids } = this.#options
    if (this.#closed) return Promise.resolve(refused('CLOSED', 'The server is closed; nothing was sent.'))
    const id = ids.id()
    const problem = this.#problem(message)
    if (problem !== undefined) return Promise.resolve(refused('INVALID_MESSAGE', problem))
    const { type, from = pushDefaults.from, to = pushDefaults.to, content, metadata } = message
    const timestamp = new Date(clock.wall()).toISOString()
    const encoded = wireMessage({ id, timestamp, type, from, to, content, metadata }, pushDefaults)
    if (!encoded.ok)
      return Promise.resolve(refused('INVALID_MESSAGE', `The message cannot be sent: ${encoded.reason}.`))
    if (target === undefined) return Promise.resolve({ ok: true, id, sessions: 0 })
    return this.#append(target, id, encoded.json)
  }

  #append(target: Target, id: string, message: Json): Promise<SendResult> {
    this.#lastKey += 1
    const key = this.#lastKey
    return new Promise((resolve) => {
      this.#waiting.set(key, { id, resolve })
      this.#options.feed({ kind: 'pushed', key, target, id, message, bytes: utf8Length(message) })
    })
  }

  /** Carries out the effect `pushed`. */
  settle({ key, outcome }: Extract<Effect, { kind: 'pushed' }>): void {
    const waiting = this.#waiting.get(key)
    if (waiting === undefined) return
    this.#waiting.delete(key)
    const { id, resolve } = waiting
    resolve(outcome.ok ? { ok: true, id, sessions: outcome.sessions } : { ok: false, error: errorOf(outcome.error) })
  }

  /** Nothing is sent any more, and nobody waits for ever. */
  close(): void {
    this.#closed = true
    for (const { resolve } of this.#waiting.values()) {
      resolve(refused('CLOSED', 'The server was closed before this was sent.'))
    }
    this.#waiting.clear()
  }

  /** What a program without types, or without a contract, may do wrong. */
  #problem(message: Outgoing): string | undefined {
    if (typeof message !== 'object' || message === null) return 'A message is an object with a type and content.'
    const { type, content } = message
    if (typeof type !== 'string' || type === '') return 'A message needs a type that is a string and not empty.'
    if (reservedTypes.some((reserved) => reserved === type))
      return `'${type}' is the name of a local event: no message type can be called so.`
    const checked = checkContent(this.#options.contract, type, 'server', content ?? null)
    return checked.ok ? undefined : checked.reason
  }
}

const refused = (code: WireError['code'], message: string): SendResult => ({
  ok: false,
  error: errorOf({ code, message, mayHaveExecuted: false }),
})
