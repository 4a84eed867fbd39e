/**
 * The server's machine, one per node: told what happened, it says what is to be done. It composes the parts,
 * which do not know each other, and drops in one place what comes from links that do not count.
 */

import {
  type Ack,
  closeCodes,
  type Ids,
  type Limits,
  limits,
  Ranges,
  type ReceivedByServer,
  unreachable,
} from '@backchat/protocol'
import type { Note, Owner } from '../store/operations.js'
import { type AnswerFrame, Asks, endingOf } from './asks.js'
import type { Attachment } from './attachment.js'
import { Batches } from './batches.js'
import { Closing } from './closing.js'
import { Credentials, expiry } from './credentials.js'
import { type Drop, dropFenced, dropUnstored } from './drop.js'
import type { Effect } from './effects.js'
import { leaseLost, serverClosed } from './faults.js'
import { Greeting, type Newcomer } from './greeting.js'
import { Heartbeats } from './heartbeats.js'
import type { Input, LinkId } from './inputs.js'
import { Lease } from './lease.js'
import { Pushes } from './pushes.js'
import { refuse } from './refusal.js'
import { Registry } from './registry.js'
import { Requests } from './requests.js'
import { Runs } from './runs.js'
import { Sessions } from './sessions.js'
import { Turn } from './turn.js'

export interface ServerMachineOptions {
  /** Names this node's incarnation; never used again. What another owner has started is not ours to finish. */
  readonly owner: Owner
  /** Names this node over all its incarnations: a new one ends what the older ones had. Default: nothing is known of them. */
  readonly node?: string | undefined
  /** How often it looks for notes of other nodes, and renews its lease. Default, and at most, 1 s. */
  readonly pollMs?: number | undefined
  readonly ids: Pick<Ids, 'id'>
  /** The SHA-256 of a client's secret, which is all that a store keeps of it. */
  readonly hash: (secret: string) => string
  /** Whether the application judges tokens. If not, everybody is a guest of their own. */
  readonly authenticates: boolean
  /** Most links, those that have said nothing yet included. Default 10,000. */
  readonly maxConnections?: number
  /** A link that is silent this long is pinged. Default 30 s. */
  readonly heartbeatMs?: number
  /** Longest silence of a handler that names none of its own. Default 60 s. */
  readonly handlerTimeoutMs?: number
  /** How long a session lives without a link. Default 2 min. */
  readonly sessionTtlMs?: number
  /** What clients are told in `welcome`. Default: the protocol's. */
  readonly limits?: Limits
}

/** How often a lease is renewed. */
const renewMs = 1_000
/** When clients of a server that goes away dial anew: after the first, spread over the second. */
const drainRetryMs = 100
const drainWindowMs = 1_000

export class ServerMachine {
  readonly #maxConnections: number
  readonly #heartbeatMs: number
  readonly #limits: Limits
  readonly #batches = new Batches()
  readonly #registry: Registry
  readonly #greeting: Greeting
  readonly #sessions: Sessions
  readonly #heartbeats: Heartbeats
  readonly #pushes: Pushes
  readonly #runs: Runs
  readonly #requests: Requests
  readonly #asks: Asks
  readonly #credentials: Credentials
  readonly #lease: Lease
  readonly #closing: Closing
  readonly #timed: readonly { wakeAt(): number; wake(turn: Turn): void }[]

