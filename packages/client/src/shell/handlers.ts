/** The functions that answer what the server asks: what they get and what they return is checked, and what they throw stops nothing [P-33]. */

import {
  BackchatError,
  type Checked,
  type CodedError,
  expandMessage,
  type Ids,
  isReserved,
  type Json,
  type JsonValue,
  type Message,
  plainMessage,
  pushDefaults,
  ShortLived,
  toJson,
  type Untyped,
  type WireError,
} from '@backchat/protocol'
import type { ClientHandler } from '../api/listening.js'
import { unhandled } from '../machine/asks.js'
import type { Effect } from '../machine/effects.js'
import { fault } from '../machine/faults.js'
import type { Input } from '../machine/inputs.js'
import type { ContractCheck } from './contract-check.js'
import { broken, errorOf, mustBeType, type Received, threw } from './errors.js'
import { timestampOf } from './timestamp.js'

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
  | { readonly kind: 'answered'; readonly message: Json }
  | { readonly kind: 'answerFailed'; readonly error: WireError }

export class Handlers {
  readonly #office: Office
  readonly #handlers = new Map<string, Handler>()
  /** By push. One that was aborted is not among them, and what it returns is told to nobody. */
  readonly #running = new ShortLived<number, AbortController>()
  /** Errors made here, which say what the server may know. Any other, be it of a request that a handler made, may hold anything. */
  readonly #own = new WeakSet<object>()

  constructor(office: Office) {
    this.#office = office
  }

  /** @throws TypeError when the type has a handler or can have none, or the handler is no function. */
  add(type: string, handler: Handler): () => void {
    if (typeof handler !== 'function') throw new TypeError(`The handler of '${type}' is not a function.`)
    mustBeType(type)
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
    const { check, ids, wall } = this.#office
    const { type } = message
    const handler = this.#handlers.get(type)
    if (handler === undefined) return failed(unhandled(type))
    try {
      const asked = check.push(type, message.content)
      if (!asked.ok) throw this.#ownError(broken(asked.reason, 'received', false))
      const failure = (content: unknown) => this.#ownError(refusal(type, check.failure(type, content), content))
      const content = await handler({ ...message, content: asked.value }, { signal, failure })
      const answer = check.reply(type, content)
      if (!answer.ok) throw this.#ownError(broken(answer.reason, 'started', true))
      const timestamp = timestampOf(wall())
      const encoded = plainMessage({ id: ids.message(), timestamp, content })
      if (!encoded.ok) throw this.#ownError(unsendable(type, encoded.reason))
      return { kind: 'answered', message: encoded.json }
    } catch (thrown) {
      return failed(this.#wireOf(type, thrown, signal))
    }
  }

  #ownError(received: Received): CodedError {
    const error = errorOf(received)
    this.#own.add(error)
    return error
  }

  /** What the server is told. The application hears, too, of what was not meant to happen. */
  #wireOf(type: string, thrown: unknown, { aborted }: AbortSignal): WireError {
    if (BackchatError.is(thrown) && this.#own.has(thrown)) {
      const { code, message, mayHaveExecuted } = thrown
      if (code === 'FAILURE') return { code, message, mayHaveExecuted, failure: thrown.failure as JsonValue }
      this.#office.report(thrown)
      return { code, message, mayHaveExecuted }
    }
    // One that was aborted is expected to throw.
    if (!aborted) this.#office.report(threw(`The handler of '${type}'`, thrown))
    return { code: 'HANDLER_FAILED', message: 'The handler failed.', mayHaveExecuted: true }
  }
}

const failed = (error: WireError): Answer => ({ kind: 'answerFailed', error })

/** What `context.failure` makes: what it says is taken as it is now, whatever becomes of the object. */
function refusal(type: string, checked: Checked, content: unknown): Received {
  if (!checked.ok) return broken(checked.reason, 'started', true)
  const encoded = toJson(content ?? null)
  if (!encoded.ok) return unsendable(type, encoded.reason)
  return { ...fault('FAILURE', 'The handler refused.', ran), failure: JSON.parse(encoded.json) }
}

const unsendable = (type: string, why: string): Received =>
  fault('INVALID_MESSAGE', `The answer to '${type}' cannot be sent: ${why}.`, ran)

const ran = { stage: 'started', mayHaveExecuted: true, idempotent: false } as const
