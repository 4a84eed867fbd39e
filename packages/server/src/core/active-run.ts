/** One run of a handler, while its answer is wanted. */

import type { Identity, RequestInFlight } from '../api.js'
import type { RunId } from '../machine/inputs.js'
import { isSpent, less, oneChunk, type Portion } from '../machine/portion.js'
import type { Place } from './lanes.js'
import type { RunContext } from './run-context.js'

export class ActiveRun<User extends Identity, State extends object> {
  readonly id: RunId
  /** The request's number in its session. */
  readonly n: number
  readonly context: RunContext<User, State>
  readonly place: Place
  /** Monotonic milliseconds. */
  readonly since: number
  /** The handler was called: from here on it may have executed. */
  called = false
  chunks = 0
  /** From its start to its first chunk. */
  firstChunkMs: number | undefined
  /** When something was heard of it last; undefined while it waits for its reader. Monotonic milliseconds. */
  heardAt: number | undefined
  /** What stands around its handler and has not let it begin. */
  heldBy: 'connection' | 'turn' | 'middleware' = 'middleware'
  /** What it waits for now, it has waited for since then. Monotonic milliseconds. */
  waitsSince: number
  /** The answer is not wanted any more, or was given. */
  over = false
  /** The handler was called and has not settled. */
  works = false
  /** The handler has thrown. */
  failed = false
  /** The handler's work, once it has begun. */
  answering: Promise<unknown> | undefined
  /** What its generator still yields without being asked again. */
  #due = oneChunk
  #pulled: (() => void) | undefined

  constructor(id: RunId, n: number, context: RunContext<User, State>, place: Place, since: number) {
    this.id = id
    this.n = n
    this.context = context
    this.place = place
    this.since = since
    this.heardAt = since
    this.waitsSince = since
  }

  seenAt(now: number): RequestInFlight {
    const { message, run } = this.context
    return {
      type: message.type,
      messageId: message.id,
      sessionId: message.sessionId,
      mode: run.mode,
      stage: this.called ? 'started' : 'received',
      ageMs: now - this.since,
      silentMs: this.heardAt === undefined ? 0 : now - this.heardAt,
    }
  }

  /** A chunk of that size was yielded. */
  yielded(bytes: number): void {
    this.chunks += 1
    this.#due = less(this.#due, bytes)
  }

  /** Whether the next chunk is wanted already. */
  get goesOn(): boolean {
    return !isSpent(this.#due)
  }

  /** Resolves when the next chunk is wanted, or none will ever be. */
  wanted(): Promise<void> {
    return new Promise((resolve) => {
      if (this.over) resolve()
      else this.#pulled = resolve
    })
  }

  /** After all else that there is to do: a generator that waits for nothing of its own would leave no time for timers and sockets. */
  pull(portion: Portion): void {
    this.#due = portion
    setImmediate(() => this.#wake())
  }

  #wake(): void {
    this.#pulled?.()
    this.#pulled = undefined
  }

  end(): void {
    this.over = true
    this.place.leave()
    this.#wake()
  }
}
