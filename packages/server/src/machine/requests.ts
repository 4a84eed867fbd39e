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
import type { BeginOperation, BeginResult, Ending, Owner, RunFence } from '../store/operations.js'
import type { Attachment } from './attachment.js'
import type { Counts } from './counts.js'
import { Desk, type Waiting } from './desk.js'
import { type Drop, dropFenced, dropUnstored } from './drop.js'
import { endForgotten, expired, overloaded, ownerGone, replyLost, strained, tokenEnded } from './faults.js'
import type { LinkId } from './inputs.js'
import type { Start } from './run-table.js'
import type { Strain } from './strain.js'
import type { Answer, Turn } from './turn.js'

type Frame = RequestFrame<RequestMessage>

/** The runs of handlers, as far as a link needs to know of them. */
export interface Runs {
  /** Why a request that is new may not run here; undefined when it may. */
  obstacle(session: string, type: string): WireError | undefined
  isIdempotent(type: string): boolean
  start(attachment: Attachment, frame: Frame, start: Start, turn: Turn): void
  /** How far a run of ours is, now that somebody waits for it again; undefined when there is none, nor a start in doubt. */
  waitedFor(session: string, n: number, turn: Turn): 'in doubt' | 'starting' | 'running' | 'ended' | undefined
  cancel(session: string, n: number, turn: Turn): void
  /** The store failed when this was begun: perhaps it says that we run it. */
  doubt(start: RunFence): void
  /** A start of ours that the store tells of now is about to be taken back. */
  isTakenBack(session: string, n: number): boolean
}

export interface RequestsOptions {
  readonly owner: () => Owner
  /** Whether the token of a link is good. */
  readonly isAuthorized: (link: LinkId, now: number) => boolean
  /** Most requests that a link may have waiting. */
  readonly window: number
  readonly runs: Runs
  readonly strain: Strain
  readonly drop: Drop
  readonly counts: Counts
}

