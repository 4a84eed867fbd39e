/** Runs the machine: one turn at a time, its effects in order, and one timer for its next wish. */

import type { Clock } from '@backchat/protocol'
import type { ClientMachine } from '../machine/client-machine.js'
import type { Effect } from '../machine/effects.js'
import type { Input } from '../machine/inputs.js'

export class Driver {
  readonly #machine: ClientMachine
  readonly #clock: Clock
  readonly #perform: (effect: Effect) => void
  /** What happened while a turn was running, often because of its effects. */
  readonly #line: Input[] = []
  #running = false
  #timer: { readonly at: number; readonly callOff: () => void } | undefined

  constructor(machine: ClientMachine, clock: Clock, perform: (effect: Effect) => void) {
    this.#machine = machine
    this.#clock = clock
    this.#perform = perform
  }

  tell(input: Input): void {
    if (this.#running) return void this.#line.push(input)
    this.#running = true
    try {
      // What a turn that threw has left goes first.
      if (this.#line.length > 0) this.#line.push(input)
      else this.#turn(input)
      for (let next = this.#line.shift(); next !== undefined; next = this.#line.shift()) this.#turn(next)
    } finally {
      this.#running = false
      this.#arm()
    }
  }

  #turn(input: Input): void {
    let thrown: { readonly error: unknown } | undefined
    for (const effect of this.#machine.handle(input, this.#clock.now(), this.#clock.wall())) {
      try {
        this.#perform(effect)
      } catch (error) {
        thrown ??= { error }
      }
    }
    // A bug, of ours or of a tracing. Whom the other effects settle is not forgotten for it.
    if (thrown !== undefined) throw thrown.error
  }

  /** Most turns put the next wish off. Then the timer stays, and finds out that it came too early. */
  #arm(): void {
    const at = this.#machine.wakeAt()
    if (this.#timer !== undefined && this.#timer.at <= at && at < Infinity) return
    this.#timer?.callOff()
    this.#timer = undefined
    if (at === Infinity) return
    const delayMs = Math.max(0, at - this.#clock.now())
    this.#timer = { at, callOff: this.#clock.after(delayMs, () => this.#fired(at)) }
  }

  /** A timer that came before its time is told too: it may have gone on while the monotonic clock stood still [P-36]. */
  #fired(timerAt: number): void {
    this.#timer = undefined
    const now = this.#clock.now()
    if (timerAt <= now && now < this.#machine.wakeAt()) this.#arm()
    else this.tell({ kind: 'woke', timerAt })
  }
}
