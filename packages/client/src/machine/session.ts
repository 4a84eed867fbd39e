/** One conversation with the server over one link after another: greeting, resuming, beginning anew, ending. */

import {
  closeCodes,
  type Ids,
  type Push,
  type Random,
  type ReceivedByClient,
  type Refuse,
  unreachable,
  type Welcome,
  type WireMessage,
  type Withdrawn,
} from '@backchat/protocol'
import { answer, type Breach, type Turn } from './answers.js'
import type { Asks } from './asks.js'
import { type Cause, notRun } from './faults.js'
import type { Heartbeat } from './heartbeat.js'
import { Identity } from './identity.js'
import type { Requested } from './inputs.js'
import type { Link } from './link.js'
import type { Out } from './out.js'
import type { Pushes } from './pushes.js'
import type { Requests } from './requests.js'
import type { Tokens } from './tokens.js'

/** What a session is made of. */
export interface Parts {
  readonly out: Out
  readonly random: Random
  readonly ids: Ids
  readonly link: Link
  readonly heartbeat: Heartbeat
  readonly requests: Requests
  readonly pushes: Pushes
  readonly asks: Asks
  readonly tokens: Tokens
}

export class Session {
  readonly #out: Out
  readonly #random: Random
  readonly #link: Link
  readonly #heartbeat: Heartbeat
  readonly #requests: Requests
  readonly #pushes: Pushes
  readonly #asks: Asks
  readonly #tokens: Tokens
  readonly #identity: Identity
  #id = ''
  /** The link was told what is not settled. */
  #resumed = false
  /** Why nothing is taken any more. */
  #closed: { readonly cause: Cause; readonly why: string } | undefined

  constructor(parts: Parts) {
    this.#out = parts.out
    this.#random = parts.random
    this.#link = parts.link
    this.#heartbeat = parts.heartbeat
    this.#requests = parts.requests
    this.#pushes = parts.pushes
    this.#asks = parts.asks
    this.#tokens = parts.tokens
    this.#identity = new Identity(parts.ids)
  }

  /** Requests may be sent. Between the welcome and init they may not [P-12]. */
  get ready(): boolean {
    return this.#link.state === 'online' && this.#resumed
  }

  // ---- what a link brings ----

  greet(link: number): void {
    const opened = this.#link.opened(link)
    if (opened === undefined) return
    this.#tokens.greet(opened.token)
    const frame = this.#identity.hello(opened.token, { lastPush: this.#pushes.last, ...this.#requests.sent.settled })
    this.#out.emit({ kind: 'transmit', link, frame })
  }

  receive(frame: ReceivedByClient, now: number): void {
    this.#heartbeat.heard(now)
    if (frame.kind === 'refuse') return this.#refused(frame, now)
    const breach = this.#link.state === 'online' ? this.#read(frame, now) : this.#readGreeting(frame, now)
    if (breach !== undefined) this.breach(breach, now)
  }

  /** A newer server may say more than we understand, but not in its greeting [P-3] [P-5]. */
  receiveUnknown(frameKind: string, now: number): void {
    this.#heartbeat.heard(now)
    if (this.#link.state !== 'online') this.breach(beforeWelcome(frameKind), now)
  }

  /** What came cannot be what was sent: the session resumes on another link. */
  breach(reason: string, now: number): void {
    this.#link.drop(closeCodes.protocolError, reason, now)
  }

  /** Before the welcome, when we may not even answer a ping [P-5]. */
  #readGreeting(frame: ReceivedByClient, now: number): Breach {
    if (frame.kind === 'welcome' && this.#link.state === 'greeting') return this.#welcomed(frame, now)
    return frame.kind === 'ping' ? undefined : beforeWelcome(frame.kind)
  }

  #read(frame: Exclude<ReceivedByClient, Refuse>, now: number): Breach {
    switch (frame.kind) {
      case 'welcome':
        return 'A second welcome came.'
      case 'ping':
        this.#out.transmit({ kind: 'pong' })
        return undefined
      case 'pong':
        return undefined
      case 'push':
      case 'withdrawn':
        return this.#readNumbered(frame, now)
      case 'answered':
        this.#asks.confirmed(frame.push)
        return undefined
      case 'authorized':
        this.#tokens.authorized(now, frame.expiresInMs)
        this.#requests.authorized(now)
        return undefined
      case 'drain':
        this.#link.drain(frame)
        this.#requests.drain(frame.taken)
        return undefined
      case 'gap':
        return this.#pushes.skip(frame) ? undefined : this.#tooEarly(frame)
      default:
        return answer(this.#requests, frame, this.#turn(now))
    }
  }

  #turn(now: number): Turn {
    return { out: this.#out, random: this.#random, sessionId: this.#id, now, tokens: this.#tokens }
  }

  /** What has a number of its own comes once, and in its place [P-23] [P-33]. */
  #readNumbered(frame: Push<WireMessage> | Withdrawn, now: number): Breach {
    const received = this.#pushes.receive(frame.push)
    if (received === 'jump') return this.#tooEarly(frame)
    if (received === 'old') return undefined
    if (frame.kind === 'withdrawn') this.#asks.withdraw(frame.ask)
    else if (frame.leftMs === undefined) this.#pushes.deliver(frame.message, this.#id)
    else this.#asks.ask({ ...frame, leftMs: frame.leftMs }, this.#id, now)
    return undefined
  }

