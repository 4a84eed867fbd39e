/** Whether the link still lives, judged by its silence [P-28]. */

import { timing } from './timing.js'

type State =
  /** No link was ever current. What an ended one leaves is of no interest until the next {@link Heartbeat.start}. */
  | { readonly state: 'off' }
  /** `quietSince`: the last frame, or the moment something became outstanding, whichever is later. */
  | { readonly state: 'listening'; readonly heardAt: number; readonly quietSince: number }
  /** A ping is out. */
  | { readonly state: 'probing'; readonly until: number }

export class Heartbeat {
  #state: State = { state: 'off' }
  #idleMs = 0
  #outstanding = false

  /** The link is current: listen. */
  start(heartbeatMs: number, now: number): void {
    this.#idleMs = heartbeatMs
    this.#state = { state: 'listening', heardAt: now, quietSince: now }
  }

  /** Any frame is a sign of life. */
  heard(now: number): void {
    if (this.#state.state !== 'off') this.#state = { state: 'listening', heardAt: now, quietSince: now }
  }

  /** Whether an answer is awaited. Its silence counts from when it was asked for, not from the last frame before. */
  expect(outstanding: boolean, now: number): void {
    if (outstanding && !this.#outstanding && this.#state.state === 'listening') {
      this.#state = { state: 'listening', heardAt: this.#state.heardAt, quietSince: now }
    }
    this.#outstanding = outstanding
  }

  /** Something hints that the link may be dead. True when a ping is to be sent; one that is out already keeps its limit. */
  probe(now: number): boolean {
    if (this.#state.state !== 'listening') return false
    this.#state = { state: 'probing', until: now + timing.probeMs }
    return true
  }

  /** What the time says. A `ping` is to be sent; a `dead` link is to be abandoned. */
  check(now: number): 'fine' | 'ping' | 'dead' {
    if (now < this.wakeAt()) return 'fine'
    if (this.#state.state === 'probing') return 'dead'
    return this.probe(now) ? 'ping' : 'fine'
  }

  wakeAt(): number {
    if (this.#state.state === 'off') return Infinity
    if (this.#state.state === 'probing') return this.#state.until
    const idle = this.#state.heardAt + this.#idleMs
    return this.#outstanding ? Math.min(idle, this.#state.quietSince + timing.silenceMs) : idle
  }
}
