/**
 * Starts that the journal perhaps knows as ours though nothing of them runs: the store failed when it was asked. Until they are
 * taken back, a client that asks on another node waits there for nothing [P-35].
 */

import type { RunFence } from '../store/operations.js'
import type { Turn } from './turn.js'

export class Doubts {
  readonly #starts = new Map<string, RunFence>()
  /** Those that the store has been asked to take back, and has not answered. */
  readonly #underWay = new Map<string, RunFence>()

  add(start: RunFence): void {
    this.#starts.set(keyOf(start.session, start.n), start)
  }

  /** It runs after all, or its session is over. */
  clear(session: string, n: number): void {
    if (this.#starts.size === 0) return
    this.#starts.delete(keyOf(session, n))
  }

  has(session: string, n: number): boolean {
    return this.#starts.has(keyOf(session, n))
  }

  /**
   * It is being taken back. The store answers in the order in which it is asked, so whoever is told of a start by now had asked
   * before, and that start will be taken back, too.
   */
  isTakenBack(session: string, n: number): boolean {
    return this.#underWay.size > 0 && this.#underWay.has(keyOf(session, n))
  }

  /** Takes back what is still in doubt. `isAsked`: the store has been asked for it again, and the answer will tell. */
  takeBack(isAsked: (session: string, n: number) => boolean, turn: Turn): void {
    for (const [key, run] of this.#starts) {
      if (isAsked(run.session, run.n) || this.#underWay.has(key)) continue
      this.#underWay.set(key, run)
      turn.ask({ op: 'forget', run }, ({ status }) => {
        if (this.#underWay.get(key) === run) this.#underWay.delete(key)
        if (status !== 'failed' && this.#starts.get(key) === run) this.#starts.delete(key)
      })
    }
  }

  /** Nothing that was started under an older name can be taken back, nor need be. */
  clearAll(): void {
    this.#starts.clear()
    this.#underWay.clear()
  }
}

const keyOf = (session: string, n: number): string => `${n} ${session}`
