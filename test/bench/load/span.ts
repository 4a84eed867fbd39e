/** A span of time in which things are counted; what comes after it counts no more. */

export class Span {
  readonly #beganAt = performance.now()
  #seconds: number | undefined

  constructor(forMs: number) {
    setTimeout(() => {
      this.#seconds = (performance.now() - this.#beganAt) / 1_000
    }, forMs)
  }

  get over(): boolean {
    return this.#seconds !== undefined
  }

  /** How long it was; a busy process ends it late. */
  get seconds(): number {
    if (this.#seconds === undefined) throw new Error('The span is not over.')
    return this.#seconds
  }
}
