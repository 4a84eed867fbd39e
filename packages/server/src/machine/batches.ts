/** Batches that the store has not answered yet, and how to go on with each of their answers. */

import { Few } from '@backchat/protocol'
import type { Result } from '../store/operations.js'
import type { Failed, GoOn, Turn } from './turn.js'

export class Batches {
  readonly #unanswered = new Few<number, readonly GoOn[]>()
  readonly #unsaid: () => void
  #next = 1

  /** `unsaid`: the store did not say what it did, if it did anything. */
  constructor(unsaid: () => void) {
    this.#unsaid = unsaid
  }

  get allAnswered(): boolean {
    return this.#unanswered.size === 0
  }

  /** Sends what a turn asked of the store as one batch. */
  send(turn: Turn): void {
    const { operations, continuations } = turn
    if (operations.length === 0) return
    const batch = this.#next
    this.#next += 1
    this.#unanswered.set(batch, continuations)
    turn.perform({ kind: 'apply', batch, operations })
  }

  /** A store that leaves out a result counts as one that failed there. */
  applied(batch: number, results: readonly Result[], turn: Turn): void {
    const continuations = this.#take(batch)
    if (results.length < continuations.length) this.#unsaid()
    let index = 0
    for (const goOn of continuations) turn.attempt(goOn, results[index++] ?? noResult)
  }

  failed(batch: number, reason: string, turn: Turn): void {
    this.#unsaid()
    for (const goOn of this.#take(batch)) turn.attempt(goOn, { status: 'failed', reason })
  }

  #take(batch: number): readonly GoOn[] {
    const continuations = this.#unanswered.get(batch) ?? []
    this.#unanswered.delete(batch)
    return continuations
  }
}

const noResult: Failed = { status: 'failed', reason: 'The store gave no result.' }
