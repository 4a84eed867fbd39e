/** Somebody who reads a stream, one chunk after the other, and takes their time for each. */

import type { Clock } from '@backchat/protocol'

export class Reader {
  readonly #clock: Clock
  readonly #chunkMs: number
  readonly #took: (next: number) => void
  #arrived = 0
  #taken = 0
  #callOff: (() => void) | undefined
  #stopped = false

  constructor(clock: Clock, chunkMs: number, took: (next: number) => void) {
    this.#clock = clock
    this.#chunkMs = chunkMs
    this.#took = took
  }

  arrived(): void {
    this.#arrived += 1
    this.#read()
  }

  stop(): void {
    this.#stopped = true
    this.#callOff?.()
  }

  #read(): void {
    if (this.#stopped || this.#callOff || this.#taken === this.#arrived) return
    if (this.#chunkMs === 0) return this.#take()
    this.#callOff = this.#clock.after(this.#chunkMs, () => {
      this.#callOff = undefined
      this.#take()
    })
  }

  #take(): void {
    this.#taken += 1
    this.#took(this.#taken)
    this.#read()
  }
}
