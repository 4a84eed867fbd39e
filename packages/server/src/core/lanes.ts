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

/** Lanes in which nothing is are kept for what the session asks next; beyond so many all of them are let go. */
const mostEmpty = 1_000

export class Lanes {
  readonly #options: LanesOptions
  readonly #sessions = new Map<string, Lane>()
  #empty = 0

  constructor(options: LanesOptions) {
    this.#options = options
  }

  /** How many sessions have something that runs or waits. */
  get size(): number {
    return this.#sessions.size - this.#empty
  }

  /** A place for a run; `lane` names the runs that keep their order. Undefined: as many wait as may. */
  take(session: string, lane: string | undefined): Place | undefined {
    const lanes = this.#sessions.get(session)
    if (lanes === undefined) {
      const added = new Lane(this.#options, this.#emptied)
      this.#sessions.set(session, added)
      return added.take(lane)
    }
    if (lanes.isEmpty) this.#empty -= 1
    return lanes.take(lane)
  }

  readonly #emptied = () => {
    this.#empty += 1
    if (this.#empty <= mostEmpty) return
    for (const [session, lanes] of this.#sessions) if (lanes.isEmpty) this.#sessions.delete(session)
    this.#empty = 0
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

  /** What waits goes on as soon as it can, so that nothing waits when nothing runs. */
  get isEmpty(): boolean {
    return this.#running === 0
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
    if (this.isEmpty) this.#emptied()
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
