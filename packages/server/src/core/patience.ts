/** Waits for functions of the application's, each for a limited time; none of its timers outlives it. */

import type { Clock } from '@backchat/protocol'

export class Patience {
  readonly #clock: Pick<Clock, 'after'>
  readonly #ms: number
  /** Ends each wait that has not ended, with this. */
  readonly #waits = new Set<(error: Error) => void>()

  constructor(clock: Pick<Clock, 'after'>, ms: number) {
    this.#clock = clock
    this.#ms = ms
  }

  /** What it comes to. Rejects with what it throws, when its time is over, or when it is called off. */
  wait<Value>(ask: () => Value | PromiseLike<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const settle = (how: () => void) => {
        callOff()
        this.#waits.delete(fail)
        how()
      }
      const fail = (error: Error) => settle(() => reject(error))
      const callOff = this.#clock.after(this.#ms, () => fail(new Error(`It has not ended within ${this.#ms} ms.`)))
      this.#waits.add(fail)
      Promise.resolve()
        .then(ask)
        .then(
          (value) => settle(() => resolve(value)),
          (thrown) => settle(() => reject(thrown)),
        )
    })
  }

  /** Nobody is waited for any more. */
  callOff(): void {
    for (const fail of [...this.#waits]) fail(new Error('The server is closed: it is not waited for any more.'))
  }
}
