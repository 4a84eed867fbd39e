/** What became of each request here, found from what goes in and out of the machine. Of those that do not run only the newest are remembered. */

import {
  type ErrorCode,
  Ranges,
  type ReceivedByServer,
  type RequestFrame,
  type RequestMessage,
  type ServerFrame,
} from '@backchat/protocol'
import type { Effect, Run } from '../machine/effects.js'
import { returned } from '../machine/ending.js'
import type { Input, LinkId, RunId } from '../machine/inputs.js'
import { clip } from './clip.js'
import type { ShellEffect } from './machine-driver.js'
import { Presence } from './presence.js'
import type { Over, RequestTrace, SessionTrace } from './request-trace.js'
import { Ring } from './ring.js'

export interface TracesOptions {
  /** How many are remembered of those that are settled, and of those that wait for their client; from 1. */
  readonly remembered: number
  /** Milliseconds since 1970. */
  readonly wall: () => number
}

/** So many sessions without a link are remembered. */
const mostAway = 10_000

export class Traces {
  readonly presence = new Presence(mostAway)
  readonly #options: TracesOptions
  /** What each link's hello said that its client has for good, until the link is welcome. */
  readonly #hellos = new Map<LinkId, Ranges>()
  /** A request is in one of these three: at work here; not so, and not settled; settled. */
  readonly #running = new Map<RunId, RequestTrace>()
  readonly #waiting = new Set<RequestTrace>()
  readonly #settled: Ring<RequestTrace>

  constructor(options: TracesOptions) {
    this.#options = options
    this.#settled = new Ring(options.remembered)
  }

  /** The newest request of that id that is known; what is not settled comes first. */
  find(id: string): RequestTrace | undefined {
    const meant = clip(id)
    for (const open of [this.#running.values(), this.#waiting]) {
      for (const request of open) if (request.id === meant) return request
    }
    return [...this.#settled.all()].reverse().find((request) => request.id === meant)
  }

  /** What is at work here, oldest first. */
  running(): Iterable<RequestTrace> {
    return this.#running.values()
  }

  /** What is not, and is not settled; oldest first. */
  waiting(): Iterable<RequestTrace> {
    return this.#waiting
  }

  // ---- what goes into the machine ----

  heard(input: Input): void {
    switch (input.kind) {
      case 'received':
        return this.#received(input.link, input.frame)
      case 'handling':
        return this.#started(this.#running.get(input.run))
      case 'returned':
        return this.#returned(input)
      case 'threw':
        return this.#ended(input.run, input.error.code, input.refused ? 'refused' : undefined)
      case 'closed':
        this.#hellos.delete(input.link)
        return
      default:
        return
    }
  }

  #received(link: LinkId, frame: ReceivedByServer): void {
    if (frame.kind === 'request') return this.#came(link, frame)
    if (frame.kind !== 'ack' && frame.kind !== 'hello') return
    const settled = new Ranges(frame.floor, frame.settled)
    if (frame.kind === 'hello') this.#hellos.set(link, settled)
    else this.#confirmed(this.presence.ofLink(link), settled)
  }

  #came(link: LinkId, { n, mode, message }: RequestFrame<RequestMessage>): void {
    const session = this.presence.ofLink(link)
    if (session === undefined) return
    const known = session.requests.get(n)
    if (known !== undefined) known.link = link
    else this.#wait(this.#begin(session, link, n, mode, message))
  }

