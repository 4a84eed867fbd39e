/** The times of runs: when a handler has been silent for too long, and when its client is told that it runs. */

import { Deadlines } from '@backchat/protocol'
import type { RunId } from './inputs.js'
import type { Run, RunTable } from './run-table.js'

/** How often a client is told that a handler still runs [P-16]. */
const stillWorkingMs = 10_000
/** So many young runs at most are looked through at once. */
const mostYoung = 1_024

export class Watch {
  readonly #runs: Pick<RunTable, 'get' | 'size'>
  /** When to look at each run that is not young. */
  readonly #looks = new Deadlines()
  /** Runs above this one are young: nearly all end before anything of them is due, and never get a deadline of their own. */
  #agedUpTo: RunId = 0
  #newest: RunId = 0
  /** Nothing of a young run is due before then. */
  #youngAt = Number.POSITIVE_INFINITY

  constructor(runs: Pick<RunTable, 'get' | 'size'>) {
    this.#runs = runs
  }

  /** Perhaps too early, where young runs have ended; never too late. */
  wakeAt(): number {
    return this.#runs.size === 0 ? Number.POSITIVE_INFINITY : Math.min(this.#youngAt, this.#looks.next)
  }

  /** Runs that have been silent for too long, and runs whose clients are to be told. */
  due(now: number): readonly RunId[] {
    if (this.#youngAt <= now) this.#age()
    return this.#looks.due(now)
  }

  /** The handler's turn to say something begins anew. */
  listen(run: Run, now: number): void {
    this.#set(run, now + run.timeoutMs, run.reportAt)
  }

  /** It is not the handler that is waited for. */
  pause(run: Run): void {
    this.#set(run, Number.POSITIVE_INFINITY, run.reportAt)
  }

  /** The client is told after a while that the handler runs [P-16]. */
  reportLater(run: Run, now: number): void {
    this.#set(run, run.silentAt, now + run.reportAfterMs)
  }

  /** The client has been told, and is told again after a while: still working. */
  reported(run: Run, now: number): void {
    this.#set(run, run.silentAt, now + stillWorkingMs)
  }

  /** The client does not want to know. */
  unreported(run: Run): void {
    this.#set(run, run.silentAt, Number.POSITIVE_INFINITY)
  }

  forget(run: Run): void {
    this.#set(run, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
  }

  #set(run: Run, silentAt: number, reportAt: number): void {
    run.silentAt = silentAt
    run.reportAt = reportAt
    if (run.id <= this.#agedUpTo) return this.#looks.set(run.id, firstOf(run))
    this.#newest = Math.max(this.#newest, run.id)
    // Where it is alone, what those that have ended left behind says nothing.
    const isAlone = this.#runs.size === 1 && this.#runs.get(run.id) !== undefined
    this.#youngAt = Math.min(isAlone ? Number.POSITIVE_INFINITY : this.#youngAt, firstOf(run))
    if (this.#newest - this.#agedUpTo >= mostYoung) this.#age()
  }

  /** Those that are still there are not young any more. */
  #age(): void {
    while (this.#agedUpTo < this.#newest) {
      this.#agedUpTo += 1
      const run = this.#runs.get(this.#agedUpTo)
      if (run !== undefined) this.#looks.set(run.id, firstOf(run))
    }
    this.#youngAt = Number.POSITIVE_INFINITY
  }
}

const firstOf = ({ silentAt, reportAt }: Run): number => Math.min(silentAt, reportAt)
