/** What a client's computer takes for the time: a monotonic clock that may stand still in its sleep, and a wall clock that may be set [P-36]. */

import type { Clock } from '@backchat/protocol'
import type { VirtualClock } from '@backchat/testing'

export class ClientClock implements Clock {
  readonly #clock: VirtualClock
  #hidden = 0
  #set = 0

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  readonly now = (): number => this.#clock.now() - this.#hidden

  readonly wall = (): number => this.#clock.wall() + this.#set

  readonly after: Clock['after'] = (delayMs, callback) => this.#clock.after(delayMs, callback)

  /** So much of the time just now was not noticed by the monotonic clock. */
  hide(ms: number): void {
    this.#hidden += ms
  }

  /** Somebody sets the wall clock. */
  set(byMs: number): void {
    this.#set += byMs
  }
}
