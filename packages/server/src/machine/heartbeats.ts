/** Links that fall silent: asked for a sign of life, then given up [P-28]. */

import { closeCodes, Deadlines } from '@backchat/protocol'
import type { Drop } from './drop.js'
import type { LinkId } from './inputs.js'
import type { Turn } from './turn.js'

interface Pulse {
  heardAt: number
  pinged: boolean
}

/** How long a ping may go unanswered. */
const answerMs = 10_000

export class Heartbeats {
  readonly #heartbeatMs: number
  readonly #drop: Drop
  readonly #pulses = new Map<LinkId, Pulse>()
  /** When to look. A frame that comes in only takes note of the time, and sets no timer. */
  readonly #deadlines = new Deadlines()

  constructor(heartbeatMs: number, drop: Drop) {
    this.#heartbeatMs = heartbeatMs
    this.#drop = drop
  }

  wakeAt(): number {
    return this.#deadlines.next
  }

  attached(link: LinkId, turn: Turn): void {
    this.#pulses.set(link, { heardAt: turn.now, pinged: false })
    this.#deadlines.set(link, turn.now + this.#heartbeatMs)
  }

  left(link: LinkId): void {
    this.#pulses.delete(link)
    this.#deadlines.clear(link)
  }

  /** Any frame is a sign of life. */
  heard(link: LinkId, turn: Turn): void {
    const pulse = this.#pulses.get(link)
    if (pulse === undefined) return
    pulse.heardAt = turn.now
    pulse.pinged = false
  }

  wake(turn: Turn): void {
    for (const link of this.#deadlines.due(turn.now)) this.#look(link, turn)
  }

  #look(link: LinkId, turn: Turn): void {
    const pulse = this.#pulses.get(link)
    if (pulse === undefined) return
    const silentAt = pulse.heardAt + this.#heartbeatMs
    if (turn.now < silentAt) this.#deadlines.set(link, silentAt)
    else if (pulse.pinged) this.#drop(link, closeCodes.silent, 'Nothing was heard for too long.', turn)
    else {
      pulse.pinged = true
      turn.transmit(link, { kind: 'ping' })
      this.#deadlines.set(link, turn.now + answerMs)
    }
  }
}
