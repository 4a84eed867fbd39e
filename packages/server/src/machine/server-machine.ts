/**
 * The server's machine, one per node: told what happened, it says what is to be done. It composes the parts,
 * which do not know each other, and drops in one place what comes from links that do not count.
 */

import { closeCodes, type Ids, type Limits, limits, type ReceivedByServer, unreachable } from '@backchat/protocol'
import type { Owner } from '../store/operations.js'
import { Asks } from './asks.js'
import type { Attachment } from './attachment.js'
import { Batches } from './batches.js'
import { Closing } from './closing.js'
import { heard } from './conversation.js'
import { Counts } from './counts.js'
import { Credentials, expiry } from './credentials.js'
import { drain, endRuns, leave } from './departure.js'
import type { Drop } from './drop.js'
import type { Effect } from './effects.js'
import { Greeting, type Newcomer } from './greeting.js'
import { Heartbeats } from './heartbeats.js'
import type { Input, LinkId } from './inputs.js'
import { Lease } from './lease.js'
import { logout } from './logout.js'
import { lost, noted, renewed } from './neighbours.js'
import type { Parts } from './parts.js'
import { Pushes } from './pushes.js'
import { refuse } from './refusal.js'
import { Registry } from './registry.js'
import { Requests } from './requests.js'
import { Runs } from './runs.js'
import { Sessions } from './sessions.js'
import { Strain } from './strain.js'
import { Turn } from './turn.js'
import { type Whereabouts, whereabouts } from './whereabouts.js'

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
  /** How late it may be woken before it turns new requests away [P-37]. Default: however late. */
  readonly strainMs?: number
  /** What clients are told in `welcome`. Default: the protocol's. */
  readonly limits?: Limits
  /** Told of a bug of ours, of which nothing is lost but the one input. Default: it is thrown. */
  readonly failed?: (error: unknown) => void
}

/** A part that has times of its own: it stands in `#timed` and in `#next`. */
interface Timed {
  wake(turn: Turn): void
  wakeAt(): number
}

const wake = (part: Timed, turn: Turn): void => part.wake(turn)

/** How often a lease is renewed. */
const renewMs = 1_000

export class ServerMachine {
  /** For people who watch. */
  readonly counts = new Counts()
  readonly #maxConnections: number
  readonly #heartbeatMs: number
  readonly #limits: Limits
  readonly #batches = new Batches(() => this.#parts.runs.mayBeOrphaned())
  readonly #strain: Strain
  readonly #parts: Parts
  readonly #closing: Closing
  readonly #failed: ((error: unknown) => void) | undefined
  readonly #timed: readonly Timed[]
  /** When the next turn is due; undefined after a turn that may have changed it. */
  #wakeAt: number | undefined

