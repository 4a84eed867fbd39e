/** When one message got to each stage here. Nearly nobody asks, so the trace is made when somebody does. */

import type { Trace, TraceStep } from '@backchat/protocol'

/** Milliseconds since 1970; undefined until then. */
export class Stages {
  readonly receivedAt: number
  repliedAt: number | undefined
  #startedAt: number | undefined
  /** Each time that the handler was called again. */
  #startedAgainAt: readonly number[] = never

  constructor(receivedAt: number) {
    this.receivedAt = receivedAt
  }

  /** The handler is called, for the first time or again. */
  started(atMs: number): void {
    if (this.#startedAt === undefined) this.#startedAt = atMs
    else this.#startedAgainAt = [...this.#startedAgainAt, atMs]
  }

  get trace(): Trace {
    const steps: TraceStep[] = [{ stage: 'received', atMs: this.receivedAt }]
    if (this.#startedAt !== undefined) steps.push({ stage: 'started', atMs: this.#startedAt })
    for (const atMs of this.#startedAgainAt) steps.push({ stage: 'started', atMs })
    if (this.repliedAt !== undefined) steps.push({ stage: 'replied', atMs: this.repliedAt })
    return steps
  }
}

const never: readonly number[] = []
