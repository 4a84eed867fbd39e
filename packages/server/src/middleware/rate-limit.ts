/**
 * How often a session may ask, and how often all sessions of a user together. A session outlives its links, so nobody gets
 * a fresh allowance by connecting anew.
 */

import type { WireError } from '@backchat/protocol'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

export interface Rate {
  /** Messages each second, over a whole window. */
  readonly perSecond: number
  /** Messages of one window, which lasts until the rate allows as many: `burst / perSecond` seconds. */
  readonly burst: number
}

export interface RateLimitOptions extends Rate {
  /** Of all sessions of a user together. */
  readonly perUser?: Rate | undefined
}

export class RateLimit {
  readonly #sessions: Allowance
  readonly #users: Allowance | undefined

  constructor({ perUser, ...perSession }: RateLimitOptions) {
    this.#sessions = new Allowance(perSession)
    this.#users = perUser && new Allowance(perUser)
  }

  /** Counts a message; an error that says when to come again, when it is too many. Never rejects. */
  async take(session: string, user: string): Promise<WireError | undefined> {
    const sessionWaitMs = await this.#sessions.take(session)
    const userWaitMs = (await this.#users?.take(user)) ?? 0
    if (sessionWaitMs === 0 && userWaitMs === 0) return undefined
    // What one refuses costs nothing with the other.
    if (sessionWaitMs === 0) await this.#sessions.giveBack(session)
    else if (userWaitMs === 0) await this.#users?.giveBack(user)
    return tooFast(Math.max(sessionWaitMs, userWaitMs))
  }

  /** The session is over, and with it the guest whose it was. What another user has used stays used. */
  forget(session: string, guest?: string): void {
    this.#sessions.forget(session)
    if (guest !== undefined) this.#users?.forget(guest)
  }

  /** Nobody asks any more: no timer is left. */
  close(): void {
    this.#sessions.close()
    this.#users?.close()
  }
}

/** What each of many may still do in its current window. */
class Allowance {
  readonly #limiter: RateLimiterMemory
  readonly #windowMs: number

  constructor({ perSecond, burst }: Rate) {
    const windowSeconds = burst / perSecond
    this.#windowMs = windowSeconds * 1_000
    this.#limiter = new RateLimiterMemory({ points: burst, duration: windowSeconds })
  }

  /** Milliseconds until there is a new window; 0 when there was room in this one. */
  async take(key: string): Promise<number> {
    try {
      await this.#limiter.consume(key)
      return 0
    } catch (full) {
      if (!(full instanceof RateLimiterRes)) throw full
      // It goes by the wall clock, which may have been put back; the window ends all the same.
      return Math.ceil(Math.min(Math.max(full.msBeforeNext, 1), this.#windowMs))
    }
  }

  async giveBack(key: string): Promise<void> {
    await this.#limiter.reward(key)
  }

  forget(key: string): void {
    void this.#limiter.delete(key)
  }

  /** The limiter keeps a timer for each window. */
  close(): void {
    for (const { key } of this.#limiter.dump().storage) this.forget(String(key))
  }
}

const tooFast = (retryAfterMs: number): WireError => ({
  code: 'RATE_LIMITED',
  message: 'Too many messages, too fast.',
  mayHaveExecuted: false,
  retryAfterMs,
})
