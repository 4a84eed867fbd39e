/** One direction of a link in memory: things go in, take their time, and come out in the order they went in. */

import type { Clock } from '@backchat/protocol'
import type { LaneFaults } from '../faults/faults.js'

export interface MemoryLaneOptions<T> {
  readonly clock: Clock
  readonly latencyMs: () => number
  readonly faults: () => LaneFaults
  readonly arrived: (thing: T) => void
}

export class MemoryLane<T> {
  readonly #options: MemoryLaneOptions<T>
  #underWay: { readonly due: number; readonly thing: T }[] = []
  #callOff: (() => void) | undefined
  #state: 'flowing' | 'lossy' = 'flowing'

  constructor(options: MemoryLaneOptions<T>) {
    this.#options = options
  }

  /** Something vanished in it; nothing after that may arrive. */
  get lossy(): boolean {
    return this.#state === 'lossy'
  }

  get underWay(): readonly T[] {
    return this.#underWay.map(({ thing }) => thing)
  }

  /** How much is under way. */
  get length(): number {
    return this.#underWay.length
  }

  send(thing: T): void {
    if (this.#state === 'lossy') return
    const { clock, latencyMs, faults } = this.#options
    const takesMs = latencyMs() + faults().delayMs
    // What is sent later waits behind what was sent before, even if it takes less time.
    this.#underWay.push({ due: clock.now() + takesMs, thing })
    // Even what takes no time arrives in a turn of its own.
    if (this.#underWay.length === 1) this.#wait(takesMs)
  }

  /** From now on everything vanishes, also what is under way. */
  lose(): void {
    this.#state = 'lossy'
    this.#underWay = []
    this.#callOff?.()
    this.#callOff = undefined
  }

  /** Lets arrive what may arrive now, and waits for the rest. */
  pump(): void {
    this.#callOff?.()
    this.#callOff = undefined
    for (let next = this.#underWay[0]; next && this.#options.faults().flow !== 'stall'; next = this.#underWay[0]) {
      const waitMs = next.due - this.#options.clock.now()
      if (waitMs > 0) return this.#wait(waitMs)
      if (this.#options.faults().flow === 'hole') return this.lose()
      this.#underWay.shift()
      this.#options.arrived(next.thing)
    }
  }

  readonly #waited = (): void => this.pump()

  #wait(ms: number): void {
    this.#callOff = this.#options.clock.after(ms, this.#waited)
  }
}
