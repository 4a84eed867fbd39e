/** A store for tests of one part: what is asked waits until the test answers. */

import type { Operation } from '../store/operations.js'
import type { Effect } from './effects.js'
import { type Answer, type GoOn, Turn } from './turn.js'

export class TestStore {
  readonly effects: Effect[] = []
  readonly #asked: Operation[] = []
  readonly #continuations: GoOn[] = []

  /** One turn. */
  act(now: number, what: (turn: Turn) => void): void {
    const turn = new Turn(now)
    what(turn)
    this.effects.push(...turn.effects)
    this.#asked.push(...turn.operations)
    this.#continuations.push(...turn.continuations)
  }

  /** What has not been answered, oldest first. */
  get asked(): readonly Operation[] {
    return this.#asked
  }

  /** Answers the oldest question. */
  answer(answer: Answer<Operation>, now: number): Operation {
    const operation = this.#asked.shift()
    const goOn = this.#continuations.shift()
    if (operation === undefined || goOn === undefined) throw new Error('Nothing was asked.')
    this.act(now, (turn) => goOn(answer, turn))
    return operation
  }
}

export const failed = { status: 'failed', reason: 'no disk' } as const
