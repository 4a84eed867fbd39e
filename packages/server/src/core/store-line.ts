/** The way to the store: what one turn asks for goes in one call, and answers come back in the order asked. */

import { inWords } from '@backchat/protocol'
import { added, none } from '../added.js'
import type { Operation, Result } from '../store/operations.js'
import type { Store } from '../store/store.js'

/** Operations that belong together, and who waits for their results. */
export interface Errand {
  readonly operations: readonly Operation[]
  readonly answered: (answer: Answer) => void
}

export class StoreLine {
  readonly #store: Store
  #errands: Errand[] = none
  #unanswered = 0
  #failure: string | undefined
  /** Settles when all that was asked before has been answered; undefined while nothing is outstanding. */
  #tail: Promise<void> | undefined

  constructor(store: Store) {
    this.#store = store
  }

  /** Operations that were given to the store and have not been answered. */
  get unanswered(): number {
    return this.#unanswered
  }

  /** Why the last batch failed; undefined when it did not. A batch of nothing says nothing. */
  get failure(): string | undefined {
    return this.#failure
  }

  ask(errand: Errand): void {
    this.#errands = added(this.#errands, errand)
  }

  /** Carries out what was asked since the last call: as one batch, whole and alone. Returns whether there was anything. */
  flush(): boolean {
    if (this.#errands.length === 0) return false
    const errands = this.#errands
    this.#errands = none
    const operations =
      errands.length === 1 && errands[0] ? errands[0].operations : errands.flatMap((errand) => errand.operations)
    this.#unanswered += operations.length
    const answer = this.#apply(operations)
    if (this.#tail === undefined && !(answer instanceof Promise)) this.#hand(errands, operations.length, answer)
    else this.#queue(errands, operations.length, answer)
    return true
  }

  #apply(operations: readonly Operation[]): Answer | Promise<Answer> {
    try {
      const results = this.#store.apply(operations)
      return Array.isArray(results) ? { results } : Promise.resolve(results).then((results) => ({ results }), failure)
    } catch (error) {
      return failure(error)
    }
  }

  /** An answer waits for all earlier ones, so that no result overtakes another. */
  #queue(errands: readonly Errand[], count: number, answer: Answer | Promise<Answer>): void {
    const tail = Promise.all([answer, this.#tail]).then(([answer]) => {
      if (this.#tail === tail) this.#tail = undefined
      this.#hand(errands, count, answer)
    })
    this.#tail = tail
  }

  #hand(errands: readonly Errand[], count: number, answer: Answer): void {
    this.#unanswered -= count
    if (count > 0) this.#failure = 'reason' in answer ? answer.reason : undefined
    hand(errands, answer)
  }
}

/** What came of them; or why it is not known whether they were carried out. */
type Answer = { readonly results: readonly Result[] } | { readonly reason: string }

const failure = (error: unknown): Answer => ({ reason: inWords(error) })

/** Gives each errand the results of its own operations. */
const hand = (errands: readonly Errand[], answer: Answer): void => {
  let start = 0
  for (const { operations, answered } of errands) {
    const end = start + operations.length
    answered('results' in answer && errands.length > 1 ? { results: answer.results.slice(start, end) } : answer)
    start = end
  }
}
