/** Messages that the server sends unasked: made and judged here, appended by the machine, settled when it says so. */

import {
  type Clock,
  type Contract,
  type Ids,
  inWords,
  type Json,
  type JsonObject,
  type Party,
  pushDefaults,
  utf8Length,
  type WireError,
  wireMessage,
} from '@backchat/protocol'
import type { LogoutResult, SendResult } from '../api.js'
import { errorOf } from '../handlers/error.js'
import type { Effect } from '../machine/effects.js'
import type { Input, Key } from '../machine/inputs.js'
import { checkContent, typeProblem } from '../middleware/validation.js'
import type { Target } from '../store/operations.js'
import { unanswered } from './machine-driver.js'
import { timestampOf } from './timestamp.js'

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
  readonly ids: Pick<Ids, 'message'>
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
  async send(target: Target | undefined, message: Outgoing): Promise<SendResult> {
    if (this.#closed) return refused('CLOSED', 'The server is closed; nothing was sent.')
    const id = this.#options.ids.message()
    const written = this.#write(id, target, message)
    if (typeof written !== 'string') return written
    return target === undefined ? { ok: true, id, sessions: 0 } : this.#append(target, id, written)
  }

  /** Ends all sessions of a user. Never rejects. */
  async logout(user: string): Promise<LogoutResult> {
    if (this.#closed) return refused('CLOSED', 'The server is closed; nobody was logged out.')
    if (typeof user !== 'string') return refused('INVALID_MESSAGE', 'A user is named by a string.')
    const result = await this.#settled('', (key) => ({ kind: 'loggedOut', key, user }))
    return result.ok ? { ok: true, sessions: result.sessions } : result
  }

  /** What the application gives may throw when it is read. */
  #write(id: string, target: Target | undefined, message: Outgoing): Json | SendResult {
    try {
      const problem = this.#problem(target, message)
      if (problem !== undefined) return refused('INVALID_MESSAGE', problem)
      const { type, from = pushDefaults.from, to = pushDefaults.to, content, metadata } = message
      const timestamp = timestampOf(this.#options.clock.wall())
      const encoded = wireMessage({ id, timestamp, type, from, to, content, metadata }, pushDefaults)
      return encoded.ok ? encoded.json : unsendable(encoded.reason)
    } catch (thrown) {
      return unsendable(inWords(thrown))
    }
  }

  #append(target: Target, id: string, message: Json): Promise<SendResult> {
    return this.#settled(id, (key) => ({ kind: 'pushed', key, target, id, message, bytes: utf8Length(message) }))
  }

  /** What the machine says of an input, by its key. */
  #settled(id: string, input: (key: Key) => Input): Promise<SendResult> {
    this.#lastKey += 1
    const key = this.#lastKey
    return new Promise((resolve) => {
      this.#waiting.set(key, { id, resolve })
      this.#options.feed(input(key))
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

  /** Nothing is sent any more, and nobody waits for ever. What the store has not answered it may have done. */
  close(): void {
    this.#closed = true
    for (const { resolve } of this.#waiting.values()) resolve({ ok: false, error: errorOf(unanswered) })
    this.#waiting.clear()
  }

  /** What a program without types, or without a contract, may do wrong. */
  #problem(target: Target | undefined, message: Outgoing): string | undefined {
    if (!Object.values(target ?? {}).every(isNamed)) return 'Sessions, users and rooms are named by strings.'
    if (typeof message !== 'object' || message === null) return 'A message is an object with a type and content.'
    const { type, content } = message
    const problem = typeProblem(type)
    if (problem !== undefined) return problem
    const checked = checkContent(this.#options.contract, type, 'server', content ?? null)
    return checked.ok ? undefined : checked.reason
  }
}

/** One name, or a list of them. */
const isNamed = (name: unknown): boolean =>
  Array.isArray(name) ? name.every((each) => typeof each === 'string') : typeof name === 'string'

const unsendable = (reason: string): SendResult => refused('INVALID_MESSAGE', `The message cannot be sent: ${reason}.`)

const refused = (code: WireError['code'], message: string): Refused => ({
  ok: false,
  error: errorOf({ code, message, mayHaveExecuted: false }),
})

type Refused = Extract<SendResult, { ok: false }>
