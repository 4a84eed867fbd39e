/** Named times, hardly any of which is ever waited for to the end: the earliest is at hand, and all are looked at once it has come. */

import { ShortLived } from '@backchat/protocol'

export class Times {
  readonly #times = new ShortLived<number, number>()
  /** None comes before it. */
  #earliest = Infinity

  /** The earliest time, or Infinity. One that was cleared may still stand for it; then nothing is due when it comes. */
  get next(): number {
    return this.#times.size === 0 ? Infinity : this.#earliest
  }

  get(key: number): number | undefined {
    return this.#times.get(key)
  }

  /** Gives a key its time, in place of any that it had. */
  set(key: number, at: number): void {
    this.#earliest = Math.min(this.next, at)
    this.#times.set(key, at)
  }

  clear(key: number): void {
    this.#times.delete(key)
  }

  /** Takes out every key whose time has come, the earliest first. */
  due(now: number): readonly number[] {
    // Nearly always there is none, and somebody asks in every turn.
    if (now < this.next) return none
    const times = this.#times.entries().sort(([, a], [, b]) => a - b)
    const due = times.filter(([, at]) => at <= now).map(([key]) => key)
    for (const key of due) this.#times.delete(key)
    this.#earliest = times[due.length]?.[1] ?? Infinity
    return due
  }
}

const none: readonly never[] = []
