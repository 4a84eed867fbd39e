/** How long something took, again and again. */

export interface WaitFigures {
  readonly count: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly most: number
}

export class Waits {
  readonly #ms: number[] = []

  add(ms: number): void {
    this.#ms.push(ms)
  }

  get figures(): WaitFigures {
    const sorted = [...this.#ms].sort((a, b) => a - b)
    const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0)
    return { count: sorted.length, p50: at(0.5), p99: at(0.99), most: at(1) }
  }
}
