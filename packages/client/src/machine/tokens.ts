/** The token of the living link: another one is fetched and sent before it ends, and the session goes on [P-34]. */

import { isLongerThan, limits, type Random, redialMs } from '@backchat/protocol'
import { notRun } from './faults.js'
import type { Out } from './out.js'
import { timing } from './timing.js'
import type { TokenQuestion } from './token-question.js'

/** What is done at `until`. */
type State =
  /** The server took it. Then another one is wanted. */
  | { readonly state: 'valid'; readonly until: number }
  /** Another one is fetched. Then that has failed. */
  | { readonly state: 'asking'; readonly until: number }
  /** It could not be fetched. Then it is tried again. */
  | { readonly state: 'failed'; readonly until: number }
  /** It is sent. The server says the rest. */
  | { readonly state: 'sent'; readonly until: number }

export class Tokens {
  readonly #out: Out
  readonly #random: Random
  readonly #question: TokenQuestion
  #state: State = { state: 'valid', until: Infinity }
  /** The link was greeted with one. */
  #known = false
  #since = 0
  /** Since the last one was taken, all delays after failures. */
  #waitedMs = 0
  /** How many were sent and not answered: only the last answer is about the newest one. */
  #unanswered = 0

  constructor(out: Out, random: Random, question: TokenQuestion) {
    this.#out = out
    this.#random = random
    this.#question = question
  }

  /** Whether the server owes an answer. */
  get outstanding(): boolean {
    return this.#state.state === 'sent'
  }

  wakeAt(): number {
    return this.#state.until
  }

  /** A link is greeted with this token. */
  greet(token: string | undefined): void {
    this.#known = token !== undefined
    this.#unanswered = 0
  }

  /** The server took the token, which ends after that time, or never. */
  accepted(now: number, expiresInMs = Infinity): void {
    this.#since = now
    this.#waitedMs = 0
    this.#state = { state: 'valid', until: now + Math.max(expiresInMs * (4 / 5), timing.tokenLeastMs) }
  }

  /** The server took one that was sent here. If it is the newest, and no other is on its way, somebody may wait for that. */
  authorized(now: number, expiresInMs: number | undefined): void {
    this.#unanswered -= 1
    if (this.#unanswered > 0 || this.#state.state === 'asking') return
    this.#unanswered = 0
    this.accepted(now, expiresInMs)
    this.#out.emit({ kind: 'authorized' })
  }

  /** The application has another one. */
  renew(now: number): void {
    this.#state = { state: 'asking', until: this.#question.ask(now) }
  }

  /** The server says that the token has ended. False when there is none. */
  ended(now: number): boolean {
    const { state, until } = this.#state
    if (!this.#known) return false
    // Not again and again, though, where each one has ended when it arrives.
    if (state === 'valid') {
      this.#state = { state, until: Math.min(until, Math.max(now, this.#since + timing.tokenLeastMs)) }
    }
    return true
  }

  /** False when there is no token any more, which only a new greeting can say. */
  fetched(fetch: number, token: string | undefined, now: number): boolean {
    if (!this.#awaited(fetch, now)) return true
    if (token === undefined) return false
    if (isLongerThan(token, limits.tokenBytes)) this.#fail(`The token is longer than ${limits.tokenBytes} bytes.`, now)
    else this.#send(token)
    return true
  }

  failed(fetch: number, reason: string, now: number): void {
    if (this.#awaited(fetch, now)) this.#fail(`The token function failed: ${reason}.`, now)
  }

  /** What the time says. */
  pass(now: number): void {
    if (now < this.#state.until) return
    if (this.#state.state === 'asking') this.#fail(`No token within ${timing.tokenMs} ms.`, now)
    else this.renew(now)
  }

  #send(token: string): void {
    this.#unanswered += 1
    this.#state = { state: 'sent', until: Infinity }
    this.#out.transmit({ kind: 'token', token })
  }

  #awaited(fetch: number, now: number): boolean {
    const counts = this.#question.answer(fetch)
    if (this.#state.state !== 'asking') return false
    // It is no answer, or one of old credentials: another one is waited for.
    if (!counts) this.renew(now)
    return counts
  }

  /** The link lives on, so that no status tells of it: the first failure in a row does. */
  #fail(why: string, now: number): void {
    if (this.#waitedMs === 0) this.#out.emit({ kind: 'report', error: notRun('HANDLER_FAILED', why, 'queued') })
    const delayMs = redialMs(this.#waitedMs, this.#random())
    this.#waitedMs += delayMs
    this.#state = { state: 'failed', until: now + delayMs }
  }
}
