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

/** Who wants the facts of one name; and, where these bring a frame, who wants one kind of frame alone. */
interface Seats {
  readonly ears: Ear[]
  readonly framed: Map<string, Ear[]> | undefined
}

const framed: ReadonlySet<string> = new Set<Framed>(['sent', 'heard', 'answered'])

export class Audience {
  readonly #seats = new Map<string, Seats>()

  add(ears: Ears): void {
    for (const name of Object.keys(ears)) {
      const { fact, kind } = placeOf(name)
      const { ears: all, framed } = this.#seatsOf(fact)
      // An ear stands under the name of the facts that it takes.
      const ear = ears[name as keyof Ears] as Ear
      if (framed && kind !== undefined) put(framed, kind, ear)
      else all.push(ear)
    }
  }

  /** Who wants that kind of frame alone hears of it first. */
  tell(fact: Fact, now: number): void {
    const seats = this.#seats.get(fact.fact)
    if (!seats) return
    const ears = seats.framed?.get((fact as FactNamed<Framed>).frame.kind)
    if (ears) for (const ear of ears) ear(fact, now)
    for (const ear of seats.ears) ear(fact, now)
  }

  #seatsOf(name: string): Seats {
    const there = this.#seats.get(name)
    if (there) return there
    const seats = { ears: [], framed: framed.has(name) ? new Map<string, Ear[]>() : undefined }
    this.#seats.set(name, seats)
    return seats
  }
}

interface Place {
  readonly fact: string
  readonly kind?: string
}

/** They are the same in every life, and taken apart once. */
const places = new Map<string, Place>()

/** The fact that an ear takes, and the kind of frame if it takes that one alone. */
function placeOf(name: string): Place {
  const known = places.get(name)
  if (known) return known
  const [first = '', kind] = name.split(' ')
  const place = framed.has(first) && kind !== undefined ? { fact: first, kind } : { fact: name }
  places.set(name, place)
  return place
}

function put(ears: Map<string, Ear[]>, key: string, ear: Ear): void {
  const there = ears.get(key)
  if (there) there.push(ear)
  else ears.set(key, [ear])
}
