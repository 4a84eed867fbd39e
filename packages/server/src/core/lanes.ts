/** Who may run now: so many handlers of a session at a time, and one of a type that keeps its order. The rest waits, in the order in which it came. */

export interface LanesOptions {
  /** Most handlers of a session that run at a time. */
  readonly perSession: number
  /** Most that wait for their turn. */
  readonly waiting: number
}

/** What one run has: its turn, now or later. */
export interface Place {
  /** Resolves when it is its turn; undefined when it is already. */
  readonly turn: Promise<void> | undefined
  /** Its turn is over, or is not wanted any more. */
  leave(): void
}

interface Run {
  /** Undefined: it may run beside all others. */
  readonly lane: string | undefined
  begin: () => void
}

export class Lanes {
  readonly #options: LanesOptions
  readonly #sessions = new Map<string, Lane>()

  constructor(options: LanesOptions) {
    this.#options = options
  }

  /** How many sessions have something that runs or waits. */
  get size(): number {
    return this.#sessions.size
  }

  /** A place for a run; `lane` names the runs that keep their order. Undefined: as many wait as may. */
  take(session: string, lane: string | undefined): Place | undefined {
    const lanes = this.#sessions.get(session) ?? new Lane(this.#options)
    const place = lanes.take(lane, () => {
      if (lanes.isEmpty) this.#sessions.delete(session)
    })
    if (place !== undefined) this.#sessions.set(session, lanes)
    return place
  }
}

/** What one session runs and lets wait. */
class Lane {
  readonly #options: LanesOptions
  readonly #running = new Set<Run>()
  readonly #waiting = new Set<Run>()

  constructor(options: LanesOptions) {
    this.#options = options
  }

  get isEmpty(): boolean {
    return this.#running.size === 0 && this.#waiting.size === 0
  }

  take(lane: string | undefined, left: () => void): Place | undefined {
    const run: Run = { lane, begin: () => {} }
    const leave = () => {
      this.#running.delete(run)
      this.#waiting.delete(run)
      this.#goOn()
      left()
    }
    if (this.#mayRun(run) && !this.#isOvertaking(run)) {
      this.#running.add(run)
      return { turn: undefined, leave }
    }
    if (this.#waiting.size >= this.#options.waiting) return undefined
    this.#waiting.add(run)
    const turn = new Promise<void>((resolve) => {
      run.begin = resolve
    })
    return { turn, leave }
  }

  #mayRun({ lane }: Run): boolean {
    if (this.#running.size >= this.#options.perSession) return false
    return lane === undefined || ![...this.#running].some((other) => other.lane === lane)
  }

  /** One that waits in the same lane goes first. */
  #isOvertaking({ lane }: Run): boolean {
    return lane !== undefined && [...this.#waiting].some((other) => other.lane === lane)
  }

  #goOn(): void {
    for (const run of this.#waiting) {
      if (!this.#mayRun(run)) continue
      this.#waiting.delete(run)
      this.#running.add(run)
      run.begin()
    }
  }
}
