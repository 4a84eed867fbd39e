/** One life of a server's process, in virtual time: its shell, its store, its handlers and the sockets of its clients. */

import { encode } from '@backchat/protocol'
import type { LinkEnd, LinkEvents, VirtualClock } from '@backchat/testing'
import { Doorman } from './doorman.js'
import type { ServerFact } from './facts.js'
import { Handlers } from './handlers.js'
import { MachineDriver } from './machine-driver.js'
import type { Machine, Operation, Result, ServerEffect, ServerInput } from './machines.js'
import { PausableClock } from './pausable-clock.js'
import type { Ask, NodePlan, PlannedPush, Question, ServerPlan } from './scenario.js'
import { ServerApplication } from './server-application.js'
import { ServerSockets } from './server-sockets.js'
import { type Answer, type BatchStore, StoreLine } from './store-line.js'
import { tellStored } from './stored.js'

export interface SimulatedServerOptions {
  /** Numbers lives of nodes. */
  readonly node: number
  readonly place: number
  /** The name under which it begins. */
  readonly owner: string
  readonly plan: ServerPlan & NodePlan
  readonly machine: Machine<ServerInput, ServerEffect>
  readonly store: () => BatchStore
  readonly clock: VirtualClock
  readonly tell: (fact: ServerFact) => void
  readonly spins: () => void
  /** What a message that names its ask wants done. */
  readonly askOf: (id: string) => Ask
  /** Numbers calls of handlers over all lives of all nodes. */
  readonly called: () => number
  /** How often each ask was refused for now, by whatever node. */
  readonly refusals: Map<string, number>
  /** The newest session of each client, whatever node it came to. */
  readonly sessions: Map<number, string>
  /** How long its token is good. */
  readonly tokenLastsMs: (client: number) => number | undefined
  /** Whether this client's token is good. */
  readonly admits: (client: number) => boolean
  /** It was closed in an orderly manner, and its process may end. */
  readonly closed: () => void
}

/** So long does it take a busy one to come round: longer than it may be late. */
const roundMs = 300

export class SimulatedServer {
  readonly #options: SimulatedServerOptions
  readonly #node: number
  readonly #tell: (fact: ServerFact) => void
  readonly #clock: PausableClock
  readonly #driver: MachineDriver<ServerInput, ServerEffect>
  readonly #line: StoreLine
  readonly #sockets: ServerSockets
  readonly #doorman: Doorman
  readonly #application: ServerApplication
  readonly #handlers: Handlers
  #owner: string
  #deafUntil = 0
  #closed = false
  #isDead = false
  #healed = false

