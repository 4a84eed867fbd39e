/** The client's decisions: what happened and when goes in, what is to be done comes out. Composes the parts and keeps the time. */

import {
  type ClientFrame,
  closeCodes,
  Gathered,
  type Ids,
  type Json,
  limits,
  type Random,
  unreachable,
} from '@backchat/protocol'
import { Asks } from './asks.js'
import { Confirmations } from './confirmations.js'
import type { Effect } from './effects.js'
import { Heartbeat } from './heartbeat.js'
import type { Input, Key } from './inputs.js'
import { Link, type Sign } from './link.js'
import type { Out } from './out.js'
import { Pushes } from './pushes.js'
import { Requests } from './requests.js'
import { Session } from './session.js'
import { Timeline } from './timeline.js'
import { TokenQuestion } from './token-question.js'
import { Tokens } from './tokens.js'

export interface ClientMachineOptions {
  readonly random: Random
  readonly ids: Ids
  /** Most requests that wait for a link; then `QUEUE_FULL`. */
  readonly queue?: number | undefined
  /** Most pushes that wait for the first listener of their type; then each is reported. */
  readonly unheard?: number | undefined
}

export class ClientMachine {
  readonly #link: Link
  readonly #heartbeat = new Heartbeat()
  readonly #confirmations = new Confirmations()
  readonly #requests: Requests
  readonly #pushes: Pushes
  readonly #asks: Asks
  readonly #tokens: Tokens
  readonly #question: TokenQuestion
  readonly #session: Session
  readonly #timeline = new Timeline()
  /** Of a turn that throws they come with the next one: whom one settles is not forgotten. */
  readonly #effects = new Gathered<Effect>()
  #now = 0
  #wakeAt = Infinity

  constructor({ random, ids, queue = limits.queue, unheard = limits.unheard }: ClientMachineOptions) {
    const out: Out = {
      emit: (effect) => this.#effects.add(effect),
      transmit: (frame, key) => this.#transmit(frame, key),
      owe: (withinMs) => this.#confirmations.owe(withinMs, this.#now),
    }
    const question = new TokenQuestion(out)
    const link = new Link(out, random, question)
    const tokens = new Tokens(out, random, question)
    const heartbeat = this.#heartbeat
    const requests = new Requests(out, queue)
    const pushes = new Pushes(out, unheard)
    const asks = new Asks(out)
    this.#session = new Session({ out, random, ids, link, heartbeat, requests, pushes, asks, tokens })
    this.#link = link
    this.#requests = requests
    this.#pushes = pushes
    this.#asks = asks
    this.#tokens = tokens
    this.#question = question
  }

