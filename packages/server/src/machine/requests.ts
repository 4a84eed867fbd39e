/** Requests of attached links: begun in the store before anything else, then answered from the journal or run [P-14, P-15]. */

import {
  closeCodes,
  type Json,
  type Ranges,
  type RequestFrame,
  type RequestMessage,
  unreachable,
  type WireError,
} from '@backchat/protocol'
import type { BeginOperation, BeginResult, Ending } from '../store/operations.js'
import type { Attachment } from './attachment.js'
import { Desk, type Waiting } from './desk.js'
import { type Drop, dropFenced, dropUnstored } from './drop.js'
import { expired, overloaded, ownerGone, replyLost } from './faults.js'
import type { Answer, Turn } from './turn.js'

type Frame = RequestFrame<RequestMessage>

/** The runs of handlers, as far as a link needs to know of them. */
export interface Runs {
  /** Why a request that is new may not run here; undefined when it may. */
  obstacle(session: string, type: string): WireError | undefined
  isIdempotent(type: string): boolean
  start(attachment: Attachment, frame: Frame, again: boolean, turn: Turn): void
  /** How far a run of ours is, now that somebody waits for it again; undefined when there is none. */
  waitedFor(session: string, n: number, turn: Turn): 'starting' | 'running' | 'ended' | undefined
  cancel(session: string, n: number, turn: Turn): void
}

export interface RequestsOptions {
  readonly owner: string
  /** Most requests that a link may have waiting. */
  readonly window: number
  readonly runs: Runs
  readonly drop: Drop
}

/** A request for which the store was asked. */
interface Asked {
  readonly desk: Desk
  readonly frame: Frame
  readonly waiting: Waiting
  /** Why it may not run if it is new. */
  readonly obstacle: WireError | undefined
}

export class Requests {
  readonly #options: RequestsOptions
  /** One for each attached session. */
  readonly #desks = new Map<string, Desk>()

  constructor(options: RequestsOptions) {
    this.#options = options
  }

  attached(attachment: Attachment): void {
    this.#desks.set(attachment.fence.session, new Desk(attachment))
  }

  /** Whoever still goes on for this link finds that it waits for nothing. */
  left({ fence }: Attachment): void {
    this.#desks.get(fence.session)?.forgetAll()
    this.#desks.delete(fence.session)
  }

