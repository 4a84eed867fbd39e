/** A store for tests of one part: what is asked waits until the test answers. */

import type { Operation } from '../store/operations.js'
import type { Effect } from './effects.js'
import { type Answer, type Question, Turn } from './turn.js'

export class TestStore {
  readonly effects: Effect[] = []
  readonly #asked: Question[] = []

  /** One turn. */
  act(now: number, what: (turn: Turn) => void): void {
    const turn = new Turn(now)
    what(turn)
    this.effects.push(...turn.effects)
    this.#asked.push(...turn.questions)
  }

  /** What has not been answered, oldest first. */
  get asked(): readonly Operation[] {
    return this.#asked.map(({ operation }) => operation)
  }

  /** Answers the oldest question. */
  answer(answer: Answer<Operation>, now: number): Operation {
    const question = this.#asked.shift()
    if (question === undefined) throw new Error('Nothing was asked.')
    this.act(now, (turn) => question.goOn(answer, turn))
    return question.operation
  }
}

export const failed = { status: 'failed', reason: 'no disk' } as const
