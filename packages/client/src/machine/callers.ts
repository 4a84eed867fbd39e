/** Those who wait for an outcome: each gets it exactly once, at or before the deadline [P-29]. */

import { Deadlines, ShortLived } from '@backchat/protocol'
import type { Outcome } from './effects.js'
import type { Key } from './inputs.js'
import type { Out } from './out.js'
import type { Request } from './request.js'

export class Callers {
  readonly #out: Out
  readonly #waiting = new ShortLived<number, Request>()
  readonly #deadlines = new Deadlines()

  constructor(out: Out) {
    this.#out = out
  }

  get size(): number {
    return this.#waiting.size
  }

  /** The earliest deadline. That of a stream may have moved on since; then the turn finds nothing to do. */
  wakeAt(): number {
    return this.#deadlines.next
  }

  find(key: Key): Request | undefined {
    return this.#waiting.get(key)
  }

  add(request: Request): void {
    this.#waiting.set(request.asked.key, request)
    this.expect(request)
  }

  /** Takes note of a deadline. One that moves on need not be told: it is looked up when the old one has come. */
  expect({ asked, deadline }: Request): void {
    this.#deadlines.set(asked.key, deadline)
  }

  settle({ asked: { key } }: Request, outcome: Outcome): void {
    if (!this.#waiting.delete(key)) return
    this.#deadlines.clear(key)
    this.#out.emit({ kind: 'settle', key, outcome })
  }

  /** Those who have waited long enough. */
  late(now: number): readonly Request[] {
    if (this.#deadlines.next > now) return none
    const due = this.#deadlines.due(now).flatMap((key) => this.#waiting.get(key) ?? [])
    for (const request of due) if (request.deadline > now) this.expect(request)
    return due.filter((request) => request.deadline <= now)
  }
}

const none: readonly Request[] = []
