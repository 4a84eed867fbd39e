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
  /** When the ping that is out was sent, and when it has been waited for long enough. */
  #askedAt = 0
  #until = 0
  /** How long a ping is waited for. A long frame on a slow link comes before the answer, and nobody sees that it is coming. */
  #patienceMs: number = timing.probeMs
  /** A ping that was out while we were away has been repeated. */
  #isRepeated = false
  #idleMs = 0
  #outstanding = false

  /** The link is current: listen. */
  start(heartbeatMs: number, now: number): void {
    this.#idleMs = heartbeatMs
    this.#listen(now)
  }

  /** Any frame is a sign of life. */
  heard(now: number): void {
    if (this.#state === 'off') return
    if (this.#state === 'probing' && now <= this.#until) this.#waitFor(2 * (now - this.#askedAt))
    this.#listen(now)
  }

  /** Whether an answer is awaited. Its silence counts from when it was asked for, not from the last frame before. */
  expect(outstanding: boolean, now: number): void {
    if (outstanding && !this.#outstanding) this.#quietSince = now
    this.#outstanding = outstanding
  }

  /** Something hints that the link may be dead. True when a ping is to be sent; one that is out already keeps its limit. */
  probe(now: number): boolean {
    if (this.#state !== 'listening') return false
    this.#ask(now)
    return true
  }

  /** What the time says. A `ping` is to be sent; a `dead` link is to be abandoned. */
  check(now: number): 'fine' | 'ping' | 'dead' {
    if (now < this.wakeAt()) return 'fine'
    if (this.#state === 'probing' && !this.#wasAway(now)) {
      // Perhaps it was only slow with what is awaited: the next one has more time.
      if (this.#outstanding) this.#waitFor(2 * this.#patienceMs)
      return 'dead'
    }
    this.#ask(now)
    return 'ping'
  }

  wakeAt(): number {
    if (this.#state === 'off') return Infinity
    if (this.#state === 'probing') return this.#until
    const idle = this.#heardAt + this.#idleMs
    return this.#outstanding ? Math.min(idle, this.#quietSince + timing.silenceMs) : idle
  }

  /**
   * Who looks much too late was busy or asleep: what came meanwhile may lie in the socket. That counts once in a silence, and not
   * when the server has given the link up by now.
   */
  #wasAway(now: number): boolean {
    const lateMs = now - this.#until
    const isAway = !this.#isRepeated && lateMs > timing.awayMs && lateMs <= this.#idleMs + timing.givenUpMs
    this.#isRepeated = true
    return isAway
  }

  #ask(now: number): void {
    this.#state = 'probing'
    this.#askedAt = now
    this.#until = now + this.#patienceMs
  }

  #waitFor(ms: number): void {
    this.#patienceMs = Math.min(Math.max(ms, timing.probeMs), timing.mostPatienceMs)
  }

  #listen(now: number): void {
    this.#state = 'listening'
    this.#isRepeated = false
    this.#heardAt = now
    this.#quietSince = now
  }
}