  /** The reply may be too large: then it counts as failed. */
  #returned({ run, message, bytes }: Extract<Input, { kind: 'returned' }>): void {
    const request = this.#running.get(run)
    if (request === undefined) return
    const { ending } = returned(request.mode, message, bytes)
    request.repliedAtMs = this.#options.wall()
    this.#ended(run, ending.ok ? 'ok' : ending.error.code, undefined)
  }

  // ---- what comes out of it ----

  performed(effect: ShellEffect): void {
    switch (effect.kind) {
      case 'run':
        return this.#runs(effect)
      case 'abort':
        return this.#ended(effect.run, effect.code, undefined)
      case 'transmit':
        return this.#transmitted(effect.link, effect.frame)
      case 'attached':
        return this.#attached(effect)
      case 'detached':
        for (const forgotten of this.presence.detached(effect, this.#options.wall())) this.#forget(forgotten)
        return
      case 'ended':
        return this.#over(this.presence.ended(effect.session))
      case 'abandon':
        this.#hellos.delete(effect.link)
        return
      default:
        return
    }
  }

  #attached(effect: Extract<Effect, { kind: 'attached' }>): void {
    const session = this.presence.attached(effect, this.#options.wall())
    const settled = this.#hellos.get(effect.link)
    this.#hellos.delete(effect.link)
    if (settled !== undefined) this.#confirmed(session, settled)
  }

  #runs({ run, session: id, link, n, mode, message, type }: Run): void {
    const session = this.presence.find(id)
    const request = session?.requests.get(n) ?? (session && this.#begin(session, link, n, mode, { ...message, type }))
    if (request === undefined) return
    request.run = run
    this.#waiting.delete(request)
    this.#running.set(run, request)
  }

  #transmitted(link: LinkId, frame: ServerFrame<unknown>): void {
    if (frame.kind !== 'reply' && frame.kind !== 'error' && frame.kind !== 'cancelled') return
    const request = this.presence.ofLink(link)?.requests.get(frame.n)
    if (request === undefined) return
    const outcome = frame.kind === 'reply' ? 'ok' : frame.kind === 'error' ? frame.error.code : 'ABORTED'
    // What was told the client counts, whatever the handler said.
    if (frame.kind !== 'cancelled' || request.outcome === 'pending') request.outcome = outcome
    request.sentOn = link
    request.sentAtMs = this.#options.wall()
    // The journal may have it of an earlier run, or of another server.
    if (frame.kind === 'reply') request.repliedAtMs ??= request.sentAtMs
    if (frame.kind === 'cancelled') this.#settle(request, 'cancelled')
    else if (frame.kind === 'error' && frame.refused === true) this.#settle(request, 'refused')
  }

  // ---- how a request goes on ----

  #begin(
    session: SessionTrace,
    link: LinkId,
    n: number,
    mode: RequestTrace['mode'],
    message: RequestMessage,
  ): RequestTrace {
    const id = clip(message.id)
    const type = clip(message.type)
    const trace: RequestTrace = {
      session,
      n,
      id,
      type,
      mode,
      receivedAtMs: this.#options.wall(),
      startedAtMs: undefined,
      repliedAtMs: undefined,
      settledAtMs: undefined,
      link,
      run: undefined,
      outcome: 'pending',
      sentOn: undefined,
      sentAtMs: undefined,
      over: undefined,
    }
    session.requests.set(n, trace)
    return trace
  }

  #started(request: RequestTrace | undefined): void {
    if (request !== undefined) request.startedAtMs = this.#options.wall()
  }

  #ended(run: RunId, outcome: 'ok' | ErrorCode, over: Over | undefined): void {
    const request = this.#running.get(run)
    if (request === undefined) return
    this.#running.delete(run)
    request.run = undefined
    request.outcome = outcome
    const end = over ?? request.over
    if (end === undefined) this.#wait(request)
    else this.#settle(request, end)
  }

  /** The oldest of those that wait is forgotten when they are too many. */
  #wait(request: RequestTrace): void {
    this.#waiting.add(request)
    if (this.#waiting.size <= this.#options.remembered) return
    for (const oldest of this.#waiting) {
      this.#waiting.delete(oldest)
      oldest.session.requests.delete(oldest.n)
      return
    }
  }

  /** The client has these for good. */
  #confirmed(session: SessionTrace | undefined, numbers: Ranges): void {
    if (session === undefined) return
    for (const [n, request] of session.requests) if (numbers.has(n)) this.#settle(request, 'confirmed')
  }

  /** Nothing of it is wanted any more. A handler that still runs is seen until it ends. */
  #settle(request: RequestTrace, over: Over): void {
    request.over = over
    request.session.requests.delete(request.n)
    if (request.run !== undefined) return
    this.#waiting.delete(request)
    request.settledAtMs = this.#options.wall()
    this.#settled.add(request)
  }

  #over(session: SessionTrace | undefined): void {
    for (const request of session?.requests.values() ?? []) this.#settle(request, 'session over')
  }

  #forget({ requests }: SessionTrace): void {
    for (const request of requests.values()) this.#waiting.delete(request)
  }
}
