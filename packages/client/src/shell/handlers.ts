/** The functions that answer what the server asks: what they get and what they return is checked, and what they throw stops nothing [P-33]. */

import {
  BackchatError,
  type CodedError,
  expandMessage,
  type Ids,
  type Json,
  type JsonValue,
  type Message,
  pushDefaults,
  replyDefaults,
  toJson,
  type Untyped,
  utf8Length,
  type WireError,
  wireMessage,
} from '@backchat/protocol'
import type { ClientHandler } from '../api/listening.js'
import { unhandled } from '../machine/asks.js'
import type { Effect, Fault } from '../machine/effects.js'
import { fault } from '../machine/faults.js'
import type { Input } from '../machine/inputs.js'
import { type ContractCheck, isReserved } from './contract-check.js'
import { broken, errorOf, threw } from './errors.js'

type Handler = ClientHandler<Untyped, string, 'wire'>

export interface Office {
  readonly check: ContractCheck
  readonly ids: Ids
  /** Wall time, for timestamps. */
  readonly wall: () => number
  readonly tell: (input: Input) => void
  /** Takes what went wrong in a function of the application's. */
  readonly report: (error: CodedError) => void
}

/** How a handler ended. */
type Answer =
  | { readonly kind: 'answered'; readonly message: Json; readonly bytes: number }
  | { readonly kind: 'answerFailed'; readonly error: WireError }

export class Handlers {
  readonly #office: Office
  readonly #handlers = new Map<string, Handler>()
  /** By push. One that was aborted is not among them, and what it returns is told to nobody. */
  readonly #running = new Map<number, AbortController>()
  /** Made by `context.failure`. The `FAILURE` of a request that a handler made is not its own. */
  readonly #refusals = new WeakSet<object>()

  constructor(office: Office) {
    this.#office = office
  }

  /** @throws TypeError when the type has a handler, or can have none. */
  add(type: string, handler: Handler): () => void {
    if (isReserved(type)) throw new TypeError(`No message type is called '${type}'; a handler answers one type.`)
    if (this.#handlers.has(type)) throw new TypeError(`'${type}' has a handler already; remove that one first.`)
    this.#handlers.set(type, handler)
    this.#office.tell({ kind: 'handles', type })
    return () => {
      if (this.#handlers.get(type) !== handler) return
      this.#handlers.delete(type)
      this.#office.tell({ kind: 'handlesNoMore', type })
    }
  }

  async handle({ push, message, sessionId }: Extract<Effect, { kind: 'handle' }>): Promise<void> {
    const controller = new AbortController()
    this.#running.set(push, controller)
    const answer = await this.#answer(expandMessage(message, pushDefaults, sessionId), controller.signal)
    if (controller.signal.aborted) return
    this.#running.delete(push)
    this.#office.tell({ ...answer, push })
  }

  abort(push: number): void {
    this.#running.get(push)?.abort()
    this.#running.delete(push)
  }

  // ---- how it is done ----

  async #answer(message: Message, signal: AbortSignal): Promise<Answer> {
    const { type } = message
    const handler = this.#handlers.get(type)
    if (handler === undefined) return { kind: 'answerFailed', error: unhandled(type) }
    const content = this.#office.check.push(type, message.content)
    if (!content.ok) return this.#fail(broken(`What the server asks as '${type}'`, content.issues, 'received', false))
    try {
      return this.#reply(type, await handler({ ...message, content: content.value }, this.#context(type, signal)))
    } catch (thrown) {
      return this.#thrown(type, thrown, signal)
    }
  }

  #context(type: string, signal: AbortSignal): Parameters<Handler>[1] {
    const failure = (content: unknown) => {
      const error = errorOf({ ...fault('FAILURE', `The handler of '${type}' refused.`, ran), failure: content })
      this.#refusals.add(error)
      return error
    }
    return { signal, failure }
  }

  #reply(type: string, content: unknown): Answer {
    const { check, ids, wall } = this.#office
    const checked = check.reply(type, content)
    if (!checked.ok) return this.#fail(broken(`The answer to '${type}'`, checked.issues, 'started', true))
    const timestamp = new Date(wall()).toISOString()
    const encoded = wireMessage({ ...replyDefaults, id: ids.id(), timestamp, content }, replyDefaults)
    if (!encoded.ok) return this.#fail(fault('INVALID_MESSAGE', `The answer cannot be sent: ${encoded.reason}.`, ran))
    return { kind: 'answered', message: encoded.json, bytes: utf8Length(encoded.json) }
  }

  #thrown(type: string, thrown: unknown, signal: AbortSignal): Answer {
    if (BackchatError.is(thrown) && this.#refusals.has(thrown)) return this.#refuse(type, thrown)
    // One that was aborted is expected to throw.
    if (!signal.aborted) this.#office.report(threw(`The handler of '${type}'`, thrown))
    // Never the message of what was thrown, which may hold anything.
    return failed({ code: 'HANDLER_FAILED', message: "The client's handler failed.", mayHaveExecuted: true })
  }

  #refuse(type: string, { message, failure }: CodedError): Answer {
    const checked = this.#office.check.failure(type, failure)
    if (!checked.ok) return this.#fail(broken(`What '${type}' was refused with`, checked.issues, 'started', true))
    const encoded = toJson(failure ?? null)
    if (!encoded.ok) return this.#fail(fault('INVALID_MESSAGE', `The refusal cannot be sent: ${encoded.reason}.`, ran))
    const content: JsonValue = JSON.parse(encoded.json)
    return failed({ code: 'FAILURE', message, mayHaveExecuted: true, failure: content })
  }

  /** It is the application's fault on one of the two sides, so both are told. */
  #fail(error: Fault): Answer {
    this.#office.report(errorOf(error))
    const { code, message, mayHaveExecuted } = error
    return failed({ code, message, mayHaveExecuted })
  }
}

const ran = { stage: 'started', mayHaveExecuted: true, idempotent: false } as const

const failed = (error: WireError): Answer => ({ kind: 'answerFailed', error })
