/** The client as the application holds it: performs what the machine decides, and decides nothing itself. */

import {
  BackchatError,
  type Clock,
  type CodedError,
  encodeClientFrame,
  type FailureError,
  isReserved,
  type Untyped,
  unreachable,
} from '@backchat/protocol'
import type { PendingRequest, StreamHandle } from '../api/calls.js'
import type { Client, RequestOptions } from '../api/client.js'
import type { ClientHandler } from '../api/listening.js'
import type { ClientEvents, Explanation, Snapshot, Status } from '../api/status.js'
import type { Waiter } from '../api/tracing.js'
import type { Environment } from '../environment/environment.js'
import { ClientMachine } from '../machine/client-machine.js'
import type { Effect, MachineStatus } from '../machine/effects.js'
import type { OpenTransport, Transport } from '../transport/transport.js'
import { Announcements } from './announcements.js'
import { arrivals } from './arrivals.js'
import { Calls, type Wish } from './calls.js'
import { contractCheck } from './contract-check.js'
import { Driver } from './driver.js'
import { errorOf, mustBeType, threw } from './errors.js'
import { Handlers } from './handlers.js'
import { type Desk, pendingRequest, type Reply, streamHandle } from './pending.js'
import { type Options, settingsOf } from './settings.js'
import { StatusBoard } from './status-board.js'
import { fetchToken } from './tokens.js'
import { Traces } from './traces.js'
import { Watch } from './watch.js'

/** What a client is given instead of reaching for it. */
export interface Capabilities {
  readonly environment: Environment
  readonly openTransport: OpenTransport
}

/** The calls whose types follow from a contract get them where the application makes its client: here any type may be said. */
type Typed = 'request' | 'stream' | 'send' | 'on' | 'handle' | 'isFailure'

export class ChatClient implements Omit<Client, Typed> {
  readonly #options: Options
  readonly #clock: Clock
  readonly #announcements: Announcements
  readonly #board: StatusBoard
  readonly #traces: Traces
  readonly #machine: ClientMachine
  readonly #driver: Driver
  readonly #transport: Transport
  readonly #desk: Desk
  readonly #handlers: Handlers
  /** Undoes what keeps a client alive. */
  readonly #endings: readonly (() => void)[]
  readonly events: ClientEvents
  readonly subscribe: (listener: () => void) => () => void
  readonly getSnapshot: () => Snapshot

