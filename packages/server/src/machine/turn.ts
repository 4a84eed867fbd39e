/** What all that a tick brought leads to: effects in order, and operations for the store, which leave as one batch. */

import type { Json, ServerFrame } from '@backchat/protocol'
import { added, none } from '../added.js'
import type { Operation, ResultOf } from '../store/operations.js'
import type { Effect } from './effects.js'
import type { LinkId } from './inputs.js'

/** What becomes of an operation: its result, or that its batch failed, which means that it was perhaps carried out. */
export type Answer<O extends Operation> = ResultOf<O> | Failed
export interface Failed {
  readonly status: 'failed'
  readonly reason: string
}

/** Goes on when the answer is there. Much may have happened since: whoever goes on looks first whether its link, session or run is still the same. */
export type Continue<O extends Operation> = (answer: Answer<O>, turn: Turn) => void

/** The same, whatever was asked. */
export type GoOn = Continue<Operation>

export class Turn {
  readonly now: number
  effects: Effect[] = none
  /** What is asked of the store; and how to go on after each, in the same place. */
  operations: Operation[] = none
  continuations: GoOn[] = none
  readonly #failed: (error: unknown) => void

  /** `failed` is told of a bug of ours; default: it is thrown. */
  constructor(now: number, failed = thrown) {
    this.now = now
    this.#failed = failed
  }

  /** Goes on with something. When it throws, nothing but what itself has led to is lost. */
  attempt<About>(goOn: (about: About, turn: Turn) => void, about: About): void {
    const effects = this.effects.length
    const operations = this.operations.length
    try {
      goOn(about, this)
    } catch (error) {
      this.effects.length = effects
      this.operations.length = operations
      this.continuations.length = operations
      this.#failed(error)
    }
  }

  perform(effect: Effect): void {
    this.effects = added(this.effects, effect)
  }

  transmit(link: LinkId, frame: ServerFrame<Json>): void {
    this.perform({ kind: 'transmit', link, frame })
  }

  abandon(link: LinkId, code: number, reason: string): void {
    this.perform({ kind: 'abandon', link, code, reason })
  }

  /** Asks the store. The answer comes in a later turn, after the answers of all that was asked before. */
  ask<O extends Operation>(operation: O, goOn: Continue<O>): void {
    this.operations = added(this.operations, operation)
    // The answer stands in the place of its operation, so its type is the operation's.
    this.continuations = added(this.continuations, goOn as GoOn)
  }
}

const thrown = (error: unknown): void => {
  throw error
}