  /** Begins a request before anything else is done with it [P-15]. */
  asked(attachment: Attachment, frame: Frame, turn: Turn): void {
    const desk = this.#desks.get(attachment.fence.session)
    if (desk === undefined) return
    if (desk.size >= this.#options.window && !desk.has(frame.n)) return this.#overTheWindow(attachment, turn)
    const from = frame.mode === 'stream' ? (frame.from ?? 0) : 0
    const waiting = desk.wait(frame.n, frame.mode, from)
    const obstacle = this.#obstacle(attachment, frame)
    const operation: BeginOperation = {
      op: 'begin',
      fence: attachment.fence,
      n: frame.n,
      mode: frame.mode,
      owner: this.#options.owner,
      idempotent: this.#options.runs.isIdempotent(frame.message.type),
      onlyLookUp: obstacle !== undefined,
      from,
    }
    turn.ask(operation, (answer, turn) => this.#begun({ desk, frame, waiting, obstacle }, answer, turn))
  }

  /** The caller gave up [P-20]. It is acknowledged also when nothing is known of the number [P-21]. */
  cancelled({ link, fence }: Attachment, n: number, turn: Turn): void {
    turn.ask({ op: 'cancel', fence, n }, ({ status }, turn) => {
      if (status === 'fenced') return dropFenced(this.#options.drop, link, turn)
      if (status === 'failed') return dropUnstored(this.#options.drop, link, turn)
      this.#options.runs.cancel(fence.session, n, turn)
      const desk = this.#desks.get(fence.session)
      if (desk?.attachment.link === link) desk.cancelled(n, turn)
    })
  }

  /** The client has these for good, and waits for none of them. */
  settled(session: string, numbers: Ranges): void {
    this.#desks.get(session)?.forgetAll(numbers)
  }

  // ---- what the runs tell whoever waits ----

  started(session: string, n: number, turn: Turn): void {
    this.#desks.get(session)?.started(n, turn)
  }

  chunks(session: string, n: number, first: number, contents: readonly Json[], turn: Turn): void {
    this.#desks.get(session)?.chunks(n, first, contents, turn)
  }

  ended(session: string, n: number, ending: Ending, count: number, turn: Turn): void {
    this.#desks.get(session)?.ended(n, ending, count, turn)
  }

  refused(session: string, n: number, error: WireError, turn: Turn): void {
    this.#desks.get(session)?.refused(n, error, turn)
  }

  lost(session: string, n: number, turn: Turn): void {
    this.#desks.get(session)?.failed(n, replyLost, turn)
  }

  /** The link goes: the client asks again on the next one, and the store is asked again then. */
  storeFailed(session: string, turn: Turn): void {
    const desk = this.#desks.get(session)
    if (desk !== undefined) dropUnstored(this.#options.drop, desk.attachment.link, turn)
  }

  // ---- what the store found ----

  #begun(asked: Asked, answer: Answer<BeginOperation>, turn: Turn): void {
    const { desk, frame, obstacle } = asked
    const { n } = frame
    asked.waiting.begun = true
    switch (answer.status) {
      case 'new':
        return this.#start(asked, answer, turn)
      case 'started':
        return this.#join(asked, answer, turn)
      case 'ended':
        desk.chunks(n, answer.first, answer.chunks, turn)
        return desk.ended(n, answer.ending, answer.count, turn)
      case 'lost':
        return desk.failed(n, replyLost, turn)
      case 'unknown':
        return desk.failed(n, ownerGone, turn)
      case 'full':
        return desk.refused(n, obstacle ?? overloaded, turn)
      case 'settled':
        return desk.forget(n)
      case 'fenced':
        return dropFenced(this.#options.drop, desk.attachment.link, turn)
      case 'failed':
        return dropUnstored(this.#options.drop, desk.attachment.link, turn)
      default:
        return unreachable(answer)
    }
  }

  /** What is journalled as started is started, even if its link has gone meanwhile: the answer will wait in the journal. */
  #start({ desk, frame, obstacle }: Asked, begun: Begun, turn: Turn): void {
    const again = begun.again === true
    if (obstacle === undefined) this.#options.runs.start(desk.attachment, frame, again, turn)
    else if (again) desk.failed(frame.n, ownerGone, turn)
    else desk.refused(frame.n, obstacle, turn)
  }

  /** It was started before, and the link gets what it says from now on. */
  #join(asked: Asked, begun: Started, turn: Turn): void {
    const { desk, frame } = asked
    const { owner, first, chunks } = begun
    const stage = this.#options.runs.waitedFor(desk.attachment.fence.session, frame.n, turn)
    // Started by us, but not running: the start was journalled in a batch that seemed to fail, and nothing of it ran.
    if (stage === undefined && owner === this.#options.owner) return this.#start(asked, begun, turn)
    if (stage === 'running') desk.started(frame.n, turn)
    desk.chunks(frame.n, first, chunks, turn)
  }

  #obstacle({ fence }: Attachment, { leftMs, message }: Frame): WireError | undefined {
    return leftMs <= 0 ? expired : this.#options.runs.obstacle(fence.session, message.type)
  }

  #overTheWindow({ link }: Attachment, turn: Turn): void {
    const reason = `A client sends at most ${this.#options.window} requests that are not settled.`
    this.#options.drop(link, closeCodes.protocolError, reason, turn) // [P-14]
  }
}

type Begun = Extract<BeginResult, { status: 'new' | 'started' }>
type Started = Extract<BeginResult, { status: 'started' }>