/** A request for which the store was asked, and in whose name. */
interface Asked {
  readonly desk: Desk
  readonly waiting: Waiting
  readonly owner: Owner
  /** Why it may not run if it is new. */
  readonly obstacle: WireError | undefined
  /** It is turned away if it is new [P-37]. */
  readonly turnedAway: boolean
  /** It came from the client just now; otherwise it has been waiting. */
  readonly came: boolean
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
    this.#begin(desk, desk.wait(frame, turn.now), turn, true)
  }

  /** How many requests of a link were taken. */
  taken({ fence }: Attachment): number {
    return this.#desks.get(fence.session)?.taken ?? 0
  }

  /** Whether the store was asked to begin this and has not answered. */
  isAsking(session: string, n: number): boolean {
    return this.#desks.get(session)?.find(n)?.begun === false
  }

  /** All that links wait for, for people who watch. */
  *waiting(): Iterable<{ readonly attachment: Attachment; readonly waiting: Waiting }> {
    for (const desk of this.#desks.values())
      for (const waiting of desk.all()) yield { attachment: desk.attachment, waiting }
  }

  /** Whether another node runs this, and it is waited for here. */
  isElsewhere(session: string, n: number): boolean {
    return this.#desks.get(session)?.find(n)?.elsewhere === true
  }

  /** Looks at all that runs on other nodes: it may be further, or its node gone, and nobody leaves a note of that. */
  lookAgain(turn: Turn): void {
    for (const desk of this.#desks.values()) {
      for (const waiting of desk.elsewhere()) this.#begin(desk, waiting, turn)
    }
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

  #begin(desk: Desk, waiting: Waiting, turn: Turn, came = false): void {
    const { frame, mode, next } = waiting
    const { runs } = this.#options
    const { fence } = desk.attachment
    const owner = this.#options.owner()
    const obstacle = this.#obstacle(desk, waiting, turn.now)
    const idempotent = runs.isIdempotent(frame.message.type)
    const turnedAway = came && obstacle === undefined && !this.#options.strain.letsIn(turn.now)
    // What a server that is gone had begun is not new, and is taken over where that may be.
    const onlyLookUp = obstacle !== undefined || (turnedAway && 'at what is new')
    const operation: BeginOperation = {
      op: 'begin',
      fence,
      n: frame.n,
      mode,
      owner,
      idempotent,
      onlyLookUp,
      from: next,
    }
    waiting.elsewhere = false
    waiting.begun = false
    const asked = { desk, waiting, owner, obstacle, turnedAway, came }
    turn.ask(operation, (answer, turn) => this.#begun(asked, answer, turn))
  }

  #begun(asked: Asked, answer: Answer<BeginOperation>, turn: Turn): void {
    const { desk, waiting, obstacle } = asked
    const { n } = waiting.frame
    // Begun under a name that has been given up: its link has gone, and nothing runs.
    if (asked.owner !== this.#options.owner()) return
    if (isStart(answer) && this.#options.runs.isTakenBack(desk.attachment.fence.session, n))
      return this.#again(asked, turn)
    waiting.begun = true
    if (asked.came && wasHere(answer)) this.#options.counts.duplicates += 1
    switch (answer.status) {
      case 'new':
        if (asked.turnedAway && answer.again !== true) return this.#turnAway(asked, turn)
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
        return this.#refuse(desk, n, obstacle ?? overloaded, turn)
      case 'settled':
        return desk.forget(n)
      case 'fenced':
        return dropFenced(this.#options.drop, desk.attachment.link, turn)
      case 'failed': {
        const { session, epoch } = desk.attachment.fence
        this.#options.runs.doubt({ session, epoch, n, owner: asked.owner })
        return dropUnstored(this.#options.drop, desk.attachment.link, turn)
      }
      default:
        return unreachable(answer)
    }
  }

  /** The store is asked again, now that it has been asked to take back what it told of. Whose link has gone will ask by itself. */
  #again({ desk, waiting, came }: Asked, turn: Turn): void {
    if (desk.find(waiting.frame.n) === waiting) this.#begin(desk, waiting, turn, came)
  }

  /** What is journalled as started is started, even if its link has gone meanwhile: the answer will wait in the journal. */
  #start({ desk, waiting, obstacle }: Asked, begun: Begun, turn: Turn): void {
    const { frame, until } = waiting
    const again = begun.again === true
    const leftMs = until - turn.now
    if (obstacle === undefined) this.#options.runs.start(desk.attachment, frame, { leftMs, again }, turn)
    else if (again) desk.failed(frame.n, ownerGone, turn)
    else this.#refuse(desk, frame.n, obstacle, turn)
  }

  /** It certainly did not run, and comes again [P-37]. */
  #turnAway({ desk, waiting: { frame, until } }: Asked, turn: Turn): void {
    const error = strained(this.#options.strain.retryAfterMs(until - turn.now))
    this.#refuse(desk, frame.n, error, turn)
  }

  #refuse(desk: Desk, n: number, error: WireError, turn: Turn): void {
    this.#options.counts.refuse(error.code)
    desk.refused(n, error, turn)
  }

  /** It was started before, and the link gets what it says from now on. */
  #join(asked: Asked, begun: Started, turn: Turn): void {
    const { desk, waiting } = asked
    const { n } = waiting.frame
    const { owner, first, chunks } = begun
    const stage = this.#options.runs.waitedFor(desk.attachment.fence.session, n, turn)
    const isOurs = owner === this.#options.owner()
    // The start was journalled in a batch that seemed to fail, and nothing of it ran.
    if (stage === 'in doubt' && isOurs) return this.#start(asked, begun, turn)
    // It ended here, and the store has forgotten that: it went back in time.
    if (stage === undefined && isOurs) return desk.failed(n, endForgotten, turn)
    waiting.elsewhere = !isOurs
    // Whether another owner calls the handler it has journalled is not known yet, and a send is done when one is called [P-16].
    const isUnderWay = stage === 'running' || (!isOurs && waiting.mode !== 'send')
    if (!waiting.reported && isUnderWay) desk.started(n, turn)
    desk.chunks(n, first, chunks, turn)
  }

  #obstacle({ attachment }: Desk, { until, frame }: Waiting, now: number): WireError | undefined {
    if (until <= now) return expired
    if (!this.#options.isAuthorized(attachment.link, now)) return tokenEnded // [P-34]
    return this.#options.runs.obstacle(attachment.fence.session, frame.message.type)
  }

  #overTheWindow({ link }: Attachment, turn: Turn): void {
    const reason = `A client sends at most ${this.#options.window} requests that are not settled.`
    this.#options.drop(link, closeCodes.protocolError, reason, turn) // [P-14]
  }
}

/** The journal says that it is started, as of now or before. */
const isStart = ({ status }: Answer<BeginOperation>): boolean => status === 'new' || status === 'started'

/** The journal knew it: it has been asked before. */
const wasHere = ({ status }: Answer<BeginOperation>): boolean =>
  status === 'started' || status === 'ended' || status === 'lost' || status === 'unknown'

type Begun = Extract<BeginResult, { status: 'new' | 'started' }>
type Started = Extract<BeginResult, { status: 'started' }>
