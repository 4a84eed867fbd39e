/** Drives the machine: gathers what happened in one tick into a turn, has the effects performed in order, keeps the one timer. */

import type { Clock, WireError } from '@backchat/protocol'
import { added, none } from '../added.js'
import { errorOf } from '../handlers/error.js'
import type { Effect } from '../machine/effects.js'
import type { Input } from '../machine/inputs.js'
import type { Operation, Result } from '../store/operations.js'
import type { Store } from '../store/store.js'
import { StoreLine } from './store-line.js'

/** What is driven: see `machine/server-machine.ts`. */
export interface Machine {
  handleAll(inputs: readonly Input[], now: number): readonly Effect[]
  wakeAt(): number
}

/** All effects but `apply`, which the driver performs itself. */
export type ShellEffect = Exclude<Effect, { kind: 'apply' }>

export interface DriverOptions {
  readonly machine: Machine
  readonly store: Store
  readonly clock: Clock
  readonly perform: (effect: ShellEffect) => void
  /** Everything of a turn has been performed: write out what was gathered. */
  readonly turned: () => void
  /** A bug of ours or of a store: nothing but the one effect is lost; of inputs the machine sees to that. */
  readonly failed: (error: unknown) => void
}

export class MachineDriver {
  readonly #options: DriverOptions
  readonly #line: StoreLine
  #inputs: Input[] = none
  #turnAhead = false
  #stopped = false
  #timer: { readonly at: number; readonly cancel: () => void } | undefined
  /** Gives up operations of the application that the store has not answered. */
  readonly #applying = new Set<() => void>()
  /** Stops the store's hints. */
  readonly #stopListening: (() => void) | undefined

  constructor(options: DriverOptions) {
    this.#options = options
    this.#line = new StoreLine(options.store)
    this.#stopListening = options.store.listen?.((owner) => this.feed({ kind: 'hinted', owner }))
  }

  /** Operations that the store has not answered. */
  get unanswered(): number {
    return this.#line.unanswered
  }

  /** Why the store's last answer was none; undefined when it answers. */
  get storeFailure(): string | undefined {
    return this.#line.failure
  }

  /** Reports a fact. It is handled after the code that runs now, together with all else that this tick brings. */
  feed(input: Input): void {
    if (this.#stopped) return
    this.#inputs = added(this.#inputs, input)
    this.#turnSoon()
  }

  /** Operations of the application, in order with those of the machine. */
  apply(operations: readonly Operation[]): Promise<readonly Result[]> {
    return new Promise((resolve, reject) => {
      if (this.#stopped) return reject(errorOf(closed))
      const giveUp = () => reject(errorOf(unanswered))
      this.#applying.add(giveUp)
      this.#line.ask({
        operations,
        answered: (answer) => {
          this.#applying.delete(giveUp)
          if ('results' in answer) resolve(answer.results)
          else reject(new Error(answer.reason))
        },
      })
      this.#turnSoon()
    })
  }

  /** What was asked of the store still goes there; the machine hears nothing any more, and no timer is left. */
  stop(): void {
    this.#stopped = true
    this.#stopListening?.()
    this.#inputs = none
    this.#line.flush()
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** The store is closed: what it has not answered it never will. */
  end(): void {
    for (const giveUp of this.#applying) giveUp()
    this.#applying.clear()
  }

  #turnSoon(): void {
    if (this.#turnAhead) return
    this.#turnAhead = true
    process.nextTick(this.#turn)
  }

  /** One time stands for the whole turn, so that deadlines come before whatever arrives with them [P-29]. */
  readonly #turn = (): void => {
    const now = this.#options.clock.now()
    do this.#handleAll(now)
    while (this.#line.flush())
    this.#turnAhead = false
    this.#writeOut()
    if (!this.#stopped) this.#setTimer(now)
  }

  /** What effects lead to is handled after them. */
  #handleAll(now: number): void {
    while (this.#inputs.length > 0) {
      const inputs = this.#inputs
      this.#inputs = none
      for (const effect of this.#effectsOf(inputs, now)) this.#perform(effect)
    }
  }

  #perform(effect: Effect): void {
    if (effect.kind === 'apply') return this.#ask(effect)
    try {
      this.#options.perform(effect)
    } catch (error) {
      this.#options.failed(error)
    }
  }

  #effectsOf(inputs: readonly Input[], now: number): readonly Effect[] {
    try {
      return this.#options.machine.handleAll(inputs, now)
    } catch (error) {
      this.#options.failed(error)
      return []
    }
  }

  #ask({ batch, operations }: Extract<Effect, { kind: 'apply' }>): void {
    this.#line.ask({
      operations,
      answered: (answer) =>
        this.feed(
          'results' in answer
            ? { kind: 'applied', batch, results: answer.results }
            : { kind: 'applyFailed', batch, reason: answer.reason },
        ),
    })
  }

  #writeOut(): void {
    try {
      this.#options.turned()
    } catch (error) {
      this.#options.failed(error)
    }
  }

  /** A timer that is set for an earlier time stays: it looks again when it fires, which is cheaper than setting it anew each turn. */
  #setTimer(now: number): void {
    const at = this.#options.machine.wakeAt()
    if (at === Number.POSITIVE_INFINITY || (this.#timer !== undefined && this.#timer.at <= at)) return
    this.#timer?.cancel()
    this.#timer = { at, cancel: this.#options.clock.after(Math.max(0, at - now), () => this.#timerFired()) }
  }

  #timerFired(): void {
    this.#timer = undefined
    const now = this.#options.clock.now()
    if (this.#options.machine.wakeAt() <= now) this.feed({ kind: 'woke' })
    else this.#setTimer(now)
  }
}

const closed: WireError = { code: 'CLOSED', message: 'The server is closed.', mayHaveExecuted: false }
/** What was asked of the store when the server closed. */
export const unanswered: WireError = {
  code: 'CLOSED',
  message: 'The server was closed before its store answered; it was perhaps done.',
  mayHaveExecuted: true,
}