  constructor(options: Options, { environment, openTransport }: Capabilities) {
    const { timeoutMs, queue, unheard, explained } = settingsOf(options)
    const { clock, random, ids } = environment
    const check = contractCheck(options.contract)
    const watch = new Watch(clock.wall)
    this.#options = options
    this.#clock = clock
    this.#announcements = new Announcements(check)
    this.#board = new StatusBoard(
      () => this.#traces.pending(),
      clock.wall,
      (_, thrown) => this.#announcements.fail(threw('A subscriber', thrown)),
    )
    this.#traces = new Traces(
      watch,
      () => this.#board.line,
      () => this.#desk.calls.pending(),
      explained,
      (step) => {
        this.#announcements.emit('trace', step)
        this.#board.changed()
      },
    )
    this.#machine = new ClientMachine({ random, ids, queue, unheard })
    this.#driver = new Driver(this.#machine, { now: clock.now, wall: watch.read, after: clock.after }, (effect) =>
      this.#perform(effect),
    )
    const tell = this.#driver.tell.bind(this.#driver)
    const { url, WebSocket, tracing } = options
    this.#transport = openTransport({ url, WebSocket, events: arrivals(tell) })
    this.#desk = {
      calls: new Calls(
        { check, timeoutMs, watch },
        ids,
        this.#traces,
        tell,
        tracing && ((call) => tracing.call(call, url)),
      ),
      tell,
    }
    this.#handlers = new Handlers({
      check,
      ids,
      wall: clock.wall,
      tell,
      report: (error) => this.#announcements.fail(error),
    })
    this.events = { on: (name, listener) => this.#announcements.onEvent(name, listener) }
    this.subscribe = this.#board.subscribe
    this.getSnapshot = this.#board.getSnapshot
    this.#endings = [
      environment.onSign((sign) => tell({ kind: 'noticed', sign })),
      // Whoever made the client has the rest of the macrotask to add listeners.
      clock.after(0, () => tell({ kind: 'started' })),
    ]
  }

  // ---- saying ----

  request(type: string, content?: unknown, options?: RequestOptions): PendingRequest<Reply> {
    return pendingRequest(this.#desk, wish('request', type, content, options))
  }

  stream(type: string, content?: unknown, options?: RequestOptions): StreamHandle<unknown, Reply> {
    return streamHandle(this.#desk, wish('stream', type, content, options))
  }

  send(type: string, content?: unknown, options?: RequestOptions): PendingRequest<void> {
    return pendingRequest(this.#desk, wish('send', type, content, options))
  }

  // ---- hearing ----

  on(type: string, listener: Parameters<Announcements['on']>[1]): () => void {
    mustBeType(type)
    if (type !== '*' && isReserved(type)) throw new TypeError(`'${type}' is a local event: use client.events.on().`)
    const off = this.#announcements.on(type, listener)
    let listens = type !== 'init'
    // What waits for a first listener is not delivered before the caller holds the function that stops it, nor once it was called.
    queueMicrotask(() => {
      if (listens) this.#driver.tell({ kind: 'listened', type })
    })
    return () => {
      listens = false
      off()
    }
  }

  handle(type: string, handler: ClientHandler<Untyped, string, 'wire'>): () => void {
    return this.#handlers.add(type, this.#options.tracing?.handler(handler) ?? handler)
  }

  isFailure(error: unknown, type: string): error is FailureError<unknown> {
    return BackchatError.is(error) && error.code === 'FAILURE' && error.type === type
  }

  // ---- looking on ----

  get status(): Status {
    return this.#board.status
  }

  get ready(): Promise<void> {
    return this.#board.ready
  }

  explain(id: string): Explanation | undefined {
    return this.#traces.explain(id)
  }

  pending(): readonly Explanation[] {
    return this.#traces.pending()
  }

  // ---- beginning again and ending ----

  reauthenticate(): Promise<void> {
    const decided = this.#board.decided()
    // Nobody has to look at it: the status says the same.
    decided.catch(() => {})
    this.#driver.tell({ kind: 'reauthenticated' })
    return decided
  }

  close(): Promise<void> {
    this.#driver.tell({ kind: 'closeAsked' })
    return this.#board.closed
  }

  // ---- what the machine wants ----

  #perform(effect: Effect): void {
    const { calls } = this.#desk
    switch (effect.kind) {
      case 'fetchToken':
        return fetchToken(this.#options.token, effect.fetch, (input) => this.#driver.tell(input))
      case 'dial':
        this.#board.dialled(effect.link)
        return this.#transport.dial(effect.link)
      case 'transmit':
        this.#transport.send(effect.link, encodeClientFrame(effect.frame))
        if (effect.key === undefined) return
        calls.note(effect.key, { link: effect.link, putOff: undefined })
        return this.#board.changed()
      case 'abandon':
        return this.#transport.abandon(effect.link, effect.code)
      case 'initialise':
        return this.#initialise()
      case 'stage':
        return calls.reached(effect.key, effect.stage)
      case 'stillWorking':
        calls.note(effect.key, { heardAtMs: this.#clock.wall() })
        return this.#board.changed()
      case 'putOff':
        calls.note(effect.key, { putOff: effect.code })
        return this.#board.changed()
      case 'chunk':
        return calls.chunk(effect.key, effect.content)
      case 'dropChunks':
        return calls.drop(effect.key, effect.error)
      case 'settle':
        return calls.settle(effect.key, effect.outcome)
      case 'deliver':
        return this.#announcements.deliver(effect.message, effect.sessionId)
      case 'handle':
        // It never rejects.
        return void this.#handlers.handle(effect)
      case 'abortHandler':
        return this.#handlers.abort(effect.push)
      case 'status':
        return this.#changed(effect.status)
      case 'authorized':
        return this.#board.resolve()
      case 'gap':
        return this.#announcements.emit('gap', { from: effect.from, to: effect.to })
      case 'reset':
        return this.#announcements.emit('reset', { reason: effect.reason })
      case 'report':
        return this.#announcements.fail(errorOf(effect.error))
      default:
        return unreachable(effect)
    }
  }

  #initialise(): void {
    const { init } = this.#options
    if (init === undefined) return this.#driver.tell({ kind: 'initSkipped' })
    let content: unknown
    try {
      content = init()
      if (content instanceof Promise) {
        content.catch(() => {})
        throw new TypeError('It returned a promise: what it needs is to be there before.')
      }
    } catch (thrown) {
      this.#announcements.fail(threw('The init function', thrown))
      return this.#driver.tell({ kind: 'initSkipped' })
    }
    const waiter: Waiter = {
      succeeded: (reply: Reply) => this.#announcements.initialised(reply),
      failed: (error) => this.#initFailed(error),
      chunk: () => {},
    }
    this.#desk.calls.start({ ...wish('request', 'init', content), init: true }, waiter)
  }

  #initFailed(error: CodedError): void {
    // When it was given up, a newer one is on its way, or nobody wants it any more.
    if (error.code !== 'ABORTED' && error.code !== 'CLOSED') this.#announcements.fail(error)
    // One that was never sent must not hold up the rest.
    this.#driver.tell({ kind: 'initSkipped' })
  }

  #changed(status: MachineStatus): void {
    const seen = this.#seen(status)
    if (seen.state === 'closed') {
      for (const end of this.#endings) end()
      this.#transport.close()
    }
    this.#board.set(seen)
    this.#announcements.emit('status', seen)
  }

  /** With times as people read them. */
  #seen(status: MachineStatus): Status {
    if (status.state !== 'waiting') return status
    return { ...status, until: Math.round(this.#clock.wall() + status.until - this.#machine.now) }
  }
}

function wish(mode: Wish['mode'], type: string, content: unknown, options: RequestOptions | null = {}): Wish {
  return { mode, type, content, options: options ?? {} }
}
