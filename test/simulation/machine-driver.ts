/** The least that a shell does for a machine: one input after the other, effects in order, one timer. */

import type { VirtualClock } from '@backchat/testing'
import type { Machine } from './machines.js'

export interface DriverOptions<Input, Effect> {
  readonly machine: Machine<Input, Effect>
  readonly clock: VirtualClock
  readonly perform: (effect: Effect) => void
  /** The input that the machine's wake-up time stands for. */
  readonly woke: Input
  /** Lets the timer through to the machine: at once, or when the computer does not sleep any more. */
  readonly reach: (wake: () => void) => void
  /** It wakes again and again and time does not pass. */
  readonly spins: () => void
}

/** So many wake-ups at the same time are not work any more. */
const tooMany = 1_000

export class MachineDriver<Input, Effect> {
  readonly #options: DriverOptions<Input, Effect>
  #inputs: Input[] = []
  #state: 'resting' | 'turning' | 'stopped' = 'resting'
  #timer: { readonly at: number; readonly callOff: () => void } | undefined
  #wakes = { at: 0, count: 0 }

  constructor(options: DriverOptions<Input, Effect>) {
    this.#options = options
  }

  /** When the machine wants to be woken. */
  get wakeAt(): number {
    return this.#options.machine.wakeAt()
  }

  /** Whether that time has come. */
  get isDue(): boolean {
    return this.wakeAt <= this.#options.clock.now()
  }

  feed(input: Input): void {
    if (this.#state === 'stopped') return
    this.#inputs.push(input)
    if (this.#state === 'resting') this.#turn()
  }

  /** The process ends: nothing is heard or done any more. */
  stop(): void {
    this.#state = 'stopped'
    this.#inputs = []
    this.#timer?.callOff()
  }

  #turn(): void {
    const { machine, clock, perform } = this.#options
    this.#state = 'turning'
    for (let input = this.#inputs.shift(); input !== undefined; input = this.#inputs.shift()) {
      for (const effect of machine.handle(input, clock.now())) if (this.#isRunning()) perform(effect)
    }
    if (!this.#isRunning()) return
    this.#state = 'resting'
    this.#setTimer()
  }

  #isRunning(): boolean {
    return this.#state !== 'stopped'
  }

  #setTimer(): void {
    const { clock } = this.#options
    const at = this.wakeAt
    if (at === this.#timer?.at) return
    this.#timer?.callOff()
    this.#timer = undefined
    if (at === Number.POSITIVE_INFINITY) return
    this.#timer = { at, callOff: clock.after(at - clock.now(), () => this.#wake()) }
  }

  #wake(): void {
    this.#timer = undefined
    const now = this.#options.clock.now()
    this.#wakes = { at: now, count: this.#wakes.at === now ? this.#wakes.count + 1 : 1 }
    if (this.#wakes.count > tooMany) return this.#options.spins()
    this.#options.reach(() => this.feed(this.#options.woke))
  }
}
