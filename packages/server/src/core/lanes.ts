/** Who may run now: so many handlers of a session at a time, and one of a type that keeps its order. The rest waits, in the order in which it came. */

import { Few } from '@backchat/protocol'

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

export class Lanes {
  readonly #options: LanesOptions
  readonly #sessions = new Few<string, Lane>()

  constructor(options: LanesOptions) {
    this.#options = options
  }

  /** How many sessions have something that runs or waits. */
  get size(): number {
    return this.#sessions.size
  }

  /** A place for a run; `lane` names the runs that keep their order. Undefined: as many wait as may. */
  take(session: string, lane: string | undefined): Place | undefined {
    let lanes = this.#sessions.get(session)
    if (lanes === undefined) {
      lanes = new Lane(this.#options, () => this.#sessions.delete(session))
      this.#sessions.set(session, lanes)
    }
    return lanes.take(lane)
  }
}

/** What one session runs and lets wait. Nearly always nothing waits and nothing has a name, so what is for that is made when it is needed. */
class Lane {
  readonly #options: LanesOptions
  readonly #emptied: () => void
  #running = 0
  /** Names of those that run. */
  #named: Set<string> | undefined
  #waiting: Set<Seat> | undefined

  constructor(options: LanesOptions, emptied: () => void) {
    this.#options = options
    this.#emptied = emptied
  }

  take(name: string | undefined): Place | undefined {
    const seat = new Seat(this, name)
    if (this.#mayRun(name) && !this.#isOvertaking(name)) {
      this.#run(seat)
      return seat
    }
    this.#waiting ??= new Set()
    if (this.#waiting.size >= this.#options.waiting) return undefined
    this.#waiting.add(seat)
    seat.wait()
    return seat
  }

  left(seat: Seat): void {
    this.#waiting?.delete(seat)
    if (!seat.runs) return
    seat.runs = false
    this.#running -= 1
    if (seat.name !== undefined) this.#named?.delete(seat.name)
    this.#goOn()
    // What waits goes on as soon as it can, so that nothing waits when nothing runs.
    if (this.#running === 0) this.#emptied()
  }

  #run(seat: Seat): void {
    this.#running += 1
    seat.runs = true
    if (seat.name === undefined) return
    this.#named ??= new Set()
    this.#named.add(seat.name)
  }

  #mayRun(name: string | undefined): boolean {
    return this.#running < this.#options.perSession && (name === undefined || this.#named?.has(name) !== true)
  }

  /** One that waits in the same lane goes first. */
  #isOvertaking(name: string | undefined): boolean {
    if (name === undefined || this.#waiting === undefined) return false
    for (const other of this.#waiting) if (other.name === name) return true
    return false
  }

  #goOn(): void {
    if (this.#waiting === undefined || this.#waiting.size === 0) return
    for (const seat of this.#waiting) {
      if (!this.#mayRun(seat.name)) continue
      this.#waiting.delete(seat)
      this.#run(seat)
      seat.begin()
    }
  }
}

class Seat implements Place {
  readonly #lane: Lane
  /** Undefined: it may run beside all others. */
  readonly name: string | undefined
  turn: Promise<void> | undefined
  runs = false
  begin: () => void = nothing

  constructor(lane: Lane, name: string | undefined) {
    this.#lane = lane
    this.name = name
  }

  wait(): void {
    this.turn = new Promise((resolve) => {
      this.begin = resolve
    })
  }

  leave(): void {
    this.#lane.left(this)
  }
}

const nothing = () => {}
