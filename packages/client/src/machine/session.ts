/** One conversation with the server over one link after another: greeting, resuming, beginning anew, ending. */

import {
  closeCodes,
  type Ids,
  type Random,
  type ReceivedByClient,
  type Refuse,
  unreachable,
  type Welcome,
} from '@backchat/protocol'
import { answer, type Breach } from './answers.js'
import { type Cause, notRun } from './faults.js'
import type { Heartbeat } from './heartbeat.js'
import { Identity } from './identity.js'
import type { Requested } from './inputs.js'
import type { Link } from './link.js'
import type { Out } from './out.js'
import type { Pushes } from './pushes.js'
import { consequences } from './refusals.js'
import type { Requests } from './requests.js'

/** What a session is made of. */
export interface Parts {
  readonly out: Out
  readonly random: Random
  readonly ids: Ids
  readonly link: Link
  readonly heartbeat: Heartbeat
  readonly requests: Requests
  readonly pushes: Pushes
}

export class Session {
  readonly #parts: Parts
  readonly #identity: Identity
  #id = ''
  /** The link was told what is not settled. */
  #resumed = false
  /** Why nothing is taken any more. */
  #closed: { readonly cause: Cause; readonly why: string } | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    this.#identity = new Identity(parts.ids)
  }

  /** Requests may be sent. Between the welcome and init they may not [P-12]. */
  get ready(): boolean {
    return this.#parts.link.state === 'online' && this.#resumed
  }

  // ---- what a link brings ----

  greet(link: number): void {
    const { out, requests, pushes } = this.#parts
    const opened = this.#parts.link.opened(link)
    if (opened === undefined) return
    const frame = this.#identity.hello(opened.token, { lastPush: pushes.last, ...requests.settled })
    out.emit({ kind: 'transmit', link, frame })
  }

  receive(frame: ReceivedByClient, now: number): void {
    const { link, heartbeat } = this.#parts
    heartbeat.heard(now)
    if (frame.kind === 'refuse') return this.#refused(frame, now)
    const breach = link.state === 'online' ? this.#read(frame, now) : this.#readGreeting(frame, now)
    if (breach !== undefined) this.breach(breach, now)
  }

  /** A newer server may say more than we understand, but not in its greeting [P-3] [P-5]. */
  receiveUnknown(frameKind: string, now: number): void {
    this.#parts.heartbeat.heard(now)
    if (this.#parts.link.state !== 'online') this.breach(`'${frameKind}' came before the welcome.`, now)
  }

  /** What came cannot be what was sent: the session resumes on another link. */
  breach(reason: string, now: number): void {
    this.#parts.link.drop(closeCodes.protocolError, reason, now)
  }

  /** Before the welcome, when we may not even answer a ping [P-5]. */
  #readGreeting(frame: ReceivedByClient, now: number): Breach {
    if (frame.kind === 'welcome' && this.#parts.link.state === 'greeting') return this.#welcomed(frame, now)
    return frame.kind === 'ping' ? undefined : `'${frame.kind}' came before the welcome.`
  }

  #read(frame: Exclude<ReceivedByClient, Refuse>, now: number): Breach {
    const { out, random, requests, pushes } = this.#parts
    switch (frame.kind) {
      case 'welcome':
        return 'A second welcome came.'
      case 'ping':
        out.transmit({ kind: 'pong' })
        return undefined
      case 'pong':
        return undefined
      case 'push':
        return pushes.accept(frame, this.#id) ? undefined : `Push ${frame.push} came where ${pushes.last + 1} was due.`
      case 'gap':
        return pushes.skip(frame) ? undefined : `A gap from ${frame.from} came where ${pushes.last + 1} was due.`
      default:
        return answer(requests, frame, { out, random, sessionId: this.#id, now })
    }
  }

  // ---- beginning ----

  /** The link is current from here on [P-12]. */
  #welcomed(welcome: Welcome, now: number): Breach {
    const { out, link, heartbeat, requests, pushes } = this.#parts
    this.#id = welcome.sessionId
    this.#resumed = false
    link.welcomed(now)
    heartbeat.start(welcome.heartbeatMs, now)
    requests.welcomed(welcome)
    const epoch = this.#identity.meet(welcome.epoch)
    if (epoch === 'another') this.#beginAnew()
    if (welcome.gap !== undefined && !pushes.skip(welcome.gap)) return 'The gap in the welcome came too early.'
    if (epoch === 'same') this.resume(now)
    else out.emit({ kind: 'initialise' })
    return undefined
  }

  /** The server has no record of what we know, and made another one. */
  #beginAnew(): void {
    const { out, requests, pushes } = this.#parts
    pushes.beginAnew()
    requests.beginAnew(sessionLost)
    out.emit({ kind: 'reset', reason: 'The server lost the session: it was restarted, or we were away for too long.' })
  }

  /** Tells the link what is not settled. From then on requests may be sent; there was no init, or it went before. */
  resume(now: number, init?: Requested): void {
    if (this.#parts.link.state !== 'online' || this.#resumed) return
    this.#resumed = true
    this.#parts.requests.resume(now, init)
  }

  ask(asked: Requested, now: number): void {
    const { link, requests } = this.#parts
    if (asked.init && link.state === 'online' && !this.#resumed) return this.resume(now, asked)
    requests.ask(asked, now)
    // Then nothing else is queued.
    if (link.state === 'unauthorized') requests.endQueued('UNAUTHORIZED', tokenRefused)
    if (this.#closed !== undefined) requests.endQueued(this.#closed.cause, this.#closed.why)
  }

  // ---- ending ----

  #refused({ code, message, retryAfterMs }: Refuse, now: number): void {
    const { link, requests } = this.#parts
    const consequence = consequences[code]
    switch (consequence.do) {
      case 'end':
        return this.#endRefused(consequence.cause, `${consequence.why}: ${message}`)
      case 'fetch token':
        if (link.tokenRefused(message, now) === 'stopped') requests.endQueued('UNAUTHORIZED', tokenRefused)
        return
      case 'be another':
        if (consequence.queue === 'theirs') requests.endQueued('SESSION_GONE', 'The session belongs to somebody else.')
        return this.#beAnother(message, now)
      case 'wait':
        return link.drop(closeCodes.normal, message, now, retryAfterMs)
      default:
        return unreachable(consequence)
    }
  }

  /** What was sent under the old identity cannot be asked for any more. */
  #beAnother(reason: string, now: number): void {
    const { out, link, requests, pushes } = this.#parts
    const known = this.#identity.known
    this.#identity.renew()
    pushes.beginAnew()
    requests.forgetNumbers('OUTCOME_UNKNOWN', 'SESSION_GONE', sessionLost)
    if (known) out.emit({ kind: 'reset', reason })
    link.drop(closeCodes.normal, reason, now)
  }

  close(): void {
    if (this.#closed !== undefined) return
    this.#parts.out.transmit({ kind: 'bye' }) // [P-30]
    this.#end('CLOSED', 'The client was closed.', 'CLOSED')
  }

  /** Told even when nothing is pending: nobody would know else why the client is closed. */
  #endRefused(cause: Cause, why: string): void {
    this.#parts.out.emit({ kind: 'report', error: notRun(cause, why, 'queued') })
    this.#end(cause, why, 'OUTCOME_UNKNOWN')
  }

  /** Nothing is taken and nothing dialled any more. */
  #end(cause: Cause, why: string, ran: Cause): void {
    const { link, requests } = this.#parts
    this.#closed = { cause, why }
    requests.endQueued(cause, why)
    requests.forgetNumbers(ran, cause, why)
    link.close()
  }
}

const tokenRefused = 'The token was refused; reauthenticate() goes on.'
const sessionLost = 'The session in which it was sent is lost, and nobody can know what became of it.'
