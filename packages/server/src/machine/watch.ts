/** The times of runs: when a handler has been silent for too long, and when its client is told that it runs. */

import { Deadlines } from '@backchat/protocol'
import type { RunId } from './inputs.js'
import type { Run } from './run-table.js'

export class Watch {
  readonly #silences = new Deadlines<RunId>()
  readonly #reports = new Deadlines<RunId>()

  wakeAt(): number {
    return Math.min(this.#silences.next, this.#reports.next)
  }

  /** Runs that have been silent for too long. */
  silent(now: number): readonly RunId[] {
    return this.#silences.due(now)
  }

  /** Runs whose clients are to be told. */
  unreported(now: number): readonly RunId[] {
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

  isUnreported(run: Run): boolean {
    return this.#reports.get(run.id) !== undefined
  }

  /** The client knows, by whatever else it heard, or does not want to. */
  reported(run: Run): void {
    this.#reports.clear(run.id)
  }

  forget(run: Run): void {
    this.pause(run)
    this.reported(run)
  }
}