  /** One turn, with what the monotonic and the wall clock say. Where there is no other clock, the monotonic one is both. */
  handle(input: Input, monotonic: number, wall: number = monotonic): readonly Effect[] {
    const passed = this.#timeline.read({
      monotonic,
      wall,
      dueAt: this.wakeAt(),
      timerAt: input.kind === 'woke' ? input.timerAt : undefined,
      woke: input.kind === 'noticed' && input.sign === 'woke',
    })
    const now = this.#timeline.at(monotonic)
    this.#now = now
    // Before that time nothing is due, and most turns come before it.
    if (now >= this.#wakeAt) this.#pass()
    if (passed === 'slept') this.#notice('woke')
    if (passed === 'jumped') this.#probe()
    this.#take(input)
    if (this.#session.ready) this.#requests.flush(now)
    this.#checkLink()
    this.#confirm()
    this.#wakeAt = this.#next()
    return this.#effects.take()
  }

  /** When the next turn is due if nothing happens before, by the monotonic clock. */
  wakeAt(): number {
    return this.#timeline.monotonic(this.#wakeAt)
  }

  /** The time of the newest turn, in which effects count: monotonic, and what sleeps hid from it. */
  get now(): number {
    return this.#now
  }

  #take(input: Input): void {
    if ('link' in input && input.link !== this.#link.current) return // [P-6]
    switch (input.kind) {
      case 'started':
        return this.#link.start(this.#now)
      case 'requested':
        return this.#session.ask(input, this.#now)
      case 'abandoned':
        return this.#requests.abandon(input.key)
      case 'readerBegan':
        return this.#requests.advance(input.key, this.#now, (stream) => stream.begin())
      case 'replyWanted':
        return this.#requests.advance(input.key, this.#now, (stream) => stream.wantReply())
      case 'left':
        return this.#requests.advance(input.key, this.#now, (stream) => stream.leave())
      case 'took':
        return this.#requests.advance(input.key, this.#now, (stream) => stream.take(input.next))
      case 'tokenFetched':
        return this.#tokenFetched(input.fetch, input.token)
      case 'tokenFailed':
        if (this.#link.state === 'online') return this.#tokens.failed(input.fetch, input.reason, this.#now)
        return this.#link.tokenFailed(input.fetch, input.reason, this.#now)
      case 'opened':
        return this.#session.greet(input.link)
      case 'received':
        return this.#session.receive(input.frame, this.#now)
      case 'garbled':
        return this.#session.breach(input.reason, this.#now)
      case 'unknown':
        return this.#session.receiveUnknown(input.frameKind, this.#now)
      case 'closed':
        return this.#link.closed(input.link, input.code, input.reason, this.#now)
      case 'initSkipped':
        return this.#session.resume(this.#now)
      case 'listened':
        return this.#pushes.listened(input.type)
      case 'handles':
        return this.#asks.handles(input.type, true)
      case 'handlesNoMore':
        return this.#asks.handles(input.type, false)
      case 'answered':
        return this.#asks.answered(input.push, input.message)
      case 'answerFailed':
        return this.#asks.failed(input.push, input.error)
      case 'noticed':
        return this.#notice(input.sign)
      case 'reauthenticated':
        this.#question.outdate()
        if (this.#link.state === 'online') this.#tokens.renew(this.#now)
        return this.#link.reauthenticate(this.#now)
      case 'closeAsked':
        return this.#session.close()
      case 'woke':
        return
      default:
        return unreachable(input)
    }
  }

  #tokenFetched(fetch: number, token: string | undefined): void {
    if (this.#link.state !== 'online') this.#link.tokenFetched(fetch, token, this.#now)
    else if (!this.#tokens.fetched(fetch, token, this.#now)) this.#link.redial(closeCodes.normal, this.#now)
  }

  // ---- time ----

  #pass(): void {
    this.#requests.expire(this.#now) // [P-29]
    this.#asks.expire(this.#now)
    this.#checkLink()
  }

  /** Something hints that the link may be dead, or that there may be one again. */
  #notice(sign: Sign): void {
    this.#link.noticed(sign, this.#now)
    if (sign !== 'hidden') this.#probe()
  }

  #probe(): void {
    if (this.#link.state === 'online' && this.#heartbeat.probe(this.#now)) this.#transmit({ kind: 'ping' })
  }

  #checkLink(): void {
    this.#link.pass(this.#now, this.#work)
    if (this.#link.state !== 'online') return
    if (this.#requests.drained) return this.#link.drop(closeCodes.normal, '', this.#now) // [P-32]
    this.#tokens.pass(this.#now)
    const owed = this.#requests.outstanding || this.#asks.outstanding || this.#tokens.outstanding
    this.#heartbeat.expect(owed, this.#now)
    const pulse = this.#heartbeat.check(this.#now)
    if (pulse === 'ping') this.#transmit({ kind: 'ping' })
    if (pulse === 'dead') this.#link.redial(closeCodes.silent, this.#now) // [P-28]
  }

  /** Somebody waits, here or on the server. */
  get #work(): boolean {
    return this.#requests.pending || this.#asks.pending
  }

  #next(): number {
    const deadline = Math.min(this.#requests.callers.wakeAt(), this.#asks.wakeAt())
    const always = Math.min(deadline, this.#link.wakeAt(this.#work))
    if (this.#link.state !== 'online') return always
    const online = Math.min(always, this.#heartbeat.wakeAt(), this.#tokens.wakeAt())
    return this.#session.ready ? Math.min(online, this.#requests.retryAt(), this.#confirmations.wakeAt()) : online
  }

  // ---- frames ----

  #transmit(frame: ClientFrame<Json>, key?: Key): void {
    const link = this.#link.current
    if (link === undefined || this.#link.state !== 'online') return
    // Init goes before all else [P-12]; what is lost here is sent by the resume that follows.
    if (!this.#session.ready && resumed.has(frame.kind)) return
    this.#effects.add(key === undefined ? { kind: 'transmit', link, frame } : { kind: 'transmit', link, frame, key })
  }

  /** One frame for many facts: to send one along with each request would double the frames of a busy client. */
  #confirm(): void {
    if (!this.#session.ready || this.#now < this.#confirmations.wakeAt()) return
    this.#confirmations.told()
    const chunks = this.#requests.sent.credit()
    const { floor, settled } = this.#requests.sent.settled
    const ack = { kind: 'ack', push: this.#pushes.last, floor, settled } as const
    this.#transmit(chunks.length === 0 ? ack : { ...ack, chunks })
  }
}

/** What every new link is told again. */
const resumed: ReadonlySet<string> = new Set(['cancel', 'answer', 'answerError'])
