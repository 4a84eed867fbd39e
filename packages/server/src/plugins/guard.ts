/** The policies of `cockatiel` around the handler of one type. */

import type { Clock } from '@backchat/protocol'
import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  type IBackoff,
  type IPolicy,
  noop,
  type RetryPolicy,
  retry,
} from 'cockatiel'
import { dayMs, type NumberSetting, numberOf } from '../core/setting.js'
import { systemClock } from '../core/system.js'
import { errorOf } from '../handlers/error.js'
import type { RecoveryPolicy } from './recovery.js'

const mostDelayMs = 2_000

export const recoveryNumbers = {
  attempts: {
    name: 'recovery: retry.attempts',
    otherwise: 3,
    least: 1,
    most: 1_000,
    meaning: 'How often a handler of an idempotent type is called for one message.',
  },
  delay: {
    name: 'recovery: retry.delay',
    unit: 'ms',
    otherwise: 100,
    least: 1,
    most: dayMs,
    meaning:
      'Before the second call; then more each time, at most 2000 or this. All of it has to fit into the time of the handler.',
  },
  failures: {
    name: 'recovery: breaker.failures',
    otherwise: 5,
    least: 1,
    most: 1_000_000,
    meaning: 'Failures in a row after which a type is left alone.',
  },
  open: {
    name: 'recovery: breaker.open',
    unit: 'ms',
    otherwise: 10_000,
    least: 1,
    most: dayMs,
    meaning: 'For how long it is left alone; then one message tries whether it works again.',
  },
} as const satisfies Record<string, NumberSetting>

export class Guard {
  readonly #breaker: CircuitBreakerPolicy | undefined
  readonly #once: IPolicy
  readonly #again: RetryPolicy | undefined
  readonly #backoff: ExponentialBackoff<unknown>
  readonly #clock: Pick<Clock, 'after'>
  readonly #openMs: number
  #openedAt = 0

  /** @throws TypeError when a number makes no sense. */
  constructor(
    { retry: tries = {}, breaker = {} }: RecoveryPolicy,
    isFailure: (error: unknown) => boolean,
    clock: Pick<Clock, 'after'> = systemClock,
  ) {
    this.#clock = clock
    const failures = handleWhen((error) => !(error instanceof BrokenCircuitError) && isFailure(error))
    this.#openMs = breaker === false ? 0 : numberOf(recoveryNumbers.open, breaker.open)
    if (breaker !== false) {
      const consecutive = new ConsecutiveBreaker(numberOf(recoveryNumbers.failures, breaker.failures))
      this.#breaker = circuitBreaker(failures, { halfOpenAfter: this.#openMs, breaker: consecutive })
      this.#breaker.onBreak(() => {
        this.#openedAt = performance.now()
      })
    }
    this.#once = this.#breaker ?? noop
    const { attempts, delay } = tries || {}
    const initialDelay = numberOf(recoveryNumbers.delay, delay)
    this.#backoff = new ExponentialBackoff({ initialDelay, maxDelay: Math.max(mostDelayMs, initialDelay) })
    const maxAttempts = numberOf(recoveryNumbers.attempts, attempts) - 1
    // It waits without a delay of its own, which nobody could call off.
    this.#again = tries === false ? undefined : retry(failures, { maxAttempts })
  }

  /** Rejects with what it threw the last time, or at once while the type is left alone. */
  async run(work: () => Promise<void>, mayRepeat: boolean, signal: AbortSignal): Promise<void> {
    // While one tries whether it works again, cockatiel would let others wait for it, for as long as it takes.
    if (this.#breaker?.state === CircuitState.HalfOpen) throw new BrokenCircuitError()
    if (this.#again === undefined || !mayRepeat) return this.#once.execute(work, signal)
    let backoff: IBackoff<unknown> | undefined
    await this.#again.execute(async ({ attempt }) => {
      if (attempt > 0) {
        backoff = (backoff ?? this.#backoff).next(undefined)
        await this.#pause(backoff.duration, signal)
      }
      await this.#once.execute(work, signal)
    }, signal)
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

  /** Rejects as soon as the run is called off, and leaves no timer. */
  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      const calledOff = () => {
        cancel()
        reject(signal.reason)
      }
      const cancel = this.#clock.after(ms, () => {
        signal.removeEventListener('abort', calledOff)
        resolve()
      })
      signal.addEventListener('abort', calledOff, { once: true })
    })
  }
}

const leastWaitMs = 100

const leftAlone = {
  code: 'OVERLOADED',
  message: 'The handler has failed again and again and is left alone for a while.',
  mayHaveExecuted: false,
} as const
