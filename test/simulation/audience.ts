/** Who wants to hear which facts: each goes to those alone, in the order in which they came. */

import type { Fact, FactName, FactNamed } from './facts.js'

/** What is done about the facts of some names; and about those alone that bring a frame of some kind. */
export type Ears = {
  readonly [Name in FactName]?: (fact: FactNamed<Name>, now: number) => void
} & EarsFor<'sent'> &
  EarsFor<'heard'> &
  EarsFor<'answered'>

/** Facts that bring a frame. */
type Framed = 'sent' | 'heard' | 'answered'
type FrameOf<Name extends Framed> = FactNamed<Name> extends { readonly frame: infer Frame } ? Frame : never
type Kind<Name extends Framed> = FrameOf<Name> extends { readonly kind: infer K extends string } ? K : never
type EarsFor<Name extends Framed> = {
  readonly [K in Kind<Name> as `${Name} ${K}`]?: (fact: FactWith<Name, K>, now: number) => void
}
type FactWith<Name extends Framed, K> = FactNamed<Name> & {
  readonly frame: Extract<FrameOf<Name>, { readonly kind: K }>
}

type Ear = (fact: Fact, now: number) => void

export class Audience {
  readonly #ears = new Map<string, Ear[]>()
  /** Who wants one kind of frame alone: by the name of the fact, then by that kind. */
  readonly #framed = new Map<string, Map<string, Ear[]>>([
    ['sent', new Map()],
    ['heard', new Map()],
    ['answered', new Map()],
  ])

  add(ears: Ears): void {
    for (const [name, ear] of Object.entries(ears)) {
      const [first = '', kind] = name.split(' ')
      const framed = kind === undefined ? undefined : this.#framed.get(first)
      // An ear stands under the name of the facts that it takes.
      if (framed && kind !== undefined) put(framed, kind, ear as Ear)
      else put(this.#ears, name, ear as Ear)
    }
  }

  /** Who wants that kind of frame alone hears of it first. */
  tell(fact: Fact, now: number): void {
    const ears = 'frame' in fact ? this.#framed.get(fact.fact)?.get(fact.frame.kind) : undefined
    if (ears) for (const ear of ears) ear(fact, now)
    const others = this.#ears.get(fact.fact)
    if (others) for (const ear of others) ear(fact, now)
  }
}

function put(ears: Map<string, Ear[]>, key: string, ear: Ear): void {
  const there = ears.get(key)
  if (there) there.push(ear)
  else ears.set(key, [ear])
}
