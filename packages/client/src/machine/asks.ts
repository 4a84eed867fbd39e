/** What the server asks of this client: handed to its handler once, and the answer kept until the server has it [P-33]. */

import {
  type Answer,
  type AnswerError,
  isLongerThan,
  type Json,
  type Limits,
  limits,
  pushDefaults,
  ShortLived,
  utf8Length,
  type WireError,
  type WireMessage,
} from '@backchat/protocol'
import type { Out } from './out.js'
import { Times } from './times.js'

/** A push that wants an answer. */
export interface Ask {
  readonly push: number
  readonly leftMs: number
  readonly message: WireMessage
}

export class Asks {
  readonly #out: Out
  /** Types that have a handler. */
  readonly #handled = new Set<string>()
  /** Pushes whose handlers run. */
  readonly #running = new Set<number>()
  /** What the server has not confirmed, in the order in which it was answered. */
  readonly #answers = new ShortLived<number, Answer<Json> | AnswerError>()
  /** When nobody waits any more: the server counts too, and began earlier. */
  readonly #deadlines = new Times()
  #messageBytes: number = limits.messageBytes

  constructor(out: Out) {
    this.#out = out
  }

  /** Whether anything is to be done for the server still. */
  get pending(): boolean {
    return this.#running.size + this.#answers.size > 0
  }

  /** Whether the server owes a confirmation. */
  get outstanding(): boolean {
    return this.#answers.size > 0
  }

  wakeAt(): number {
    return this.#deadlines.next
  }

  // ---- what the application does ----

  handles(type: string, handled: boolean): void {
    if (handled) this.#handled.add(type)
    else this.#handled.delete(type)
  }

  /** A handler returned. Whoever was withdrawn or is too late has nobody to answer to. */
  answered(push: number, message: Json): void {
    if (this.#running.delete(push)) this.#answer(message, { kind: 'answer', push, message })
  }

  /** A handler threw, or what it was to handle could not be understood. */
  failed(push: number, error: WireError): void {
    if (this.#running.delete(push)) this.#fail(push, error)
  }

  // ---- what the server says ----

  ask({ push, leftMs, message }: Ask, sessionId: string, now: number): void {
    if (leftMs <= 0) return
    // A server has no more than that open; what it is told of one more is not worth keeping.
    if (this.#running.size + this.#answers.size >= limits.asks) {
      return this.#out.transmit({ kind: 'answerError', push, error: overloaded })
    }
    this.#deadlines.set(push, now + leftMs)
    const type = message.type ?? pushDefaults.type
    if (!this.#handled.has(type)) return this.#fail(push, unhandled(type))
    this.#running.add(push)
    this.#out.emit({ kind: 'handle', push, message, sessionId, leftMs })
  }

  /** The server has the answer. */
  confirmed(push: number): void {
    if (this.#answers.delete(push)) this.#deadlines.clear(push)
  }

  /** Nobody waits for the answer any more. */
  withdraw(push: number): void {
    this.#deadlines.clear(push)
    this.#answers.delete(push)
    if (this.#running.delete(push)) this.#out.emit({ kind: 'abortHandler', push })
  }

  limit({ messageBytes }: Limits): void {
    this.#messageBytes = messageBytes
  }

  // ---- what time and links do ----

  expire(now: number): void {
    for (const push of this.#deadlines.due(now)) this.withdraw(push)
  }

  /** Tells a new link what is not confirmed. */
  resume(): void {
    for (const answer of [...this.#answers.values()]) {
      // This server may take less than the one that it was made for.
      if (answer.kind === 'answer') this.#answer(answer.message, answer)
      else this.#out.transmit(answer)
    }
  }

  /** The session is over, and so are its questions. */
  beginAnew(): void {
    for (const push of this.#running) this.withdraw(push)
    for (const [push] of this.#answers.entries()) this.withdraw(push)
  }

  // ---- how it is done ----

  #fail(push: number, error: WireError): void {
    this.#answer(JSON.stringify(error), { kind: 'answerError', push, error })
  }

  #answer(said: string, answer: Answer<Json> | AnswerError): void {
    const { push } = answer
    const sent = isLongerThan(said, this.#messageBytes)
      ? ({ kind: 'answerError', push, error: tooLarge(utf8Length(said), this.#messageBytes) } as const)
      : answer
    this.#answers.set(push, sent)
    this.#out.transmit(sent)
  }
}

const overloaded: WireError = {
  code: 'OVERLOADED',
  message: `The client has ${limits.asks} open requests.`,
  mayHaveExecuted: false,
}

export const unhandled = (type: string): WireError => ({
  code: 'NO_HANDLER',
  message: `The client has no handler for '${type}'.`,
  mayHaveExecuted: false,
})

const tooLarge = (bytes: number, most: number): WireError => ({
  code: 'TOO_LARGE',
  message: `The answer takes ${bytes} bytes, more than ${most}.`,
  mayHaveExecuted: true,
})
