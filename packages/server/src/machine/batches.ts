/** Batches that the store has not answered yet, and how to go on with each of their answers. */

import { Few } from '@backchat/protocol'
import type { Result } from '../store/operations.js'
import type { Failed, Question, Turn } from './turn.js'

export class Batches {
  readonly #unanswered = new Few<number, readonly Question[]>()
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
    if (turn.questions.length === 0) return
    const batch = this.#next
    this.#next += 1
    this.#unanswered.set(batch, turn.questions)
    turn.perform({ kind: 'apply', batch, operations: turn.questions.map(({ operation }) => operation) })
  }

  /** A store that leaves out a result counts as one that failed there. */
  applied(batch: number, results: readonly Result[], turn: Turn): void {
    const questions = this.#take(batch)
    if (results.length < questions.length) this.#unsaid()
    let index = 0
    for (const { goOn } of questions) turn.attempt(goOn, results[index++] ?? noResult)
  }

  failed(batch: number, reason: string, turn: Turn): void {
    this.#unsaid()
    for (const { goOn } of this.#take(batch)) turn.attempt(goOn, { status: 'failed', reason })
  }

  #take(batch: number): readonly Question[] {
    const questions = this.#unanswered.get(batch) ?? []
    this.#unanswered.delete(batch)
    return questions
  }
}

const noResult: Failed = { status: 'failed', reason: 'The store gave no result.' }