  #tooEarly({ kind }: ReceivedByClient): Breach {
    return `A ${kind} came where push ${this.#pushes.last + 1} was due.`
  }

  // ---- beginning ----

  /** The link is current from here on [P-12]. */
  #welcomed(welcome: Welcome, now: number): Breach {
    this.#id = welcome.sessionId
    this.#resumed = false
    this.#link.welcomed(now)
    this.#heartbeat.start(welcome.heartbeatMs, now)
    this.#tokens.accepted(now, welcome.expiresInMs)
    this.#requests.welcomed(welcome, now)
    this.#asks.limit(welcome.limits)
    const epoch = this.#identity.meet(welcome.epoch)
    if (epoch === 'another') this.#beginAnew()
    if (welcome.gap !== undefined && !this.#pushes.skip(welcome.gap)) return this.#tooEarly(welcome)
    if (epoch === 'same') this.resume(now)
    else this.#out.emit({ kind: 'initialise' })
    return undefined
  }

  /** The server has no record of what we know, and made another one. */
  #beginAnew(): void {
    this.#pushes.beginAnew()
    this.#asks.beginAnew()
    this.#requests.beginAnew(sessionLost)
    this.#out.emit({
      kind: 'reset',
      reason: 'The session is lost: the server restarted, or we were away for too long.',
    })
  }

  /** Tells the link what is not settled. From then on requests may be sent; there was no init, or it went before. */
  resume(now: number, init?: Requested): void {
    if (this.#link.state !== 'online' || this.#resumed) return
    this.#resumed = true
    this.#requests.resume(now, init)
    this.#asks.resume()
  }

  ask(asked: Requested, now: number): void {
    if (asked.init && this.#link.state === 'online' && !this.#resumed) return this.resume(now, asked)
    this.#requests.ask(asked, now)
    // Then nothing else is queued.
    if (this.#link.state === 'unauthorized') this.#requests.endUnauthorized(tokenRefused)
    if (this.#closed !== undefined) this.#requests.endQueued(this.#closed.cause, this.#closed.why)
  }

  // ---- ending ----

  /** What follows from each refusal: the table of [P-13]. */
  #refused({ code, message, retryAfterMs }: Refuse, now: number): void {
    switch (code) {
      case 'version':
        return this.#endRefused('UNSUPPORTED_VERSION', `The server speaks another version: ${message}`)
      case 'invalid':
        return this.#endRefused('INVALID_MESSAGE', `The server did not understand: ${message}`)
      case 'unauthorized':
        if (this.#link.tokenRefused(message, now) === 'stopped') this.#requests.endUnauthorized(tokenRefused)
        return
      case 'not-yours':
        this.#requests.endQueued('SESSION_GONE', 'The session belongs to somebody else.')
        return this.#beAnother(message, now)
      case 'stale':
      case 'superseded':
        return this.#beAnother(message, now)
      case 'full':
      case 'draining':
        return this.#link.drop(closeCodes.normal, message, now, retryAfterMs)
      default:
        return unreachable(code)
    }
  }

  /** What was sent under the old identity cannot be asked for any more. */
  #beAnother(reason: string, now: number): void {
    const known = this.#identity.known
    this.#identity.renew()
    this.#pushes.beginAnew()
    this.#asks.beginAnew()
    this.#requests.forgetNumbers('OUTCOME_UNKNOWN', 'SESSION_GONE', sessionLost)
    if (known) this.#out.emit({ kind: 'reset', reason })
    this.#link.drop(closeCodes.normal, reason, now)
  }

  close(): void {
    if (this.#closed !== undefined) return
    this.#out.transmit({ kind: 'bye' }) // [P-30]
    this.#end('CLOSED', 'The client was closed.', 'CLOSED')
  }

  /** Told even when nothing is pending: nobody would know else why the client is closed. */
  #endRefused(cause: Cause, why: string): void {
    this.#out.emit({ kind: 'report', error: notRun(cause, why, 'queued') })
    this.#end(cause, why, 'OUTCOME_UNKNOWN')
  }

  /** Nothing is taken and nothing dialled any more. */
  #end(cause: Cause, why: string, ran: Cause): void {
    this.#closed = { cause, why }
    this.#asks.beginAnew()
    this.#requests.endQueued(cause, why)
    this.#requests.forgetNumbers(ran, cause, why)
    this.#link.close()
  }
}

const beforeWelcome = (kind: string) => `A ${kind} came before the welcome.`
const tokenRefused = 'The token was refused; reauthenticate() goes on.'
const sessionLost = 'The session is lost: nobody can know whether it ran.'