  constructor(options: ServerMachineOptions) {
    this.#failed = options.failed
    this.#maxConnections = options.maxConnections ?? 10_000
    this.#heartbeatMs = options.heartbeatMs ?? 30_000
    this.#limits = options.limits ?? { messageBytes: limits.messageBytes, window: limits.window, ranges: limits.ranges }
    this.#strain = new Strain(options.strainMs ?? Number.POSITIVE_INFINITY)
    this.#parts = this.#assemble(options)
    this.#closing = new Closing({
      drain: (turn) => drain(this.#parts, turn),
      isDeserted: () => this.#parts.sessions.links === 0,
      signal: (turn) => this.#parts.runs.signal(turn),
      isAtWork: () => this.#parts.runs.size > 0,
      endRuns: (turn) => endRuns(this.#parts, turn),
      leave: (turn) => leave(this.#parts, turn),
      isQuiet: (turn) => this.#batches.allAnswered && turn.operations.length === 0,
    })
    const { lease, greeting, heartbeats, credentials, runs, asks } = this.#parts
    // Whether we may act at all comes first.
    this.#timed = [lease, greeting, heartbeats, credentials, runs, asks]
  }

  handle(input: Input, now: number): readonly Effect[] {
    return this.handleAll([input], now)
  }

  /** The same for all that a tick brought, with one batch for the store: most of what a turn costs is paid once for all of it. */
  handleAll(inputs: readonly Input[], now: number): readonly Effect[] {
    if (this.#closing.isClosed) return []
    const turn = new Turn(now, this.#failed)
    this.#strain.active(now)
    this.#parts.lease.begin(turn)
    if (this.wakeAt() <= now) for (const part of this.#timed) turn.attempt(wake, part) // [P-29]
    for (const input of inputs) turn.attempt(this.#taking, input)
    this.#batches.send(turn)
    this.#wakeAt = undefined
    return turn.effects
  }

  wakeAt(): number {
    this.#wakeAt ??= this.#next()
    return this.#wakeAt
  }

  #next(): number {
    if (this.#closing.isClosed) return Number.POSITIVE_INFINITY
    const { lease, greeting, heartbeats, credentials, runs, asks } = this.#parts
    // By name, because it is asked several times for each request, and calls of many kinds from one place are slow.
    const links = Math.min(greeting.wakeAt(), heartbeats.wakeAt(), credentials.wakeAt())
    const node = Math.min(this.#closing.wakeAt(), this.#strain.wakeAt(), lease.wakeAt())
    return Math.min(links, node, runs.wakeAt(), asks.wakeAt())
  }

  /** What links wait for, for people who watch. */
  waiting(): ReturnType<Requests['waiting']> {
    return this.#parts.requests.waiting()
  }

  /** Where a request is, for people who watch. */
  whereabouts(session: string, n: number): Whereabouts {
    const { runs, requests } = this.#parts
    return whereabouts(runs.find(session, n), requests.isAsking(session, n), requests.isElsewhere(session, n))
  }

  #assemble({ ids, hash, authenticates, ...options }: ServerMachineOptions): Parts {
    const owner = () => lease.owner
    const lease = new Lease({
      owner: options.owner,
      newOwner: () => ids.id(),
      node: options.node,
      sessionTtlMs: options.sessionTtlMs ?? 120_000,
      renewMs: Math.min(options.pollMs ?? renewMs, renewMs),
      noted: (note, turn) => noted(this.#parts, note, turn),
      expired: (session, turn) => sessions.over(session, turn),
      renewed: (turn) => renewed(this.#parts, turn),
      lost: (turn) => lost(this.#parts, turn),
    })
    const registry = new Registry(options.handlerTimeoutMs ?? 60_000)
    const greeting = new Greeting({
      authenticates,
      hash,
      newId: () => ids.id(),
      owner,
      greeted: (link, newcomer, turn) => sessions.greeted(link, newcomer, turn),
      lost: (hello, turn) => sessions.detach(hello.user, hello, turn),
    })
    const sessions = new Sessions({
      attached: (attachment, newcomer, turn) => this.#attached(attachment, newcomer, turn),
      left: (attachment) => this.#left(attachment),
      over: (session, turn) => this.#over(session, turn),
    })
    const drop: Drop = (link, code, reason, turn) => {
      if (greeting.has(link)) greeting.abandon(link, code, reason, turn)
      else sessions.drop(link, code, reason, turn)
    }
    const { window } = this.#limits
    const heartbeats = new Heartbeats(this.#heartbeatMs, drop)
    const credentials = new Credentials(authenticates, drop)
    const forgotten = (attachment: Attachment, turn: Turn) =>
      sessions.discard(attachment, 'The store went back in time.', turn)
    const pushes = new Pushes({ owner, drop, forgotten })
    const asks = new Asks({ owner, bring: (session, push, turn) => pushes.bring(session, push, turn) })
    const runs: Runs = new Runs({ owner, window, registry, audience: () => requests })
    const isAuthorized = (link: LinkId, now: number) => credentials.isGood(link, now)
    const requests = new Requests({
      owner,
      window,
      runs,
      strain: this.#strain,
      isAuthorized,
      drop,
      counts: this.counts,
    })
    return { lease, registry, greeting, sessions, heartbeats, credentials, pushes, asks, runs, requests, drop }
  }

  readonly #taking = (input: Input, turn: Turn): void => {
    if (this.#closing.isClosed) return
    this.#take(input, turn)
    this.#closing.goOn(turn)
  }

  #take(input: Input, turn: Turn): void {
    const { greeting, sessions, credentials, runs, registry, pushes, asks, lease, drop } = this.#parts
    switch (input.kind) {
      case 'opened':
        return this.#opened(input.link, turn)
      case 'received':
        return this.#received(input.link, input.frame, turn)
      case 'garbled':
        return this.#garbled(input, turn)
      case 'closed':
        greeting.forget(input.link)
        return sessions.closed(input.link, turn)
      case 'authenticated':
        return this.#authenticated(input, turn)
      case 'authenticateFailed':
        credentials.unjudged(input.link)
        return greeting.authenticateFailed(input.link, turn)
      case 'applied':
        return this.#batches.applied(input.batch, input.results, turn)
      case 'applyFailed':
        return this.#batches.failed(input.batch, input.reason, turn)
      case 'waiting':
        return runs.waiting(input.run, input.waits, turn)
      case 'handling':
        return runs.handling(input.run, turn)
      case 'yielded':
        return runs.yielded(input.run, input.content, input.bytes, turn)
      case 'returned':
        return runs.returned(input.run, input.message, input.bytes, turn)
      case 'threw':
        return runs.threw(input.run, input.error, input.refused, turn)
      case 'registered':
        return registry.register(input)
      case 'pushed':
        return pushes.append(input, turn)
      case 'loggedOut':
        return logout(this.#parts, input, turn)
      case 'asked':
        return asks.asked(input, turn)
      case 'askAbandoned':
        return asks.abandoned(input.key, turn)
      case 'hinted':
        return lease.hinted(input.owner, turn)
      case 'dropAsked':
        return drop(input.link, closeCodes.normal, input.reason, turn)
      case 'closeAsked':
        return this.#closing.asked(input.drainMs, turn)
      case 'woke':
        return this.#strain.woke(turn.now)
      default:
        return unreachable(input)
    }
  }

  // ---- links ----

  #opened(link: LinkId, turn: Turn): void {
    const { greeting, sessions } = this.#parts
    if (!this.#closing.isOpen) refuse(turn, link, 'draining')
    else if (greeting.size + sessions.links < this.#maxConnections || greeting.makeRoom(turn))
      greeting.opened(link, turn)
    else refuse(turn, link, 'full') // [P-11]
  }

  /** What comes from a link that is not here any more ends in this place [P-6]. */
  #received(link: LinkId, frame: ReceivedByServer, turn: Turn): void {
    const { greeting, sessions, heartbeats } = this.#parts
    if (greeting.has(link)) return greeting.received(link, frame, turn)
    const attachment = sessions.attachmentOf(link)
    if (attachment === undefined) return
    heartbeats.heard(link, turn)
    heard(this.#parts, attachment, frame, this.#closing.isOpen, turn)
  }

  /** What follows a goodbye counts no more, whatever it is. */
  #garbled({ link, reason, tooLarge }: Extract<Input, { kind: 'garbled' }>, turn: Turn): void {
    const { greeting, sessions, drop } = this.#parts
    if (!greeting.has(link) && sessions.attachmentOf(link) === undefined) return
    drop(link, tooLarge ? closeCodes.tooLarge : closeCodes.protocolError, reason, turn) // [P-3]
  }

  #authenticated({ link, user, expiresInMs }: Extract<Input, { kind: 'authenticated' }>, turn: Turn): void {
    const { credentials, greeting } = this.#parts
    const endsAt = expiresInMs === undefined ? Number.POSITIVE_INFINITY : turn.now + expiresInMs
    if (credentials.has(link)) credentials.judged(link, user, endsAt, turn)
    else greeting.authenticated(link, user, endsAt, turn)
  }

  #attached(attachment: Attachment, { hello, greeted, tokenEndsAt }: Newcomer, turn: Turn): void {
    const { registry, heartbeats, credentials, requests, pushes } = this.#parts
    const { link, user } = attachment
    const { session, epoch, resumed, head, gap } = greeted
    turn.transmit(link, {
      kind: 'welcome',
      sessionId: session,
      epoch,
      resumed,
      head,
      idempotent: registry.idempotent(),
      limits: this.#limits,
      heartbeatMs: this.#heartbeatMs,
      ...(gap && { gap }),
      ...expiry(tokenEndsAt, turn.now),
    }) // [P-12]
    turn.perform({ kind: 'attached', link, session, user, resumed })
    heartbeats.attached(link, turn)
    credentials.attached(attachment, hello.client, tokenEndsAt)
    // What is missed in one of these two costs nothing in the other [P-25].
    requests.attached(attachment)
    // A new record's log begins anew, whatever the client had of another.
    pushes.attached(attachment, resumed ? (gap?.to ?? hello.lastPush) : 0, head, turn)
  }

  #left(attachment: Attachment): void {
    const { heartbeats, credentials, requests, pushes } = this.#parts
    heartbeats.left(attachment.link)
    credentials.left(attachment)
    requests.left(attachment)
    pushes.left(attachment)
  }

  #over(session: string, turn: Turn): void {
    this.#parts.runs.over(session, turn)
    this.#parts.asks.over(session, turn)
  }
}
