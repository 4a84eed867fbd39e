/** What one link waits for, and what it is told of it [P-16 … P-21]. */

import {
  Few,
  type Json,
  type Ranges,
  type RequestFrame,
  type RequestMessage,
  type RequestMode,
  type ServerFrame,
  type WireError,
} from '@backchat/protocol'
import type { Ending } from '../store/operations.js'
import type { Attachment } from './attachment.js'
import { nothing } from './ending.js'
import { replyLost } from './faults.js'
import type { Turn } from './turn.js'

export interface Waiting {
  readonly frame: RequestFrame<RequestMessage>
  readonly mode: RequestMode
  /** When its caller stops waiting. */
  readonly until: number
  /** The next chunk to transmit. */
  next: number
  /** Another node runs it. The store is asked again how far it is: upon a note, and now and then. */
  elsewhere: boolean
  /** Its client knows that the handler runs. */
  reported: boolean
  /**
   * Whether the store has said what is known of the request. Until then nothing is transmitted: an end that is journalled
   * meanwhile must not overtake the chunks before it, and the store's answer will bring both.
   */
  begun: boolean
}

export class Desk {
  readonly attachment: Attachment
  readonly #waiting = new Few<number, Waiting>()
  /** How many requests of this link were taken [P-32]. */
  taken = 0

  constructor(attachment: Attachment) {
    this.attachment = attachment
  }

  /** How many requests are waited for. */
  get size(): number {
    return this.#waiting.size
  }

  has(n: number): boolean {
    return this.#waiting.get(n) !== undefined
  }

  /** The link asks for an answer, and for chunks from `from` on. */
  wait(frame: RequestFrame<RequestMessage>, now: number): Waiting {
    const { mode, leftMs, from = 0 } = frame
    const next = mode === 'stream' ? from : 0
    const until = now + leftMs
    const waiting = { frame, mode, until, next, elsewhere: false, reported: false, begun: false }
    this.#waiting.set(frame.n, waiting)
    this.taken += 1
    return waiting
  }

  find(n: number): Waiting | undefined {
    return this.#waiting.get(n)
  }

  all(): readonly Waiting[] {
    return this.#waiting.values()
  }

  /** What is waited for and runs on other nodes. */
  elsewhere(): readonly Waiting[] {
    return this.all().filter((waiting) => waiting.elsewhere)
  }

  /** The link waits for this no more. */
  forget(n: number): void {
    this.#waiting.delete(n)
  }

  forgetAll(numbers?: Ranges): void {
    for (const [n] of this.#waiting.entries()) if (numbers?.has(n) ?? true) this.#waiting.delete(n)
  }

  /** The handler is running [P-16]. A `send` settles here. */
  started(n: number, turn: Turn): void {
    const waiting = this.#begun(n)
    if (waiting === undefined) return
    if (waiting.mode === 'send') this.forget(n)
    waiting.reported = true
    this.#transmit({ kind: 'started', n }, turn)
  }

  /** Chunks from number `first` on are stored: the link gets those it lacks, without a hole [P-19]. */
  chunks(n: number, first: number, contents: readonly Json[], turn: Turn): void {
    const waiting = this.#begun(n)
    if (waiting?.mode !== 'stream' || first > waiting.next) return
    for (const content of contents.slice(Math.max(0, waiting.next - first))) {
      this.#transmit({ kind: 'chunk', n, chunk: waiting.next, content }, turn)
      waiting.next += 1
    }
  }

  /** The journal has the ending. */
  ended(n: number, ending: Ending, count: number, turn: Turn): void {
    const waiting = this.#begun(n)
    if (waiting === undefined) return
    this.forget(n)
    this.#transmit(answer(n, waiting.mode, ending, count), turn)
  }

  /** Nobody can answer it any more. */
  failed(n: number, error: WireError, turn: Turn): void {
    if (this.#begun(n) === undefined) return
    this.forget(n)
    this.#transmit({ kind: 'error', n, error }, turn)
  }

  /** It did not run, and the journal knows nothing of it: the same number may be sent again [P-18]. */
  refused(n: number, error: WireError, turn: Turn): void {
    if (this.#begun(n) === undefined) return
    this.forget(n)
    this.#transmit({ kind: 'error', n, refused: true, error }, turn)
  }

  /** The cancel was taken note of [P-21]. */
  cancelled(n: number, turn: Turn): void {
    this.forget(n)
    this.#transmit({ kind: 'cancelled', n }, turn)
  }

  #begun(n: number): Waiting | undefined {
    const waiting = this.#waiting.get(n)
    return waiting?.begun === true ? waiting : undefined
  }

  #transmit(frame: ServerFrame<Json>, turn: Turn): void {
    turn.transmit(this.attachment.link, frame)
  }
}

/** A `send` wants to know that it was recorded, or that it certainly did not run [P-16, P-18]. */
const answer = (n: number, mode: RequestMode, ending: Ending, count: number): ServerFrame<Json> => {
  if (mode === 'send' && (ending.ok || ending.error.mayHaveExecuted)) return { kind: 'started', n }
  const counted = mode === 'stream' ? { count } : undefined
  if (!ending.ok) return { kind: 'error', n, ...counted, error: ending.error }
  // It was a `send` when it ran, so its reply was not kept.
  if (ending.message === nothing) return { kind: 'error', n, ...counted, error: replyLost }
  const { message } = ending
  // Without a spread, which takes room of its own.
  return counted === undefined ? { kind: 'reply', n, message } : { kind: 'reply', n, count, message }
}