  constructor(options: SimulatedServerOptions) {
    this.#options = options
    this.#node = options.node
    this.#tell = options.tell
    const { machine, clock, spins, store, plan } = options
    this.#owner = options.owner
    this.#clock = new PausableClock(clock)
    this.#driver = new MachineDriver({
      machine,
      clock: this.#clock,
      spins,
      perform: (effect) => this.#perform(effect),
      gather: (turn) => this.#clock.soon(turn),
      woke: () => ({ kind: 'woke' }),
      reach: (wake) => wake(),
    })
    this.#line = new StoreLine({
      store,
      clock,
      delayMs: plan.storeMs,
      applied: (operations, results) => this.#tellStored(operations, results),
    })
    const { node, tell, sessions, askOf, called, refusals, tokenLastsMs, admits } = options
    const feed = (input: ServerInput) => this.#driver.feed(input)
    const owner = () => this.#owner
    this.#sockets = new ServerSockets({ feed, whenRunning: (act) => this.#clock.whenRunning(act) })
    this.#doorman = new Doorman({ clock: this.#clock, takesMs: plan.authenticateMs, tokenLastsMs, admits, feed })
    this.#application = new ServerApplication({ node, clock: this.#clock, feed, tell, sessions })
    this.#handlers = new Handlers({ node, clock: this.#clock, feed, tell, owner, askOf, called, refusals })
  }

  start(): void {
    this.#tell({ fact: 'up', node: this.#node, place: this.#options.place })
    const { handlerMs: timeoutMs } = this.#options.plan
    this.#driver.feed({ kind: 'registered', type: 'text', idempotent: false, timeoutMs })
    for (const type of ['twice', 'init']) this.#driver.feed({ kind: 'registered', type, idempotent: true, timeoutMs })
  }

  /** A client's dial reached it. */
  accept(client: number, end: LinkEnd): LinkEvents {
    return this.#sockets.accept(client, end)
  }

  /** The store says that there are notes for somebody. */
  hinted(owner: string): void {
    const { clock, plan } = this.#options
    if (owner !== this.#owner || clock.now() < this.#deafUntil) return
    // Even a hint that takes no time arrives in a turn of its own.
    this.#clock.after(plan.hintMs, () => this.#driver.feed({ kind: 'hinted', owner }))
  }

  /** No hint reaches it for so long. */
  deafen(forMs: number): void {
    this.#deafUntil = this.#options.clock.now() + forMs
  }

  /** Its process is stopped for so long. */
  pause(forMs: number): void {
    if (this.#clock.isPaused) return
    this.#tell({ fact: 'paused', node: this.#node })
    this.#clock.pause()
    this.#options.clock.after(forMs, () => this.resume())
  }

  /** It comes to what waits for it only now and then. */
  busy(forMs: number): void {
    const { clock } = this.#options
    const until = clock.now() + forMs
    const next = () => {
      if (this.#isDead || this.#healed || clock.now() >= until) return
      if (!this.#clock.isPaused) this.#clock.pause()
      clock.after(roundMs, () => {
        this.resume()
        next()
      })
    }
    next()
  }

  resume(): void {
    if (!this.#clock.isPaused || this.#isDead) return
    this.#tell({ fact: 'resumed', node: this.#node })
    this.#clock.resume()
  }

  /** All is well from now on. */
  heal(): void {
    this.#healed = true
    this.resume()
    this.#deafUntil = 0
    this.#line.fail(0, true)
    this.#line.slow(0, 0)
  }

  push(push: PlannedPush): void {
    this.#clock.whenRunning(() => this.#isDead || this.#application.push(push))
  }

  /** Its application asks a client. */
  ask(question: Question): void {
    this.#clock.whenRunning(() => this.#isDead || this.#closed || this.#application.ask(question))
  }

  /** The process is gone: it does nothing more. */
  die(): void {
    this.#isDead = true
    this.#tell({ fact: 'down', node: this.#node, running: this.#handlers.size })
    this.#driver.stop()
    this.#line.stop()
    this.#application.die()
    this.#handlers.die()
  }

  /** What a computer does for a process that is gone. */
  endSockets(): void {
    this.#sockets.terminateAll()
  }

  /** The application closes it in an orderly manner. */
  close(): void {
    this.#clock.whenRunning(() => {
      if (this.#isDead) return
      this.#tell({ fact: 'closing', node: this.#node })
      this.#driver.feed({ kind: 'closeAsked', drainMs: this.#options.plan.drainMs })
    })
  }

  /** What a closed server still has, and must not have. */
  leftovers(): string[] {
    const left = []
    if (!this.#closed) left.push('not ready to close')
    if (this.#driver.wakeAt !== Number.POSITIVE_INFINITY) left.push(`wakes at ${this.#driver.wakeAt}`)
    if (this.#sockets.links.length > 0) left.push(`sockets ${this.#sockets.links}`)
    return left
  }

  #perform(effect: ServerEffect): void {
    switch (effect.kind) {
      case 'authenticate':
        return this.#doorman.judge(effect, this.#sockets.clientOf(effect.link) ?? 0)
      case 'transmit':
        return this.#transmit(effect)
      case 'abandon':
        return this.#sockets.close(effect.link, effect.code, effect.reason)
      case 'apply':
        return this.#apply(effect)
      case 'run':
        return this.#handlers.run(effect)
      case 'pull':
        return this.#handlers.at(effect.run)?.pull(effect)
      case 'abort':
        return this.#handlers.at(effect.run)?.abort()
      case 'signal':
        return this.#handlers.at(effect.run)?.signal()
      case 'attached':
        return this.#attached(effect)
      case 'detached':
        return this.#tell({ fact: 'detached', node: this.#node, link: effect.link, session: effect.session })
      case 'ended':
        return this.#ended(effect.session)
      case 'report':
        return this.#tell({ fact: 'complained', node: this.#node, error: effect.error })
      case 'answered':
        return this.#application.answered(effect)
      case 'pushed':
      case 'authorized':
        return
      case 'ready to close':
        this.#closed = true
        this.#driver.stop()
        return this.#options.closed()
    }
  }

  #transmit({ link, frame }: Extract<ServerEffect, { kind: 'transmit' }>): void {
    const client = this.#sockets.clientOf(link)
    if (client === undefined) return
    this.#tell({ fact: 'answered', node: this.#node, link, client, frame })
    this.#sockets.send(link, encode(frame))
  }

  #apply({ batch, operations }: Extract<ServerEffect, { kind: 'apply' }>): void {
    for (const operation of operations) if (operation.op === 'enlist') this.#enlists(operation.owner)
    const answered = (results: Answer) => {
      if (results !== 'failed') return this.#driver.feed({ kind: 'applied', batch, results })
      this.#tell({ fact: 'store failed', node: this.#node })
      this.#driver.feed({ kind: 'applyFailed', batch, reason: 'as planned' })
    }
    this.#line.ask(operations, (results) => this.#clock.whenRunning(() => answered(results)))
  }

  #enlists(owner: string): void {
    if (owner === this.#owner) return
    this.#tell({ fact: 'renamed', node: this.#node, former: this.#owner })
    this.#owner = owner
  }

  /** The store is out of reach for so long. */
  loseStore(forMs: number, carriesOut: boolean): void {
    this.#line.fail(forMs, carriesOut)
  }

  /** The store takes longer for so long. */
  slowStore(forMs: number, delayMs: number): void {
    this.#line.slow(forMs, delayMs)
  }

  #attached({ link, session, resumed }: Extract<ServerEffect, { kind: 'attached' }>): void {
    const client = this.#sockets.clientOf(link)
    if (client === undefined) return
    this.#options.sessions.set(client, session)
    this.#tell({ fact: 'attached', node: this.#node, link, session, client, resumed })
  }

  #ended(session: string): void {
    const { sessions } = this.#options
    for (const [client, newest] of sessions) if (newest === session) sessions.delete(client)
    this.#tell({ fact: 'ended', node: this.#node, session })
  }

  #tellStored(operations: readonly Operation[], results: readonly Result[]): void {
    for (let i = 0; i < operations.length; i++) {
      const [operation, result] = [operations[i], results[i]]
      if (operation && result) tellStored(this.#node, operation, result, this.#tell)
    }
  }
}
