/** The requests that a link took, by number, until the server may forget them. */

import { type Ack, type Limits, limits } from '@backchat/protocol'
import { Numbers } from './numbers.js'
import type { Out } from './out.js'
import type { Request } from './request.js'
import { Times } from './times.js'
import { timing } from './timing.js'

/** So many chunks are confirmed at once, so that a stream in full flow never waits for its credit. */
const muchCredit = limits.streamWindow / 4

export class Sent {
  readonly #out: Out
  #numbers = new Numbers<Request>()
  /** When those that the server put off are sent again. */
  #postponed = new Times()
  /** Streams whose readers came further than the server knows. */
  readonly #moved = new Set<number>()
  /** Request frames that this link took. */
  #handed = 0

  constructor(out: Out) {
    this.#out = out
  }

  get size(): number {
    return this.#numbers.size
  }

  /** Whether another one may be sent. */
  get free(): boolean {
    return this.#numbers.free
  }

  /** What the server may forget [P-22]. */
  get settled(): Pick<Ack, 'floor' | 'settled'> {
    return { floor: this.#numbers.floor, settled: this.#numbers.settled }
  }

  limit(limits: Limits): void {
    this.#numbers.limit(limits)
  }

  /** The one that has this number, until it is settled. */
  find(n: number): Request | undefined {
    return this.#numbers.find(n)
  }

  /** Ascending by number: the order in which they got them. */
  all(): readonly (readonly [n: number, request: Request])[] {
    return this.#numbers.entries()
  }

  /** Gives a request its number. */
  add(request: Request): number {
    return this.#numbers.give(request)
  }

  /** The server may forget this number. */
  settle(n: number): void {
    this.#postponed.clear(n)
    this.#moved.delete(n)
    this.#numbers.settle(n)
    this.#out.owe(timing.ackMs)
  }

  // ---- what this link took ----

  /** Another link begins: it has taken nothing. */
  begin(): void {
    for (const [, request] of this.all()) request.place = 0
    this.#handed = 0
  }

  /** A request frame is handed to the link. */
  hand(request: Request): void {
    this.#handed += 1
    request.place = this.#handed
  }

  /** Whether one of the first `taken` request frames of this link is without an answer [P-32]. */
  awaits(taken: number): boolean {
    return this.all().some(([, { place, state }]) => place > 0 && place <= taken && state !== 'postponed')
  }

  // ---- what the server put off ----

  postpone(n: number, until: number): void {
    this.#postponed.set(n, until)
  }

  /** When the next of them is due; of interest while there is a link. */
  retryAt(): number {
    return this.#postponed.next
  }

  due(now: number): readonly number[] {
    return this.#postponed.due(now)
  }

  /** Those that were put off without a time: until the server has another token [P-34]. */
  unauthorized(): readonly (readonly [n: number, request: Request])[] {
    return this.all().filter(([n, { state }]) => state === 'postponed' && this.#postponed.get(n) === Infinity)
  }

  // ---- what readers took ----

  /** The reader of that stream came further. */
  moved(n: number, { stream }: Request): void {
    if (stream === undefined || stream.untold === 0) return
    const news = !this.#moved.has(n)
    this.#moved.add(n)
    const much = stream.untold >= muchCredit
    if (news || much) this.#out.owe(much ? 0 : timing.creditMs)
  }

  /** How far readers have come, for those streams where it is news. */
  credit(): NonNullable<Ack['chunks']> {
    const credit = [...this.#moved].flatMap((n) => {
      const stream = this.find(n)?.stream
      return stream === undefined ? [] : [[n, stream.tell()] as const]
    })
    this.#moved.clear()
    return credit
  }

  /** On a new link readers' progress is news again: what told of it may have been lost with the old one. */
  forgetCredit(): void {
    this.#moved.clear()
    for (const [n, request] of this.all()) {
      request.stream?.forgetTold()
      this.moved(n, request)
    }
  }

  /** Numbers begin anew: another client speaks from now on. */
  clear(): void {
    this.#postponed = new Times()
    this.#moved.clear()
    this.#numbers = new Numbers()
  }
}
