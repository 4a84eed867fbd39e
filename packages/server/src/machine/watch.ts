/** The times of runs: when a handler has been silent for too long, and when its client is told that it runs. */

import { Deadlines } from '@backchat/protocol'
import type { RunId } from './inputs.js'
import type { Run } from './run-table.js'

/** How often a client is told that a handler still runs [P-16]. */
const stillWorkingMs = 10_000

export class Watch {
  readonly #silences = new Deadlines()
  readonly #reports = new Deadlines()

  wakeAt(): number {
    return Math.min(this.#silences.next, this.#reports.next)
  }

  /** Runs that have been silent for too long. */
  silent(now: number): readonly RunId[] {
    return this.#silences.due(now)
  }

  /** Runs whose clients are to be told. */
  dueReports(now: number): readonly RunId[] {
    return this.#reports.due(now)
  }

  /** The handler's turn to say something begins anew. */
  listen(run: Run, now: number): void {
    this.#silences.set(run.id, now + run.timeoutMs)
  }

  /** It is not the handler that is waited for. */
  pause(run: Run): void {
    this.#silences.clear(run.id)
  }

  /** The client is told after a while that the handler runs [P-16]. */
  reportLater(run: Run, now: number): void {
    this.#reports.set(run.id, now + run.reportAfterMs)
  }

  /** The client has been told, and is told again after a while: still working. */
  reported(run: Run, now: number): void {
    this.#reports.set(run.id, now + stillWorkingMs)
  }

  /** The client does not want to know. */
  unreported(run: Run): void {
    this.#reports.clear(run.id)
  }

  forget(run: Run): void {
    this.pause(run)
    this.unreported(run)
  }
}
