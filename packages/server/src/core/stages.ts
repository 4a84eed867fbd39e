/** When one message got to each stage here. Nearly nobody asks, so the trace is made when somebody does. */

import type { Trace, TraceStep } from '@backchat/protocol'

/** In milliseconds since 1970, NaN until then: V8 writes over a field in its place where it has always held a number. */
export class Stages {
  #receivedAt = Number.NaN
  #startedAt = Number.NaN
  #repliedAt = Number.NaN
  /** Each time that the handler was called again. */
  #startedAgainAt: readonly number[] = never

  constructor(receivedAt: number) {
    this.#receivedAt = receivedAt
  }

  /** Becomes what another one is now. */
  copy(other: Stages): void {
    this.#receivedAt = other.#receivedAt
    this.#startedAt = other.#startedAt
    this.#repliedAt = other.#repliedAt
    this.#startedAgainAt = other.#startedAgainAt
  }

  /** The handler is called, for the first time or again. */
  started(atMs: number): void {
    if (Number.isNaN(this.#startedAt)) this.#startedAt = atMs
    else this.#startedAgainAt = [...this.#startedAgainAt, atMs]
  }

  replied(atMs: number): void {
    this.#repliedAt = atMs
  }

  get trace(): Trace {
    const steps: TraceStep[] = [{ stage: 'received', atMs: this.#receivedAt }]
    if (!Number.isNaN(this.#startedAt)) steps.push({ stage: 'started', atMs: this.#startedAt })
    for (const atMs of this.#startedAgainAt) steps.push({ stage: 'started', atMs })
    if (!Number.isNaN(this.#repliedAt)) steps.push({ stage: 'replied', atMs: this.#repliedAt })
    return steps
  }
}

const never: readonly number[] = []
