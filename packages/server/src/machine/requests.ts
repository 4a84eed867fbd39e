/** Requests as a link sees them: begun in the store, then waited for, then answered [P-14 … P-21]. */

import {
  closeCodes,
  type Json,
  type Ranges,
  type RequestFrame,
  type RequestMessage,
  type RequestMode,
  type ServerFrame,
  unreachable,
  type WireError,
} from '@backchat/protocol'
import type { BeginOperation, BeginResult, Ending } from '../store/operations.js'
import type { Attachment } from './attachment.js'
import { type Drop, dropFenced, dropUnstored } from './drop.js'
import { expired, overloaded, ownerGone, replyLost } from './faults.js'
import type { Answer, Turn } from './turn.js'

type Frame = RequestFrame<RequestMessage>

/** What a session's current link waits for, by request number. */
interface Desk {
  readonly attachment: Attachment
  readonly waiting: Map<number, Waiting>
}

interface Waiting {
  readonly mode: RequestMode
  /** The next chunk to transmit. */
  next: number
}

/** The runs of handlers, as far as a link needs to know of them. */
export interface Runs {
  /** Why a request that is new may not run here; undefined when it may. */
  obstacle(session: string, type: string): WireError | undefined
  isIdempotent(type: string): boolean
  start(attachment: Attachment, frame: Frame, turn: Turn): void
  /** What a run of ours is doing, now that somebody waits for it again; undefined when there is none. */
  waitedFor(session: string, n: number, turn: Turn): 'starting' | 'running' | 'ended' | undefined
  cancel(session: string, n: number, turn: Turn): void
}

export interface RequestsOptions {
  readonly owner: string
  /** Most requests that a client may have waiting. */
  readonly window: number
  readonly runs: Runs
  readonly drop: Drop
}

export class Requests {
  readonly #options: RequestsOptions
  readonly #desks = new Map<string, Desk>()

  constructor(options: RequestsOptions) {
    this.#options = options
  }

  attached(attachment: Attachment): void {
    this.#desks.set(attachment.fence.session, { attachment, waiting: new Map() })
  }

  left({ fence }: Attachment): void {
    this.#desks.delete(fence.session)
  }

