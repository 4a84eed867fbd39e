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
import type { Attachment } from './attachment.js'
import { Batches } from './batches.js'
import { Closing } from './closing.js'
import { type Drop, dropFenced, dropUnstored } from './drop.js'
import type { Effect } from './effects.js'
import { Greeting, type Newcomer } from './greeting.js'
import { Heartbeats } from './heartbeats.js'
import type { Input, LinkId } from './inputs.js'
import { Pushes } from './pushes.js'
import { refuse } from './refusal.js'
import { Registry } from './registry.js'
import { Requests } from './requests.js'
import { Runs } from './runs.js'
import { Sessions } from './sessions.js'
import { Turn } from './turn.js'

export interface ServerMachineOptions {
  /** Names this node's incarnation; never used again. What another owner has started is not ours to finish. */
  readonly owner: string
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
  readonly #closing: Closing
  readonly #timed: readonly { wakeAt(): number; wake(turn: Turn): void }[]

  constructor(options: ServerMachineOptions) {
    const { owner, ids, hash, authenticates } = options
    this.#maxConnections = options.maxConnections ?? 10_000
    this.#heartbeatMs = options.heartbeatMs ?? 30_000
    this.#limits = options.limits ?? { messageBytes: limits.messageBytes, window: limits.window, ranges: limits.ranges }
    this.#registry = new Registry(options.handlerTimeoutMs ?? 60_000)
    this.#greeting = new Greeting({
      authenticates,
      hash,
      newId: () => ids.id(),
      greeted: (link, newcomer, turn) => this.#sessions.greeted(link, newcomer, turn),
    })
    this.#sessions = new Sessions({
      sessionTtlMs: options.sessionTtlMs ?? 120_000,
      attached: (attachment, newcomer, turn) => this.#attached(attachment, newcomer, turn),
      left: (attachment) => this.#left(attachment),
      over: (session, turn) => this.#runs.over(session, turn),
    })
    this.#heartbeats = new Heartbeats(this.#heartbeatMs, this.#drop)
    this.#pushes = new Pushes(this.#drop)
    this.#runs = new Runs({
      owner,
      window: this.#limits.window,
      registry: this.#registry,
      audience: () => this.#requests,
    })
    this.#requests = new Requests({ owner, window: this.#limits.window, runs: this.#runs, drop: this.#drop })
    this.#closing = new Closing({
      endRuns: (turn) => this.#endRuns(turn),
      dropLinks: (turn) => this.#sessions.dropAll(closeCodes.goingAway, 'The server goes away and will be back.', turn),
      isQuiet: (turn) => this.#batches.allAnswered && turn.questions.length === 0,
    })
    this.#timed = [this.#greeting, this.#sessions, this.#heartbeats, this.#runs]
  }

  handle(input: Input, now: number): readonly Effect[] {
    if (this.#closing.isClosed) return []
    const turn = new Turn(now)
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
        return this.#greeting.authenticated(input.link, input.user, turn)
      case 'authenticateFailed':
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
      case 'dropAsked':
        return this.#drop(input.link, closeCodes.normal, input.reason, turn)
      case 'closeAsked':
        return this.#closing.asked(turn)
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
        return this.#requests.asked(attachment, frame, turn)
      case 'cancel':
        return this.#requests.cancelled(attachment, frame.n, turn)
      case 'ack':
        return this.#acknowledged(attachment, frame, turn)
      case 'bye':
        return this.#sessions.bye(attachment, turn)
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

  #confirmed(session: string, { floor, settled, chunks = [] }: Ack, turn: Turn): void {
    const numbers = new Ranges()
    numbers.merge(floor, settled)
    this.#requests.settled(session, numbers)
    this.#runs.settled(session, numbers, turn)
    for (const [n, next] of chunks) this.#runs.took(session, n, next, turn)
  }

  #attached(attachment: Attachment, { hello, greeted }: Newcomer, turn: Turn): void {
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
    }) // [P-12]
    turn.perform({ kind: 'attached', link, session, user, resumed })
    this.#heartbeats.attached(link, turn)
    // What is missed in one of these two costs nothing in the other [P-25].
    this.#requests.attached(attachment)
    // A new record's log begins anew, whatever the client had of another.
    this.#pushes.attached(attachment, resumed ? (gap?.to ?? hello.lastPush) : 0, head, turn)
  }

  #left(attachment: Attachment): void {
    this.#heartbeats.left(attachment.link)
    this.#requests.left(attachment)
    this.#pushes.left(attachment)
  }

  readonly #drop: Drop = (link, code, reason, turn) => {
    if (this.#greeting.has(link)) this.#greeting.abandon(link, code, reason, turn)
    else this.#sessions.drop(link, code, reason, turn)
  }

  #endRuns(turn: Turn): void {
    this.#greeting.refuseAll('draining', turn)
    this.#runs.close(turn)
  }
}
