/** When an operator should look: each rule judges samples of the figures, and is raised and resolved by turns. Pure. */

import type { Alert, AlertRule } from '../../api.js'

/** What the rules look at, taken at intervals. */
export interface Sample {
  /** Monotonic milliseconds. */
  readonly at: number
  /** For how long each handler that runs has been silent, in milliseconds. */
  readonly silentMs: readonly number[]
  /** Runs that ended, and those that went wrong on this side, since the start. */
  readonly handled: number
  readonly failed: number
  /** The 99th percentile since the last sample, in milliseconds. */
  readonly eventLoopDelayMs: number
  /** What waits: requests and store operations. */
  readonly queue: number
  /** Links refused for who they are, since the start. */
  readonly authFailures: number
}

/** The limits. A rule without them is off. */
export interface Limits {
  /** Rates are measured over this time, in milliseconds. */
  readonly windowMs: number
  readonly stuckHandlers: { readonly afterMs: number } | undefined
  readonly errorRate: { readonly share: number; readonly least: number } | undefined
  readonly eventLoopDelay: { readonly ms: number } | undefined
  readonly queueGrowth: { readonly least: number; readonly samples: number } | undefined
  readonly authFailures: { readonly most: number } | undefined
}

/** An alert before it has a date. */
export type Change = Omit<Alert, 'at'>

interface Judgement {
  readonly rule: AlertRule
  /** Whether it is to be raised, if it is not; and whether it stays, if it is. */
  readonly raises: boolean
  readonly holds: boolean
  readonly value: number
  readonly limit: number
  readonly raised: string
  readonly resolved: string
}

/** The delay must be there in two samples in a row: one pause for collecting garbage is no reason to wake somebody. */
const slowSamples = 2

export class Rules {
  readonly #limits: Limits
  /** Within the window, and the last one before it; oldest first. */
  readonly #samples: Sample[] = []
  #slow = 0
  #growing = 0
  readonly #raised = new Set<AlertRule>()

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** What changed with this sample: each rule at most once. */
  take(sample: Sample): readonly Change[] {
    const last = this.#samples.at(-1)
    this.#keep(sample)
    const judgements = [
      this.#stuckHandlers(sample),
      this.#errorRate(sample),
      this.#eventLoopDelay(sample),
      this.#queueGrowth(sample, last),
      this.#authFailures(sample),
    ]
    return judgements.flatMap((judgement) => (judgement === undefined ? [] : this.#changes(judgement)))
  }

  #changes({ rule, raises, holds, value, limit, raised, resolved }: Judgement): readonly Change[] {
    const was = this.#raised.has(rule)
    if (was ? holds : !raises) return []
    if (was) this.#raised.delete(rule)
    else this.#raised.add(rule)
    return [{ rule, state: was ? 'resolved' : 'raised', message: was ? resolved : raised, value, limit }]
  }

  /** Forgets what is older than the window, but for the sample that the window is measured from. */
  #keep(sample: Sample): void {
    this.#samples.push(sample)
    const begin = sample.at - this.#limits.windowMs
    for (let next = this.#samples[1]; next !== undefined && next.at <= begin; next = this.#samples[1])
      this.#samples.shift()
  }

  /** How much a total has grown in the window. */
  #inWindow(sample: Sample, total: 'handled' | 'failed' | 'authFailures'): number {
    return sample[total] - (this.#samples[0] ?? sample)[total]
  }

  #stuckHandlers({ silentMs }: Sample): Judgement | undefined {
    const limits = this.#limits.stuckHandlers
    if (limits === undefined) return undefined
    const value = silentMs.filter((ms) => ms >= limits.afterMs).length
    return {
      rule: 'stuck-handlers',
      raises: value > 0,
      holds: value > 0,
      value,
      limit: 0,
      raised: `${value} handler(s) have said nothing for ${limits.afterMs} ms or longer.`,
      resolved: 'No handler is stuck any more.',
    }
  }

  #errorRate(sample: Sample): Judgement | undefined {
    const limits = this.#limits.errorRate
    if (limits === undefined) return undefined
    const handled = this.#inWindow(sample, 'handled')
    const value = handled === 0 ? 0 : this.#inWindow(sample, 'failed') / handled
    const percent = Math.round(value * 100)
    return {
      rule: 'error-rate',
      raises: handled >= limits.least && value >= limits.share,
      holds: value >= limits.share,
      value,
      limit: limits.share,
      raised: `${percent} % of ${handled} requests went wrong in the last ${this.#limits.windowMs} ms.`,
      resolved: `${percent} % of ${handled} requests went wrong in the last ${this.#limits.windowMs} ms.`,
    }
  }

  #eventLoopDelay({ eventLoopDelayMs: value }: Sample): Judgement | undefined {
    const limits = this.#limits.eventLoopDelay
    if (limits === undefined) return undefined
    this.#slow = value >= limits.ms ? this.#slow + 1 : 0
    return {
      rule: 'event-loop-delay',
      raises: this.#slow >= slowSamples,
      holds: this.#slow > 0,
      value,
      limit: limits.ms,
      raised: `The event loop is held up for ${Math.round(value)} ms.`,
      resolved: `The event loop is held up for ${Math.round(value)} ms only.`,
    }
  }

  #queueGrowth({ queue: value }: Sample, last: Sample | undefined): Judgement | undefined {
    const limits = this.#limits.queueGrowth
    if (limits === undefined) return undefined
    this.#growing = last !== undefined && value > last.queue ? this.#growing + 1 : 0
    return {
      rule: 'queue-growth',
      raises: value >= limits.least && this.#growing >= limits.samples,
      // It may stand still for a while, and is no shorter for that.
      holds: value >= limits.least,
      value,
      limit: limits.least,
      raised: `${value} requests and store operations wait, and more each time.`,
      resolved: `${value} requests and store operations wait.`,
    }
  }

  #authFailures(sample: Sample): Judgement | undefined {
    const limits = this.#limits.authFailures
    if (limits === undefined) return undefined
    const value = this.#inWindow(sample, 'authFailures')
    return {
      rule: 'auth-failures',
      raises: value > limits.most,
      holds: value > limits.most,
      value,
      limit: limits.most,
      raised: `${value} links were refused for who they are in the last ${this.#limits.windowMs} ms.`,
      resolved: `${value} links were refused for who they are in the last ${this.#limits.windowMs} ms.`,
    }
  }
}
