/** Handlers that go on though nobody waits for them any more: nothing can end them, so a session has a bound of them. */

import { limits } from '@backchat/protocol'

export class Stragglers {
  readonly #most: number
  /** How many a session has; never none. */
  readonly #sessions = new Map<string, number>()

  constructor(most: number = limits.window) {
    this.#most = most
  }

  /** How many sessions have any. */
  get size(): number {
    return this.#sessions.size
  }

  isFull(session: string): boolean {
    return this.#sessions.size > 0 && (this.#sessions.get(session) ?? 0) >= this.#most
  }

  /** Counts a handler until its work has settled. */
  add(session: string, work: Promise<unknown>): void {
    this.#sessions.set(session, (this.#sessions.get(session) ?? 0) + 1)
    const settled = () => this.#settled(session)
    work.then(settled, settled)
  }

  /** The session is over. */
  forget(session: string): void {
    this.#sessions.delete(session)
  }

  #settled(session: string): void {
    const count = this.#sessions.get(session)
    if (count === undefined) return
    if (count > 1) this.#sessions.set(session, count - 1)
    else this.#sessions.delete(session)
  }
}