  constructor(options: ServerMachineOptions) {
    const { ids, hash, authenticates } = options
    this.#maxConnections = options.maxConnections ?? 10_000
    this.#heartbeatMs = options.heartbeatMs ?? 30_000
    this.#limits = options.limits ?? { messageBytes: limits.messageBytes, window: limits.window, ranges: limits.ranges }
    this.#registry = new Registry(options.handlerTimeoutMs ?? 60_000)
    const owner = () => this.#lease.owner
    this.#lease = new Lease({
      owner: options.owner,
      newOwner: () => ids.id(),
      node: options.node,
      sessionTtlMs: options.sessionTtlMs ?? 120_000,
      renewMs: Math.min(options.pollMs ?? renewMs, renewMs),
      noted: (note, turn) => this.#noted(note, turn),
      expired: (session, turn) => this.#sessions.over(session, turn),
      renewed: (turn) => this.#renewed(turn),
      lost: (turn) => this.#leaseLost(turn),
    })
    this.#greeting = new Greeting({
      authenticates,
      hash,
      newId: () => ids.id(),
      owner,
      greeted: (link, newcomer, turn) => this.#sessions.greeted(link, newcomer, turn),
      lost: ({ user, client, attempt }, turn) => this.#sessions.detach(user, client, attempt, turn),
    })
    this.#sessions = new Sessions({
      attached: (attachment, newcomer, turn) => this.#attached(attachment, newcomer, turn),
      left: (attachment) => this.#left(attachment),
      over: (session, turn) => this.#over(session, turn),
    })
    this.#heartbeats = new Heartbeats(this.#heartbeatMs, this.#drop)
    this.#credentials = new Credentials(this.#drop)
    this.#pushes = new Pushes(owner, this.#drop)
    this.#asks = new Asks({ owner, bring: (session, push, turn) => this.#pushes.bring(session, push, turn) })
    const { window } = this.#limits
    this.#runs = new Runs({ owner, window, registry: this.#registry, audience: () => this.#requests })
    this.#requests = new Requests({
      owner,
      window,
      runs: this.#runs,
      isAuthorized: (link, now) => this.#credentials.isGood(link, now),
      drop: this.#drop,
    })
    this.#closing = new Closing({
      drain: (turn) => this.#drain(turn),
      isIdle: () => this.#sessions.links === 0 && this.#runs.size === 0,
      signal: (turn) => this.#runs.signal(turn),
      isAtWork: () => this.#runs.size > 0,
      endRuns: (turn) => this.#endRuns(turn),
      leave: (turn) => this.#leave(turn),
      isQuiet: (turn) => this.#batches.allAnswered && turn.questions.length === 0,
    })
    // Whether we may act at all comes first.
    this.#timed = [this.#lease, this.#greeting, this.#heartbeats, this.#credentials, this.#runs, this.#asks]
  }

  handle(input: Input, now: number): readonly Effect[] {
    if (this.#closing.isClosed) return []
    const turn = new Turn(now)
    this.#lease.begin(turn)
    if (this.wakeAt() <= now) for (const part of this.#timed) part.wake(turn) // [P-29]
    this.#take(input, turn)
    this.#closing.goOn(turn)
    this.#batches.send(turn)
    return turn.effects
  }

  wakeAt(): number {
    if (this.#closing.isClosed) return Number.POSITIVE_INFINITY
    let earliest = this.#closing.wakeAt()
    for (const part of this.#timed) earliest = Math.min(earliest, part.wakeAt())
    return earliest
  }

  #take(input: Input, turn: Turn): void {
    switch (input.kind) {
      case 'opened':
        return this.#opened(input.link, turn)
      case 'received':
        return this.#received(input.link, input.frame, turn)
      case 'garbled': {
        const code = input.tooLarge ? closeCodes.tooLarge : closeCodes.protocolError
        return this.#drop(input.link, code, input.reason, turn) // [P-3]
      }
      case 'closed':
        this.#greeting.forget(input.link)
        return this.#sessions.closed(input.link, turn)
      case 'authenticated':
        return this.#authenticated(input, turn)
      case 'authenticateFailed':
        this.#credentials.unjudged(input.link)
        return this.#greeting.authenticateFailed(input.link, turn)
      case 'applied':
        return this.#batches.applied(input.batch, input.results, turn)
      case 'applyFailed':
        return this.#batches.failed(input.batch, input.reason, turn)
      case 'handling':
        return this.#runs.handling(input.run, turn)
      case 'yielded':
        return this.#runs.yielded(input.run, input.content, input.bytes, turn)
      case 'returned':
        return this.#runs.returned(input.run, input.message, input.bytes, turn)
      case 'threw':
        return this.#runs.threw(input.run, input.error, input.refused, turn)
      case 'registered':
        return this.#registry.register(input)
      case 'pushed':
        return this.#pushes.append(input, turn)
      case 'asked':
        return this.#asks.asked(input, turn)
      case 'askAbandoned':
        return this.#asks.abandoned(input.key, turn)
      case 'hinted':
        return this.#lease.hinted(input.owner, turn)
      case 'dropAsked':
        return this.#drop(input.link, closeCodes.normal, input.reason, turn)
      case 'closeAsked':
        return this.#closing.asked(input.drainMs, turn)
      case 'woke':
        return
      default:
        return unreachable(input)
    }
  }

  // ---- links ----

  #opened(link: LinkId, turn: Turn): void {
    if (!this.#closing.isOpen) refuse(turn, link, 'draining')
    else if (this.#greeting.size + this.#sessions.links >= this.#maxConnections)
      refuse(turn, link, 'full') // [P-11]
    else this.#greeting.opened(link, turn)
  }

  /** What comes from a link that is not here any more ends in this place [P-6]. */
  #received(link: LinkId, frame: ReceivedByServer, turn: Turn): void {
    if (this.#greeting.has(link)) return this.#greeting.received(link, frame, turn)
    const attachment = this.#sessions.attachmentOf(link)
    if (attachment === undefined) return
    this.#heartbeats.heard(link, turn)
    this.#heard(attachment, frame, turn)
  }

  #heard(attachment: Attachment, frame: ReceivedByServer, turn: Turn): void {
    switch (frame.kind) {
      case 'hello':
        return this.#drop(attachment.link, closeCodes.protocolError, 'A link has one hello.', turn) // [P-10]
      case 'request':
        // What comes after `drain` is not taken [P-32].
        return this.#closing.isOpen ? this.#requests.asked(attachment, frame, turn) : undefined
      case 'cancel':
        return this.#requests.cancelled(attachment, frame.n, turn)
      case 'ack':
        return this.#acknowledged(attachment, frame, turn)
      case 'bye':
        return this.#sessions.bye(attachment, turn)
      case 'token':
        return this.#credentials.offered(attachment.link, frame.token, turn)
      case 'answer':
      case 'answerError':
        return this.#answered(attachment, frame, turn)
      case 'ping':
        return turn.transmit(attachment.link, { kind: 'pong' }) // [P-28]
      case 'pong':
        return
      default:
        return unreachable(frame)
    }
  }

  #acknowledged(attachment: Attachment, ack: Ack, turn: Turn): void {
    const { link, fence } = attachment
    const { push, floor, settled, chunks = [] } = ack
    if (!this.#pushes.hasSent(attachment, push)) {
      return this.#drop(link, closeCodes.protocolError, 'A push was confirmed that was never sent.', turn) // [P-22]
    }
    turn.ask({ op: 'confirm', fence, push, floor, settled, chunks }, ({ status }, turn) => {
      if (status === 'ok') this.#confirmed(fence.session, ack, turn)
      else if (status === 'fenced') dropFenced(this.#drop, link, turn)
      else dropUnstored(this.#drop, link, turn)
    })
  }

  /** The client answers what it was asked [P-33]. It need not keep the answer once the store has it. */
  #answered({ link, fence }: Attachment, frame: AnswerFrame, turn: Turn): void {
    const { push } = frame
    turn.ask({ op: 'answer', fence, push, ending: endingOf(frame) }, ({ status }, turn) => {
      if (status === 'fenced') return dropFenced(this.#drop, link, turn)
      if (status === 'failed') return dropUnstored(this.#drop, link, turn)
      if (this.#sessions.attachmentOf(link) !== undefined) turn.transmit(link, { kind: 'answered', push })
      // It waits in the store, for us most often.
      if (status === 'ok' && this.#asks.size > 0) this.#lease.look(turn)
    })
  }

  #authenticated({ link, user, expiresInMs }: Extract<Input, { kind: 'authenticated' }>, turn: Turn): void {
    const endsAt = expiresInMs === undefined ? Number.POSITIVE_INFINITY : turn.now + expiresInMs
    if (this.#credentials.has(link)) this.#credentials.judged(link, user, endsAt, turn)
    else this.#greeting.authenticated(link, user, endsAt, turn)
  }

  #confirmed(session: string, { floor, settled, chunks = [] }: Ack, turn: Turn): void {
    const numbers = new Ranges()
    numbers.merge(floor, settled)
    this.#requests.settled(session, numbers)
    this.#runs.settled(session, numbers, turn)
    for (const [n, next] of chunks) this.#runs.took(session, n, next, turn)
  }

  #attached(attachment: Attachment, { hello, greeted, tokenEndsAt }: Newcomer, turn: Turn): void {
    const { link, user } = attachment
    const { session, epoch, resumed, head, gap } = greeted
    turn.transmit(link, {
      kind: 'welcome',
      sessionId: session,
      epoch,
      resumed,
      head,
      ...(gap && { gap }),
      idempotent: this.#registry.idempotent(),
      limits: this.#limits,
      heartbeatMs: this.#heartbeatMs,
      ...expiry(tokenEndsAt, turn.now),
    }) // [P-12]
    turn.perform({ kind: 'attached', link, session, user, resumed })
    this.#heartbeats.attached(link, turn)
    this.#credentials.attached(attachment, hello.client, tokenEndsAt)
    // What is missed in one of these two costs nothing in the other [P-25].
    this.#requests.attached(attachment)
    // A new record's log begins anew, whatever the client had of another.
    this.#pushes.attached(attachment, resumed ? (gap?.to ?? hello.lastPush) : 0, head, turn)
    // It was greeted before the server began to drain, and is asked to leave like all others.
    if (!this.#closing.isOpen) this.#askToLeave(link, turn)
  }

  #left(attachment: Attachment): void {
    this.#heartbeats.left(attachment.link)
    this.#credentials.left(attachment)
    this.#requests.left(attachment)
    this.#pushes.left(attachment)
  }

  readonly #drop: Drop = (link, code, reason, turn) => {
    if (this.#greeting.has(link)) this.#greeting.abandon(link, code, reason, turn)
    else this.#sessions.drop(link, code, reason, turn)
  }

  #over(session: string, turn: Turn): void {
    this.#runs.over(session, turn)
    this.#asks.over(session, turn)
  }

  // ---- other nodes ----

  /** What another node did that concerns this one [P-35]. */
  #noted(note: Note, turn: Turn): void {
    switch (note.note) {
      case 'push':
        return this.#pushes.noted(note.session, turn)
      case 'run':
        return this.#requests.noted(note.session, note.n, turn)
      case 'cancel':
        return this.#runs.cancel(note.session, note.n, turn)
      case 'took':
        return this.#runs.took(note.session, note.n, note.next, turn)
      case 'settled':
        return this.#runs.settled(note.session, new Ranges(0, [[note.n, note.n]]), turn)
      case 'superseded':
        return this.#sessions.superseded(note.session, note.attempt, turn)
      case 'over':
        return this.#sessions.over(note, turn)
      case 'answered':
        return this.#asks.answered(note.session, note.push, note.answer, turn)
      default:
        return unreachable(note)
    }
  }

  #renewed(turn: Turn): void {
    this.#sessions.retell(turn)
    this.#requests.lookAgain(turn)
  }

  /** Others count us as gone: what we began is theirs to judge, and clients come again. */
  #leaseLost(turn: Turn): void {
    this.#runs.dropAll(leaseLost.message, turn)
    this.#asks.endAll(leaseLost, turn)
    this.#sessions.dropAll(closeCodes.internalError, leaseLost.message, turn)
  }

  // ---- closing [P-32] ----

  #drain(turn: Turn): void {
    this.#greeting.refuseAll('draining', turn)
    for (const link of this.#sessions.all()) this.#askToLeave(link, turn)
  }

  #askToLeave(link: LinkId, turn: Turn): void {
    const attachment = this.#sessions.attachmentOf(link)
    if (attachment === undefined) return
    const taken = this.#requests.taken(attachment)
    turn.transmit(link, { kind: 'drain', taken, retryAfterMs: drainRetryMs, windowMs: drainWindowMs })
  }

  #endRuns(turn: Turn): void {
    this.#runs.close(turn)
    this.#asks.endAll(serverClosed, turn)
  }

  #leave(turn: Turn): void {
    this.#sessions.dropAll(closeCodes.goingAway, 'The server goes away and will be back.', turn)
    this.#lease.retire(turn)
  }
}
