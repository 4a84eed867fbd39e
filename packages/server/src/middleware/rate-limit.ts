/** How often a session may ask: a bucket of tokens for each, which refills with time; a refusal costs none. */

import type { Clock, WireError } from '@backchat/protocol'

export interface RateLimitOptions {
  /** Tokens that come back each second. */
  readonly perSecond: number
  /** Tokens that a bucket holds. */
  readonly burst: number
}

interface Bucket {
  tokens: number
  /** When it had so many: monotonic milliseconds. */
  at: number
}

export class RateLimit {
  readonly #options: RateLimitOptions
  readonly #clock: Pick<Clock, 'now'>
  readonly #buckets = new Map<string, Bucket>()

  constructor(options: RateLimitOptions, clock: Pick<Clock, 'now'>) {
    this.#options = options
    this.#clock = clock
  }

  /** Takes a token; an error that says when there will be one, when there is none. */
  take(session: string): WireError | undefined {
    const { perSecond, burst } = this.#options
    const now = this.#clock.now()
    const bucket = this.#buckets.get(session) ?? { tokens: burst, at: now }
    const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1_000) * perSecond)
    this.#buckets.set(session, { tokens: tokens < 1 ? tokens : tokens - 1, at: now })
    return tokens < 1 ? tooFast(Math.ceil(((1 - tokens) / perSecond) * 1_000)) : undefined
  }

  /** The session is over. */
  forget(session: string): void {
    this.#buckets.delete(session)
  }
}

const tooFast = (retryAfterMs: number): WireError => ({
  code: 'RATE_LIMITED',
  message: 'Too many messages, too fast.',
  mayHaveExecuted: false,
  retryAfterMs,
})
