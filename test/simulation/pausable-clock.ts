/** The clock of a process that can be stopped: while it is, nothing fires; then everything that was due does, in that order. */

import type { Clock } from '@backchat/protocol'

export class PausableClock implements Clock {
  readonly #clock: Clock
  /** What happened while it was stopped. */
  #missed: (() => void)[] | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  readonly now = (): number => this.#clock.now()

  readonly wall = (): number => this.#clock.wall()

  readonly after = (delayMs: number, callback: () => void): (() => void) => {
    let wanted = true
    const callOff = this.#clock.after(delayMs, () => {
      if (!this.#missed) return callback()
      this.#missed.push(() => {
        if (wanted) callback()
      })
    })
    return () => {
      wanted = false
      callOff()
    }
  }

  /** Acts in a turn of its own, at this time or when the process goes on. */
  soon(act: () => void): void {
    this.#clock.after(0, () => this.whenRunning(act))
  }

  /** Acts at once, or when the process goes on. */
  whenRunning(act: () => void): void {
    if (this.#missed) this.#missed.push(act)
    else act()
  }

  get isPaused(): boolean {
    return this.#missed !== undefined
  }

  pause(): void {
    this.#missed ??= []
  }

  resume(): void {
    const missed = this.#missed ?? []
    this.#missed = undefined
    for (const act of missed) act()
  }
}
