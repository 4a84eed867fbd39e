/** One life of a server's process, in virtual time: its shell, its store, its handlers and the sockets of its clients. */

import { decodeClientFrame, encode, limits, toJson } from '@backchat/protocol'
import type { LinkEnd, LinkEvents, VirtualClock } from '@backchat/testing'
import type { ServerFact } from './facts.js'
import { MachineDriver } from './machine-driver.js'
import type { Machine, Operation, Result, Run, ServerEffect, ServerInput } from './machines.js'
import { PausableClock } from './pausable-clock.js'
import type { Ask, NodePlan, PlannedPush, Question, ServerPlan } from './scenario.js'
import { SimulatedRun } from './simulated-run.js'
import { type Answer, type BatchStore, StoreLine } from './store-line.js'
import { stored } from './stored.js'

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

interface Socket {
  readonly client: number
  readonly end: LinkEnd
}

export class SimulatedServer {
  readonly #options: SimulatedServerOptions
  readonly #node: number
  readonly #tell: (fact: ServerFact) => void
  readonly #clock: PausableClock
  readonly #driver: MachineDriver<ServerInput, ServerEffect>
  readonly #line: StoreLine
  readonly #sockets = new Map<number, Socket>()
  /** By key. What is settled twice is found by its promise. */
  readonly #questions = new Map<number, Question>()
  readonly #runs = new Map<number, SimulatedRun>()
  #links = 0
  #keys = 0
  #owner: string
  #deafUntil = 0
  #closed = false
  #isDead = false

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
      woke: () => ({ kind: 'woke' }),
      reach: (wake) => wake(),
    })
    this.#line = new StoreLine({
      store,
      clock,
      delayMs: plan.storeMs,
      applied: (operations, results) => this.#tellStored(operations, results),
    })
  }

  start(): void {
    this.#tell({ fact: 'up', node: this.#node, place: this.#options.place })
    const { handlerMs: timeoutMs } = this.#options.plan
    this.#driver.feed({ kind: 'registered', type: 'text', idempotent: false, timeoutMs })
    for (const type of ['twice', 'init']) this.#driver.feed({ kind: 'registered', type, idempotent: true, timeoutMs })
  }

  /** A client's dial reached it. */
  accept(client: number, end: LinkEnd): LinkEvents {
    this.#links += 1
    const link = this.#links
    this.#sockets.set(link, { client, end })
    return {
      opened: () => this.#clock.whenRunning(() => this.#driver.feed({ kind: 'opened', link })),
      received: (text) => this.#clock.whenRunning(() => this.#received(link, text)),
      closed: () =>
        this.#clock.whenRunning(() => {
          this.#sockets.delete(link)
          this.#driver.feed({ kind: 'closed', link })
        }),
    }
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

  resume(): void {
    if (!this.#clock.isPaused || this.#isDead) return
    this.#tell({ fact: 'resumed', node: this.#node })
    this.#clock.resume()
  }

  /** All is well from now on. */
  heal(): void {
    this.resume()
    this.#deafUntil = 0
    this.#line.fail(0, true)
    this.#line.slow(0, 0)
  }

  push({ id, client, bytes }: PlannedPush): void {
    this.#clock.whenRunning(() => this.#push(id, client, bytes))
  }

  #push(id: string, client: number | undefined, bytes: number): void {
    if (this.#isDead) return
    const session = client === undefined ? undefined : this.#options.sessions.get(client)
    if (client !== undefined && session === undefined) return
    this.#keys += 1
    const message = toJson({ id, timestamp: '2030-01-01T00:00:00.000Z', content: { push: id } })
    if (!message.ok) throw new Error(message.reason)
    const target = session === undefined ? ({ to: 'all' } as const) : ({ to: 'session', session } as const)
    this.#driver.feed({ kind: 'pushed', key: this.#keys, target, id, message: message.json, bytes })
  }

  /** Its application asks a client. */
  ask(question: Question): void {
    this.#clock.whenRunning(() => this.#ask(question))
  }

  #ask(question: Question): void {
    const session = this.#options.sessions.get(question.client)
    if (this.#isDead || this.#closed || session === undefined) return
    const { id, timeoutMs, abandonAfterMs } = question
    this.#keys += 1
    const key = this.#keys
    this.#questions.set(key, question)
    const message = toJson({ id, timestamp: '2030-01-01T00:00:00.000Z', type: 'question', content: { question: id } })
    if (!message.ok) throw new Error(message.reason)
    this.#tell({ fact: 'questioned', node: this.#node, question, session })
    this.#driver.feed({ kind: 'asked', key, session, message: message.json, bytes: 100, timeoutMs })
    if (abandonAfterMs !== undefined) this.#clock.after(abandonAfterMs, () => this.#abandon(key))
  }

  #abandon(key: number): void {
    const question = this.#questions.get(key)
    if (question === undefined || this.#isDead) return
    this.#tell({ fact: 'question given up', node: this.#node, question: question.id })
    this.#driver.feed({ kind: 'askAbandoned', key })
  }

  #answered({ key, outcome }: Extract<ServerEffect, { kind: 'answered' }>): void {
    const question = this.#questions.get(key)
    this.#questions.delete(key)
    if (question) this.#tell({ fact: 'question settled', node: this.#node, question, outcome })
  }

  /** The process is gone: it does nothing more. */
  die(): void {
    this.#isDead = true
    this.#tell({ fact: 'down', node: this.#node, running: this.#runs.size })
    this.#driver.stop()
    this.#line.stop()
    for (const run of this.#runs.values()) run.die()
  }

  /** What a computer does for a process that is gone. */
  endSockets(): void {
    for (const { end } of this.#sockets.values()) end.terminate()
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
    if (this.#sockets.size > 0) left.push(`sockets ${[...this.#sockets.keys()]}`)
    return left
  }

  #received(link: number, text: string): void {
    const decoded = decodeClientFrame(text, limits.messageBytes + limits.envelopeBytes)
    if (!decoded.ok)
      return this.#driver.feed({ kind: 'garbled', link, reason: decoded.reason, tooLarge: decoded.tooLarge })
    if (decoded.frame !== null) this.#driver.feed({ kind: 'received', link, frame: decoded.frame })
  }

  #perform(effect: ServerEffect): void {
    switch (effect.kind) {
      case 'authenticate':
        return this.#authenticate(effect)
      case 'transmit': {
        const socket = this.#sockets.get(effect.link)
        if (!socket) return
        this.#tell({
          fact: 'answered',
          node: this.#node,
          link: effect.link,
          client: socket.client,
          frame: effect.frame,
        })
        return socket.end.send(encode(effect.frame))
      }
      case 'abandon':
        this.#sockets.get(effect.link)?.end.close(effect.code, effect.reason)
        this.#sockets.delete(effect.link)
        return
      case 'apply':
        return this.#apply(effect)
      case 'run':
        return this.#run(effect)
      case 'pull':
        return this.#runs.get(effect.run)?.pull()
      case 'abort':
        return this.#runs.get(effect.run)?.abort()
      case 'signal':
        return this.#runs.get(effect.run)?.signal()
      case 'attached':
        return this.#attached(effect)
      case 'detached':
        return this.#tell({ fact: 'detached', node: this.#node, link: effect.link, session: effect.session })
      case 'ended':
        return this.#ended(effect.session)
      case 'report':
        return this.#tell({ fact: 'complained', node: this.#node, error: effect.error })
      case 'answered':
        return this.#answered(effect)
      case 'pushed':
      case 'authorized':
        return
      case 'ready to close':
        this.#closed = true
        this.#driver.stop()
        return this.#options.closed()
    }
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
    this.#owner = owner
    this.#tell({ fact: 'renamed', node: this.#node })
  }

  /** The store is out of reach for so long. */
  loseStore(forMs: number, carriesOut: boolean): void {
    this.#line.fail(forMs, carriesOut)
  }

  /** The store takes longer for so long. */
  slowStore(forMs: number, delayMs: number): void {
    this.#line.slow(forMs, delayMs)
  }

  #authenticate({ link, token, client }: Extract<ServerEffect, { kind: 'authenticate' }>): void {
    const of = this.#sockets.get(link)?.client ?? 0
    const admitted = this.#options.admits(of)
    const expiresInMs = this.#options.tokenLastsMs(of)
    const user = admitted ? (token ?? `guest ${client}`) : null
    const answer = () => this.#driver.feed({ kind: 'authenticated', link, user, expiresInMs })
    const { authenticateMs } = this.#options.plan
    if (authenticateMs === 0) answer()
    else this.#clock.after(authenticateMs, answer)
  }

  #attached({ link, session, resumed }: Extract<ServerEffect, { kind: 'attached' }>): void {
    const socket = this.#sockets.get(link)
    if (!socket) return
    this.#options.sessions.set(socket.client, session)
    this.#tell({ fact: 'attached', node: this.#node, link, session, client: socket.client, resumed })
  }

  #ended(session: string): void {
    const { sessions } = this.#options
    for (const [client, newest] of sessions) if (newest === session) sessions.delete(client)
    this.#tell({ fact: 'ended', node: this.#node, session })
  }

  #run({ run: id, message, session, link }: Run): void {
    const ask = this.#options.askOf(askIdOf(message.content))
    const { refusals: counts } = this.#options
    const refusals = counts.get(ask.id) ?? 0
    const refused = refusals < ask.handler.refusals
    if (refused) counts.set(ask.id, refusals + 1)
    const called = () => {
      const run = this.#options.called()
      this.#tell({ fact: 'ran', node: this.#node, run, ask, session, link, owner: this.#owner })
      return run
    }
    const clock = this.#clock
    const feed = (input: ServerInput) => this.#driver.feed(input)
    const ended = () => this.#runs.delete(id)
    this.#runs.set(
      id,
      new SimulatedRun({ ask, id, node: this.#node, called, clock, feed, refused, ended, tell: this.#tell }),
    )
  }

  #tellStored(operations: readonly Operation[], results: readonly Result[]): void {
    for (const [i, operation] of operations.entries()) {
      const result = results[i]
      if (result) for (const fact of stored(this.#node, operation, result)) this.#tell(fact)
    }
  }
}

function askIdOf(content: unknown): string {
  if (typeof content === 'object' && content !== null && 'ask' in content) return String(content.ask)
  throw new Error(`a message without its ask: ${JSON.stringify(content)}`)
}
