/** Whether the link still lives, judged by its silence [P-28]. */

import { timing } from './timing.js'

export class Heartbeat {
  // Fields, not an object for each state: every frame is a sign of life.
  /** `off`: no link was ever current. `probing`: a ping is out. What an ended link leaves is of no interest until the next {@link Heartbeat.start}. */
  #state: 'off' | 'listening' | 'probing' = 'off'
  /** When the last frame came. */
  #heardAt = 0
  /** That, or the moment something became outstanding, whichever is later. */
  #quietSince = 0
  /** When a ping that is out has been waited for long enough. */
  #until = 0
  #idleMs = 0
  #outstanding = false

  /** The link is current: listen. */
  start(heartbeatMs: number, now: number): void {
    this.#idleMs = heartbeatMs
    this.#listen(now)
  }

  /** Any frame is a sign of life. */
  heard(now: number): void {
    if (this.#state !== 'off') this.#listen(now)
  }

  /** Whether an answer is awaited. Its silence counts from when it was asked for, not from the last frame before. */
  expect(outstanding: boolean, now: number): void {
    if (outstanding && !this.#outstanding) this.#quietSince = now
    this.#outstanding = outstanding
  }

  /** Something hints that the link may be dead. True when a ping is to be sent; one that is out already keeps its limit. */
  probe(now: number): boolean {
    if (this.#state !== 'listening') return false
    this.#state = 'probing'
    this.#until = now + timing.probeMs
    return true
  }

  /** What the time says. A `ping` is to be sent; a `dead` link is to be abandoned. */
  check(now: number): 'fine' | 'ping' | 'dead' {
    if (now < this.wakeAt()) return 'fine'
    if (this.#state === 'probing') return 'dead'
    return this.probe(now) ? 'ping' : 'fine'
  }

  wakeAt(): number {
    if (this.#state === 'off') return Infinity
    if (this.#state === 'probing') return this.#until
    const idle = this.#heardAt + this.#idleMs
    return this.#outstanding ? Math.min(idle, this.#quietSince + timing.silenceMs) : idle
  }

  #listen(now: number): void {
    this.#state = 'listening'
    this.#heardAt = now
    this.#quietSince = now
  }
}
