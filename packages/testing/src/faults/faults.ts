/** What is the matter with the way between clients and server, at this moment and for how long. */

import type { Clock } from '@backchat/protocol'

/** `up` is client to server. */
export type Direction = 'up' | 'down'
/** Who learns of a cut; the other side goes on believing in a link that is silent. */
export type CutSide = 'client' | 'server' | 'both'
/** By FIN, by RST, or not at all: `silent` leaves both sides with a half-open link. */
export type CutHow = 'fin' | 'rst' | 'silent'
/** What becomes of a new connection: carried, accepted and never answered, or reset. */
export type Dials = 'carried' | 'silent' | 'refused'

/** What is the matter with one direction. */
export interface LaneFaults {
  /** `hole`: what is sent vanishes. `stall`: it waits, and back-pressure follows. */
  readonly flow: 'open' | 'hole' | 'stall'
  readonly delayMs: number
}

/** Faults of both directions and of new connections; those with a time end by themselves. */
export class Faults {
  readonly #lanes: Record<Direction, LaneFaults> = { up: clear, down: clear }
  #dials: Dials = 'carried'
  readonly #ends = new Map<'flow' | 'dials', () => void>()
  readonly #after: Clock['after']
  readonly #changed: () => void

  /** `changed` is told whenever something may pass again. */
  constructor(after: Clock['after'], changed: () => void) {
    this.#after = after
    this.#changed = changed
  }

  get dials(): Dials {
    return this.#dials
  }

  lane(direction: Direction): LaneFaults {
    return this.#lanes[direction]
  }

  flow(flow: LaneFaults['flow'], direction: Direction | 'both', forMs: number | undefined): void {
    this.#change(direction, { flow })
    this.#endAfter('flow', forMs, () => this.#openFlow())
  }

  delay(delayMs: number, direction: Direction | 'both'): void {
    this.#change(direction, { delayMs })
  }

  answerDials(dials: Dials, forMs: number | undefined): void {
    this.#dials = dials
    this.#endAfter('dials', forMs, () => {
      this.#dials = 'carried'
    })
  }

  /** Everything is well again. */
  clear(): void {
    for (const callOff of this.#ends.values()) callOff()
    this.#ends.clear()
    this.#dials = 'carried'
    this.delay(0, 'both')
    this.#openFlow()
  }

  #openFlow(): void {
    this.#change('both', { flow: 'open' })
    this.#changed()
  }

  #change(direction: Direction | 'both', change: Partial<LaneFaults>): void {
    const directions = direction === 'both' ? (['up', 'down'] as const) : [direction]
    for (const each of directions) this.#lanes[each] = { ...this.#lanes[each], ...change }
  }

  #endAfter(name: 'flow' | 'dials', forMs: number | undefined, end: () => void): void {
    this.#ends.get(name)?.()
    this.#ends.delete(name)
    if (forMs !== undefined) this.#ends.set(name, this.#after(forMs, end))
  }
}

const clear: LaneFaults = { flow: 'open', delayMs: 0 }
