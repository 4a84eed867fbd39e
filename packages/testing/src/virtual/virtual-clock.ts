/** Time that passes only when it is told to. */

import { setImmediate as promisesTurn } from 'node:timers/promises'
import type { Clock } from '@backchat/protocol'
import { Timers } from './timers.js'

/**
 * A clock that stands still at 0 until it is moved. Its wall time starts with the year 2030.
 *
 * @example
 * const clock = virtualClock()
 * clock.after(30_000, () => console.log('half a minute later'))
 * clock.advance(30_000)
 */
export function virtualClock(): VirtualClock {
  return new VirtualClock()
}

/** {@link virtualClock} makes one. */
export class VirtualClock implements Clock {
  #now = 0
  /** What its wall clock showed, and when. */
  #wall = { shown: Date.UTC(2030, 0, 1), at: 0 }
  readonly #timers = new Timers()

  readonly now = (): number => this.#now

  /** Cut to whole milliseconds, as `Date.now()` is. */
  readonly wall = (): number => this.#wall.shown + Math.floor(this.#now - this.#wall.at)

  readonly after = (delayMs: number, callback: () => void): (() => void) => {
    const timers = this.#timers
    const timer = delayMs > 0 ? timers.set(this.#now + delayMs, callback) : timers.setAtOnce(this.#now, callback)
    return () => this.#timers.callOff(timer)
  }

  /** Timers that will fire: what a closed application must not leave behind. */
  get pending(): number {
    return this.#timers.waiting
  }

  /** Moves on to the next timer and fires it; false when there is none up to `until`. */
  step(until = Number.POSITIVE_INFINITY): boolean {
    const next = this.#timers.next()
    if (!next || next.due > until) return false
    this.#now = Math.max(this.#now, next.due)
    this.#timers.fire(next)
    return true
  }

  /** Lets time pass, timer by timer, without giving promises a turn. */
  advance(ms: number): void {
    const until = this.#now + ms
    while (this.step(until));
    this.#now = Math.max(this.#now, until)
  }

  /** Lets time pass, and whatever promises wait for what a timer did go on before the next one fires. */
  async run(ms: number): Promise<void> {
    const until = this.#now + ms
    await promisesTurn()
    while (this.step(until)) await promisesTurn()
    this.#now = Math.max(this.#now, until)
  }

  /** As {@link run}, until the condition holds. Rejects when that takes longer than `withinMs` of this clock. Default: one minute. */
  async runUntil(condition: () => boolean, withinMs = 60_000): Promise<void> {
    const until = this.#now + withinMs
    await promisesTurn()
    while (!condition()) {
      if (!this.step(until))
        throw new Error(`what was waited for did not come true within ${withinMs} ms of virtual time`)
      await promisesTurn()
    }
  }

  /** The machine sleeps: time passes, nothing fires; on waking everything that is due fires, late. */
  sleep(ms: number): void {
    this.#now += ms
  }

  /** Somebody sets the wall clock; monotonic time does not notice. */
  setWall(wall: number): void {
    this.#wall = { shown: wall, at: this.#now }
  }
}
