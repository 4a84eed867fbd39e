/** The least that a shell does for a machine: what a tick brings is a turn, effects in order, one timer. */

import type { Clock } from '@backchat/protocol'
import type { Machine } from './machines.js'

export interface DriverOptions<Input, Effect> {
  readonly machine: Machine<Input, Effect>
  readonly clock: Clock
  readonly perform: (effect: Effect) => void
  /** Gives the turn for what was fed: at once, or when all that this tick brings has been fed. */
  readonly gather: (turn: () => void) => void
  /** The input that the machine's wake-up time stands for, and when the timer was set for. */
  readonly woke: (timerAt: number) => Input
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
  #state: 'resting' | 'gathering' | 'turning' | 'stopped' = 'resting'
  #timer: { readonly at: number; readonly setAt: number; readonly callOff: () => void } | undefined
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
    if (this.#state !== 'resting') return
    this.#state = 'gathering'
    this.#options.gather(this.#turn)
  }

  /** The process ends: nothing is heard or done any more. */
  stop(): void {
    this.#state = 'stopped'
    this.#inputs = []
    this.#callOff()
  }

  readonly #turn = (): void => {
    if (!this.#isRunning()) return
    this.#state = 'turning'
    while (this.#inputs.length > 0) {
      const inputs = this.#inputs
      this.#inputs = []
      this.#handle(inputs)
    }
    if (!this.#isRunning()) return
    this.#state = 'resting'
    this.#setTimer()
  }

  #handle(inputs: readonly Input[]): void {
    const { machine, clock } = this.#options
    if (machine.handleAll) this.#perform(machine.handleAll(inputs, clock.now()))
    else for (const input of inputs) if (this.#isRunning()) this.#perform(machine.handle(input, clock.now()))
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) if (this.#isRunning()) this.#options.perform(effect)
  }

  #isRunning(): boolean {
    return this.#state !== 'stopped'
  }

  /** A timer that is too early stays: nearly every turn puts the time off, and few of these timers are ever needed. */
  #setTimer(leastMs = 0): void {
    const { clock } = this.#options
    const at = this.wakeAt
    const setAt = clock.now()
    if (at === Number.POSITIVE_INFINITY) return this.#callOff()
    if (this.#timer && this.#timer.at <= at) return
    this.#callOff()
    this.#timer = { at, setAt, callOff: clock.after(Math.max(leastMs, at - setAt), this.#wake) }
  }

  #callOff(): void {
    this.#timer?.callOff()
    this.#timer = undefined
  }

  /** When the timer fires; Infinity when there is none. */
  get timerAt(): number {
    return this.#timer?.at ?? Number.POSITIVE_INFINITY
  }

  readonly #wake = (): void => {
    const timerAt = this.timerAt
    const setAt = this.#timer?.setAt ?? 0
    this.#timer = undefined
    const now = this.#options.clock.now()
    // Where the clock stood still meanwhile, a timer comes too early again and again; no platform's come closer than this.
    if (this.wakeAt > now) return this.#setTimer(now > setAt ? 0 : 1)
    this.#wakes = { at: now, count: this.#wakes.at === now ? this.#wakes.count + 1 : 1 }
    if (this.#wakes.count > tooMany) return this.#options.spins()
    this.#options.reach(() => this.feed(this.#options.woke(timerAt)))
  }
}
