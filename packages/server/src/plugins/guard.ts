/** The policies of `cockatiel` around the handler of one type. */

import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  type IPolicy,
  noop,
  retry,
  wrap,
} from 'cockatiel'
import { milliseconds } from '../core/settings.js'
import { errorOf } from '../handlers/error.js'
import type { RecoveryPolicy } from './recovery.js'

const mostDelayMs = 2_000

export class Guard {
  readonly #breaker: CircuitBreakerPolicy | undefined
  readonly #once: IPolicy
  readonly #again: IPolicy
  readonly #openMs: number
  #openedAt = 0

  /** @throws TypeError when a number makes no sense. */
  constructor({ retry: tries = {}, breaker = {} }: RecoveryPolicy, isFailure: (error: unknown) => boolean) {
    const failures = handleWhen((error) => !(error instanceof BrokenCircuitError) && isFailure(error))
    this.#openMs = breaker === false ? 0 : milliseconds('breaker.open', breaker.open, 10_000)
    if (breaker !== false) {
      const consecutive = new ConsecutiveBreaker(count('breaker.failures', breaker.failures, 5))
      this.#breaker = circuitBreaker(failures, { halfOpenAfter: this.#openMs, breaker: consecutive })
      this.#breaker.onBreak(() => {
        this.#openedAt = performance.now()
      })
    }
    this.#once = this.#breaker ?? noop
    if (tries === false) {
      this.#again = this.#once
      return
    }
    const initialDelay = milliseconds('retry.delay', tries.delay, 100)
    const backoff = new ExponentialBackoff({ initialDelay, maxDelay: Math.max(mostDelayMs, initialDelay) })
    const maxAttempts = count('retry.attempts', tries.attempts, 3) - 1
    // A delay keeps no process alive.
    this.#again = wrap(retry(failures, { maxAttempts, backoff }).dangerouslyUnref(), this.#once)
  }

  /** Rejects with what it threw the last time, or at once while the type is left alone. */
  async run(work: () => Promise<void>, mayRepeat: boolean, signal: AbortSignal): Promise<void> {
    // While one tries whether it works again, cockatiel would let others wait for it, for as long as it takes.
    if (this.#breaker?.state === CircuitState.HalfOpen) throw new BrokenCircuitError()
    await (mayRepeat ? this.#again : this.#once).execute(work, signal)
  }

  isOpenError(error: unknown): boolean {
    return error instanceof BrokenCircuitError
  }

  /** As the caller is to be told it. */
  typed(error: unknown): unknown {
    if (!this.isOpenError(error)) return error
    const leftMs = Math.ceil(this.#openMs - (performance.now() - this.#openedAt))
    return errorOf({ ...leftAlone, retryAfterMs: Math.max(leftMs, leastWaitMs) })
  }
}

const leastWaitMs = 100

const leftAlone = {
  code: 'OVERLOADED',
  message: 'The handler has failed again and again and is left alone for a while.',
  mayHaveExecuted: false,
} as const

const count = (name: string, value: number | undefined, otherwise: number): number => {
  if (value === undefined) return otherwise
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new TypeError(`${name} is a whole number from 1, not ${String(value)}.`)
}