  /** Begins a request before anything else is done with it [P-15]. */
  asked(attachment: Attachment, frame: Frame, turn: Turn): void {
    const { window, drop } = this.#options
    const desk = this.#desks.get(attachment.fence.session)
    if (desk === undefined) return
    if (desk.waiting.size >= window && !desk.waiting.has(frame.n)) {
      const reason = `A client sends at most ${window} requests that are not settled.`
      return drop(attachment.link, closeCodes.protocolError, reason, turn) // [P-14]
    }
    desk.waiting.set(frame.n, { mode: frame.mode, next: frame.from ?? 0 })
    const obstacle = this.#obstacle(attachment, frame)
    const operation: BeginOperation = {
      op: 'begin',
      fence: attachment.fence,
      n: frame.n,
      mode: frame.mode,
      owner: this.#options.owner,
      idempotent: this.#options.runs.isIdempotent(frame.message.type),
      onlyLookUp: obstacle !== undefined,
      from: frame.mode === 'stream' ? (frame.from ?? 0) : 0,
    }
    turn.ask(operation, (answer, turn) => this.#begun(desk, frame, obstacle, answer, turn))
  }

  /** The caller gave up [P-20]. It is acknowledged also when nothing is known of the number [P-21]. */
  cancelled(attachment: Attachment, n: number, turn: Turn): void {
    const { session } = attachment.fence
    const desk = this.#desks.get(session)
    turn.ask({ op: 'cancel', fence: attachment.fence, n }, ({ status }, turn) => {
      if (status === 'fenced') return dropFenced(this.#options.drop, attachment.link, turn)
      if (status === 'failed') return dropUnstored(this.#options.drop, attachment.link, turn)
      this.#options.runs.cancel(session, n, turn)
      if (desk === undefined || !this.#isHere(desk)) return
      desk.waiting.delete(n)
      turn.transmit(attachment.link, { kind: 'cancelled', n })
    })
  }

  /** The client has these for good, and waits for none of them. */
  settled(session: string, numbers: Ranges): void {
    const waiting = this.#desks.get(session)?.waiting
    for (const n of waiting?.keys() ?? []) if (numbers.has(n)) waiting?.delete(n)
  }

  // ---- what the runs tell ----

  /** The handler is running [P-16]. A `send` settles here. */
  started(session: string, n: number, turn: Turn): void {
    const desk = this.#desks.get(session)
    const waiting = desk?.waiting.get(n)
    if (desk === undefined || waiting === undefined) return
    if (waiting.mode === 'send') desk.waiting.delete(n)
    turn.transmit(desk.attachment.link, { kind: 'started', n })
  }

  /** Chunks from number `first` on were stored: the link gets those it lacks [P-19]. */
  chunks(session: string, n: number, first: number, contents: readonly Json[], turn: Turn): void {
    const desk = this.#desks.get(session)
    const waiting = desk?.waiting.get(n)
    if (desk === undefined || waiting === undefined) return
    for (const [index, content] of contents.entries()) {
      if (first + index !== waiting.next) continue
      turn.transmit(desk.attachment.link, { kind: 'chunk', n, chunk: waiting.next, content })
      waiting.next += 1
    }
  }

  /** The journal has the ending: whoever waits for it gets it. */
  ended(session: string, n: number, ending: Ending, count: number, turn: Turn): void {
    const desk = this.#desks.get(session)
    const waiting = desk?.waiting.get(n)
    if (desk === undefined || waiting === undefined) return
    desk.waiting.delete(n)
    turn.transmit(desk.attachment.link, answerFrame(n, waiting.mode, ending, count))
  }

  /** It did not run, and the journal knows nothing of it: the same number may be sent again [P-18]. */
  refused(session: string, n: number, error: WireError, turn: Turn): void {
    const desk = this.#desks.get(session)
    if (desk?.waiting.delete(n)) turn.transmit(desk.attachment.link, { kind: 'error', n, refused: true, error })
  }

  /** The store did not take an ending. The link goes: the client asks again on the next one, and so does the run then. */
  storeFailed(session: string, turn: Turn): void {
    const desk = this.#desks.get(session)
    if (desk !== undefined) dropUnstored(this.#options.drop, desk.attachment.link, turn)
  }

  #obstacle(attachment: Attachment, { leftMs, message }: Frame): WireError | undefined {
    return leftMs <= 0 ? expired : this.#options.runs.obstacle(attachment.fence.session, message.type)
  }

  #begun(desk: Desk, frame: Frame, obstacle: WireError | undefined, answer: Answer<BeginOperation>, turn: Turn): void {
    // What was journalled as started is started, even if its link has gone: the answer waits in the journal.
    if (answer.status === 'new' && obstacle === undefined) this.#options.runs.start(desk.attachment, frame, turn)
    else if (this.#isHere(desk)) this.#found(desk, frame, obstacle, answer, turn)
  }

  #found(desk: Desk, frame: Frame, obstacle: WireError | undefined, answer: Answer<BeginOperation>, turn: Turn): void {
    const { session } = desk.attachment.fence
    switch (answer.status) {
      case 'new':
        return this.refused(session, frame.n, obstacle ?? overloaded, turn)
      case 'started':
        return this.#running(desk, frame, obstacle, answer, turn)
      case 'ended':
        this.#catchUp(desk, frame.n, answer, turn)
        return this.ended(session, frame.n, answer.ending, answer.count, turn)
      case 'lost':
        return this.#lost(desk, frame.n, replyLost, turn)
      case 'unknown':
        return this.#lost(desk, frame.n, ownerGone, turn)
      case 'full':
        return this.refused(session, frame.n, overloaded, turn)
      case 'settled':
        desk.waiting.delete(frame.n)
        return
      case 'fenced':
        return dropFenced(this.#options.drop, desk.attachment.link, turn)
      case 'failed':
        return dropUnstored(this.#options.drop, desk.attachment.link, turn)
      default:
        return unreachable(answer)
    }
  }

  /** The journal says started. If it was by us, and we know of no run, then the start was journalled in a batch that seemed to fail: nothing of it ran. */
  #running(desk: Desk, frame: Frame, obstacle: WireError | undefined, answer: Started, turn: Turn): void {
    const { runs, owner } = this.#options
    const { session } = desk.attachment.fence
    const stage = runs.waitedFor(session, frame.n, turn)
    if (stage === undefined && answer.owner === owner) {
      if (obstacle === undefined) runs.start(desk.attachment, frame, turn)
      else this.refused(session, frame.n, obstacle, turn)
      return
    }
    if (stage === 'running') this.started(session, frame.n, turn)
    this.#catchUp(desk, frame.n, answer, turn)
  }

  /** From here on the link gets the chunks as they come. */
  #catchUp(desk: Desk, n: number, { first, chunks }: { first: number; chunks: readonly Json[] }, turn: Turn): void {
    const waiting = desk.waiting.get(n)
    if (waiting === undefined) return
    waiting.next = first
    this.chunks(desk.attachment.fence.session, n, first, chunks, turn)
  }

  #lost(desk: Desk, n: number, error: WireError, turn: Turn): void {
    if (desk.waiting.delete(n)) turn.transmit(desk.attachment.link, { kind: 'error', n, error })
  }

  #isHere(desk: Desk): boolean {
    return this.#desks.get(desk.attachment.fence.session) === desk
  }
}

type Started = Extract<BeginResult, { status: 'started' }>

/** A `send` wants to know that it was recorded, or that it certainly did not run [P-16, P-18]. */
const answerFrame = (n: number, mode: RequestMode, ending: Ending, count: number): ServerFrame<Json> => {
  const counted = mode === 'stream' ? { count } : {}
  if (mode === 'send' && (ending.ok || ending.error.mayHaveExecuted)) return { kind: 'started', n }
  if (!ending.ok) return { kind: 'error', n, ...counted, error: ending.error }
  return { kind: 'reply', n, ...counted, message: ending.message }
}
