/** The runs of this node, found by their own number or by session and request number. */

import { Few, type RequestMode } from '@backchat/protocol'
import type { RunFence } from '../store/operations.js'
import type { SizedEnding } from './ending.js'
import type { Flow } from './flow.js'
import type { RunId } from './inputs.js'

/** How a run starts. */
export interface Start {
  /** How long its caller still waits. */
  readonly leftMs: number
  /** An owner that is gone had begun it. */
  readonly again: boolean
}

export interface Run {
  readonly id: RunId
  readonly fence: RunFence
  readonly mode: RequestMode
  /** Longest silence of the handler. */
  readonly timeoutMs: number
  /** How long after its start the client is told that it runs. */
  readonly reportAfterMs: number
  /** When its handler has been silent for too long, and when its client is told that it runs. Changed by {@link Watch} only. */
  silentAt: number
  reportAt: number
  readonly flow: Flow
  /** An owner that is gone had started it before: whatever becomes of it here, it may have run. */
  readonly again: boolean
  state: RunState
  /** Its client knows that it runs, by whatever it heard. */
  reported: boolean
  /** How many chunks there were when its client was told last that it runs: whoever gets chunks need not be told. */
  reportedChunks: number
  /** Its handler has heard that the server goes away. */
  signalled: boolean
  /** False once the client has reported the number settled: the handler goes on, and what it says is thrown away. */
  wanted: boolean
}

export type RunState =
  /** Validation and middleware look at it; the handler has not been called. */
  | { readonly step: 'starting' }
  | { readonly step: 'running' }
  /** It has run as far ahead of its reader as it may. */
  | { readonly step: 'held' }
  /** It ended, and the journal is being told. */
  | { readonly step: 'ending' }
  /** It ended, and the journal could not be told. Tried again when somebody asks for it. */
  | { readonly step: 'unrecorded'; readonly sized: SizedEnding }
  /** It was not allowed to run, and the journal is being told to forget it. */
  | { readonly step: 'refused' }

export const isLive = ({ state }: Run): boolean =>
  state.step === 'starting' || state.step === 'running' || state.step === 'held'

export class RunTable {
  readonly #byId = new Few<number, Run>()
  readonly #bySession = new Few<string, Few<number, Run>>()

  add(run: Run): void {
    const { session, n } = run.fence
    const runs = this.#bySession.get(session)
    if (runs === undefined) this.#bySession.set(session, new Few<number, Run>().set(n, run))
    else runs.set(n, run)
    this.#byId.set(run.id, run)
  }

  remove({ id, fence: { session, n } }: Run): void {
    if (!this.#byId.delete(id)) return
    const runs = this.#bySession.get(session)
    if (runs === undefined) return
    runs.delete(n)
    if (runs.size === 0) this.#bySession.delete(session)
  }

  get(id: RunId): Run | undefined {
    return this.#byId.get(id)
  }

  find(session: string, n: number): Run | undefined {
    return this.#bySession.get(session)?.get(n)
  }

  countOf(session: string): number {
    return this.#bySession.get(session)?.size ?? 0
  }

  of(session: string): readonly Run[] {
    return runsIn(this.#bySession.get(session))
  }

  get size(): number {
    return this.#byId.size
  }

  all(): readonly Run[] {
    return runsIn(this.#byId)
  }
}

const runsIn = (table: Few<number, Run> | undefined): readonly Run[] => table?.values() ?? []
