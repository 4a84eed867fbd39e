/** What the application asks of clients: a push that wants an answer, until that comes or is not wanted any more [P-33]. */

import { Deadlines, type Json, limits, type ReceivedByServer, type WireError } from '@backchat/protocol'
import type { AnswerOperation, AppendOperation, AskEnding, Owner, StoredPush } from '../store/operations.js'
import type { AskOutcome } from './effects.js'
import * as faults from './faults.js'
import type { Input, Key } from './inputs.js'
import type { Answer, Turn } from './turn.js'

interface Ask {
  readonly key: Key
  readonly session: string
  /** Given by the store. */
  push: number | undefined
  /** Why nobody waits any more. */
  givenUp: { readonly error: WireError } | undefined
}

export interface AsksOptions {
  readonly owner: () => Owner
  /** A push was appended: bring it to the session's link, if that is here. */
  readonly bring: (session: string, push: StoredPush, turn: Turn) => void
}

/** How long the store may take to say whether a client was given what is not wanted any more. */
const patienceMs = 1_000

export class Asks {
  readonly #options: AsksOptions
  readonly #asks = new Map<Key, Ask>()
  /** Those that the store has, by session and number. */
  readonly #appended = new Map<string, Map<number, Ask>>()
  readonly #deadlines = new Deadlines()

  constructor(options: AsksOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#asks.size
  }

  wakeAt(): number {
    return this.#deadlines.next
  }

  asked({ key, at, session, message, bytes, timeoutMs }: Extract<Input, { kind: 'asked' }>, turn: Turn): void {
    const ask: Ask = { key, session, push: undefined, givenUp: undefined }
    this.#asks.set(key, ask)
    if (bytes > limits.messageBytes) return this.#fail(ask, faults.pushTooLarge, 'queued', turn)
    const leftMs = at + timeoutMs - turn.now
    if (leftMs <= 0) return this.#fail(ask, { ...faults.askTimeout, mayHaveExecuted: false }, 'queued', turn)
    this.#deadlines.set(key, at + timeoutMs)
    const owner = this.#options.owner()
    const target = { to: 'session', session } as const
    const operation: AppendOperation = { op: 'append', target, message, bytes, owner, ask: { timeoutMs: leftMs } }
    turn.ask(operation, (answer, turn) => this.#wasAppended(ask, operation, answer, turn))
  }

  /** The application does not want the answer any more. */
  abandoned(key: Key, turn: Turn): void {
    const ask = this.#asks.get(key)
    if (ask !== undefined) this.#giveUp(ask, faults.askAborted, turn)
  }

  wake(turn: Turn): void {
    for (const key of this.#deadlines.due(turn.now)) {
      const ask = this.#asks.get(key)
      if (ask?.givenUp !== undefined) this.#fail(ask, ask.givenUp.error, 'sent', turn)
      else if (ask !== undefined) this.#giveUp(ask, faults.askTimeout, turn)
    }
  }

  /** The client's answer is in the store. */
  answered(session: string, push: number, answer: AskEnding, turn: Turn): void {
    const ask = this.#appended.get(session)?.get(push)
    if (ask === undefined) return
    if (answer.ok === true) this.#settle(ask, { ok: true, session, message: answer.message }, turn)
    else if (answer.ok === false) this.#fail(ask, answer.error, 'replied', turn)
    else if (answer.ok === 'unknown') this.#fail(ask, faults.pageGone, 'sent', turn)
    else this.#fail(ask, faults.askTrimmed, 'queued', turn)
  }

  /** The session is over: nobody will answer. */
  over(session: string, turn: Turn): void {
    for (const ask of [...(this.#appended.get(session)?.values() ?? [])])
      this.#fail(ask, faults.askedSessionGone, 'sent', turn)
  }

  /** Nothing that was asked can be answered any more. */
  endAll(error: WireError, turn: Turn): void {
    for (const ask of [...this.#asks.values()]) {
      this.#withdraw(ask, turn)
      this.#fail(ask, error, 'sent', turn)
    }
  }

  #wasAppended(ask: Ask, { message }: AppendOperation, answer: Answer<AppendOperation>, turn: Turn): void {
    if (this.#asks.get(ask.key) !== ask) return
    if (answer.status === 'failed') return this.#fail(ask, faults.perhapsAppended, 'queued', turn)
    if (answer.full === true) return this.#fail(ask, faults.tooManyAsks, 'queued', turn)
    const [appended] = answer.appended
    if (appended === undefined) return this.#fail(ask, faults.noSuchSession, 'queued', turn)
    const { session, push } = appended
    ask.push = push
    this.#appended.set(session, (this.#appended.get(session) ?? new Map<number, Ask>()).set(push, ask))
    const dueAt = this.#deadlines.get(ask.key) ?? turn.now
    this.#options.bring(session, { push, message, leftMs: Math.max(0, dueAt - turn.now) }, turn)
    // It was given up while the store had not said what its number is.
    if (ask.givenUp !== undefined) this.#withdraw(ask, turn)
  }

  #giveUp(ask: Ask, error: WireError, turn: Turn): void {
    if (ask.givenUp !== undefined) return
    ask.givenUp = { error }
    this.#deadlines.set(ask.key, turn.now + patienceMs)
    this.#withdraw(ask, turn)
  }

  /** Whether a client was given it, only the store knows. */
  #withdraw(ask: Ask, turn: Turn): void {
    const { session, push, givenUp } = ask
    if (push === undefined) return
    turn.ask({ op: 'withdraw', session, push, owner: this.#options.owner() }, (answer, turn) => {
      if (answer.status === 'ok' && answer.given)
        this.#options.bring(session, { push: answer.push, withdraws: push }, turn)
      if (givenUp === undefined || this.#asks.get(ask.key) !== ask) return
      if (answer.status === 'gone') return this.#fail(ask, faults.askedSessionGone, 'sent', turn)
      // Its answer was faster: a note of it is on its way.
      if (answer.status === 'ended') return
      const notGiven = answer.status === 'ok' && !answer.given
      if (notGiven) this.#fail(ask, { ...givenUp.error, mayHaveExecuted: false }, 'queued', turn)
      else this.#fail(ask, givenUp.error, 'sent', turn)
    })
  }

  #fail(ask: Ask, error: WireError, stage: Extract<AskOutcome, { ok: false }>['stage'], turn: Turn): void {
    this.#settle(ask, { ok: false, error, stage }, turn)
  }

  #settle(ask: Ask, outcome: AskOutcome, turn: Turn): void {
    if (!this.#asks.delete(ask.key)) return
    this.#deadlines.clear(ask.key)
    if (ask.push !== undefined) this.#forget(ask.session, ask.push)
    turn.perform({ kind: 'answered', key: ask.key, outcome })
  }

  #forget(session: string, push: number): void {
    const asks = this.#appended.get(session)
    asks?.delete(push)
    if (asks?.size === 0) this.#appended.delete(session)
  }
}

/** What a client's answer says, in the form in which the store keeps it. */
export const endingOf = (frame: AnswerFrame): AnswerOperation['ending'] =>
  frame.kind === 'answer'
    ? // What was read from JSON can be written as JSON.
      { ok: true, message: JSON.stringify(frame.message) as Json }
    : { ok: false, error: frame.error }

export type AnswerFrame = Extract<ReceivedByServer, { kind: 'answer' | 'answerError' }>
