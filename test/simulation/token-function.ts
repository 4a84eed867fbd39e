/** The token function of somebody's client: it takes its time, fails now and then, and sometimes never answers. */

import type { SeededRandom, VirtualClock } from '@backchat/testing'
import type { ClientFact } from './facts.js'
import type { ClientInput } from './machines.js'
import type { ClientPlan } from './scenario.js'

export interface TokenFunctionOptions {
  readonly client: number
  readonly plan: ClientPlan
  readonly clock: VirtualClock
  /** Decides what becomes of each call. */
  readonly chance: SeededRandom
  readonly feed: (input: ClientInput) => void
  readonly tell: (fact: ClientFact) => void
  /** Acts at once, or when the computer does not sleep any more. */
  readonly whenAwake: (act: () => void) => void
}

export class TokenFunction {
  readonly #options: TokenFunctionOptions
  #isHealed = false

  constructor(options: TokenFunctionOptions) {
    this.#options = options
  }

  /** From now on it answers well. */
  heal(): void {
    this.#isHealed = true
  }

  call(fetch: number): void {
    const { plan, clock, chance, feed, whenAwake } = this.#options
    if (plan.tokenMs === undefined) return feed({ kind: 'tokenFetched', fetch, token: undefined })
    const fate = this.#isHealed ? 1 : chance.at(clock.now()) / plan.tokenFails
    // One in four failures is a function that never answers.
    if (fate < 0.25) return
    clock.after(plan.tokenMs, () => whenAwake(() => this.#answer(fetch, fate >= 1)))
  }

  #answer(fetch: number, ok: boolean): void {
    const { client, plan, feed, tell } = this.#options
    tell({ fact: 'fetched', client, ok })
    if (ok) feed({ kind: 'tokenFetched', fetch, token: `user of ${plan.copy?.of ?? plan.name}` })
    else feed({ kind: 'tokenFailed', fetch, reason: 'as planned' })
  }
}
