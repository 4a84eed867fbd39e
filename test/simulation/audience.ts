/** Who wants to hear which facts: each goes to those alone, in the order in which they came. */

import type { Fact, FactName, FactNamed } from './facts.js'

/** What is done about the facts of some names. */
export type Ears = { readonly [Name in FactName]?: (fact: FactNamed<Name>, now: number) => void }

type Ear = (fact: Fact, now: number) => void

export class Audience {
  readonly #ears = new Map<FactName, Ear[]>()

  add(ears: Ears): void {
    for (const [name, ear] of Object.entries(ears)) {
      // An ear stands under the name of the facts that it takes.
      this.#at(name as FactName).push(ear as Ear)
    }
  }

  tell(fact: Fact, now: number): void {
    const ears = this.#ears.get(fact.fact)
    if (ears) for (const ear of ears) ear(fact, now)
  }

  #at(name: FactName): Ear[] {
    const ears = this.#ears.get(name) ?? []
    this.#ears.set(name, ears)
    return ears
  }
}
