/** What is the matter with the network between clients and server, as the chaos proxy was told. */

import type { LaneFaults } from './lane.js'

/** `up` is client to server. */
export type Direction = 'up' | 'down'
/** Who learns of a cut; the other side goes on believing in a link that is silent. */
export type CutSide = 'client' | 'server' | 'both'
/** By FIN, by RST, or not at all: `silent` leaves both sides with a half-open link. */
export type CutHow = 'fin' | 'rst' | 'silent'
/** What becomes of a new connection: carried, accepted and never answered, or reset. */
export type Dials = 'carried' | 'silent' | 'refused'

/** Faults with the time at which each ends by itself. */
export class Faults {
  readonly #lanes: Record<Direction, LaneFaults> = { up: clear, down: clear }
  #dials: Dials = 'carried'
  readonly #timers = new Map<'flow' | 'dials', NodeJS.Timeout>()
  readonly #changed: () => void

  /** `changed` is told whenever something may pass again. */
  constructor(changed: () => void) {
    this.#changed = changed
  }

  get dials(): Dials {
    return this.#dials
  }

  lane(direction: Direction): LaneFaults {
    return this.#lanes[direction]
  }

  flow(flow: LaneFaults['flow'], directions: readonly Direction[], forMs: number | undefined): void {
    for (const direction of directions) this.#lanes[direction] = { ...this.#lanes[direction], flow }
    this.#endAfter('flow', forMs, () => this.#openFlow())
  }

  delay(delayMs: number, directions: readonly Direction[]): void {
    for (const direction of directions) this.#lanes[direction] = { ...this.#lanes[direction], delayMs }
  }

  answerDials(dials: Dials, forMs: number | undefined): void {
    this.#dials = dials
    this.#endAfter('dials', forMs, () => {
      this.#dials = 'carried'
    })
  }

  /** Everything is well again. */
  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    this.#dials = 'carried'
    this.delay(0, ['up', 'down'])
    this.#openFlow()
  }

  #openFlow(): void {
    for (const direction of ['up', 'down'] as const) {
      this.#lanes[direction] = { ...this.#lanes[direction], flow: 'open' }
    }
    this.#changed()
  }

  #endAfter(name: 'flow' | 'dials', forMs: number | undefined, end: () => void): void {
    clearTimeout(this.#timers.get(name))
    this.#timers.delete(name)
    if (forMs !== undefined) this.#timers.set(name, setTimeout(end, forMs))
  }
}

const clear: LaneFaults = { flow: 'open', delayMs: 0 }
