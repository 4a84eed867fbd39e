/** Percentiles of what was seen, none of it thrown away. */

export class Samples {
  readonly #samples: number[] = []
  #sorted = true

  get count(): number {
    return this.#samples.length
  }

  add(value: number): void {
    this.#samples.push(value)
    this.#sorted = false
  }

  /** The smallest sample that is not below so many percent of all. */
  percentile(percent: number): number {
    if (!this.#sorted) this.#samples.sort((a, b) => a - b)
    this.#sorted = true
    const rank = Math.ceil((percent * this.#samples.length) / 100)
    return this.#samples[Math.max(0, rank - 1)] ?? Number.NaN
  }
}
