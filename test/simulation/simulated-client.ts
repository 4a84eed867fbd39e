/** A client's shell in virtual time: sockets, tokens, sleep. It tells everything that passes through it. */

import { encode, type Ids } from '@backchat/protocol'
import type { MemoryNetwork, SeededRandom, VirtualClock } from '@backchat/testing'
import { Answering } from './answering.js'
import { Application } from './application.js'
import type { ClientClock } from './client-clock.js'
import { Dials } from './dials.js'
import type { ClientFact } from './facts.js'
import { MachineDriver } from './machine-driver.js'
import type { ClientEffect, ClientInput, Machine } from './machines.js'
import { type Ask, type ClientPlan, initAsk, type Question } from './scenario.js'
import { TokenFunction } from './token-function.js'

export interface SimulatedClientOptions {
  readonly index: number
  readonly plan: ClientPlan
  readonly machine: Machine<ClientInput, ClientEffect>
  readonly clock: VirtualClock
  /** What its computer takes for the time. */
  readonly ownClock: ClientClock
  readonly network: MemoryNetwork
  readonly ids: Ids
  readonly tell: (fact: ClientFact) => void
  /** It asks for something that was not planned: its state synchronisation. */
  readonly asked: (ask: Ask) => void
  readonly questionOf: (id: string) => Question
  /** Numbers calls of handlers of questions. */
  readonly called: () => number
  readonly spins: () => void
  /** Decides what its token function does. */
  readonly chance: SeededRandom
}

/** Clocks are adjusted by less than this: no sleep is seen in it [P-36]. */
const leastHiddenMs = 1_000

export class SimulatedClient {
  readonly #options: SimulatedClientOptions
  readonly #index: number
  readonly #tell: (fact: ClientFact) => void
  readonly #driver: MachineDriver<ClientInput, ClientEffect>
  readonly #dials: Dials
  readonly #tokenFunction: TokenFunction
  readonly #application: Application
  readonly #answering: Answering
  #isClosed = false
  #slept: {
    readonly how: 'told' | 'untold' | 'hidden'
    readonly since: number
    readonly timerAt: number
  } = { how: 'told', since: 0, timerAt: 0 }
  #isStarted = false
  /** What happened while it sleeps, or before it is there. */
  #missed: (() => void)[] | undefined = []
  #inits = 0

  constructor(options: SimulatedClientOptions) {
    this.#options = options
    this.#index = options.index
    this.#tell = options.tell
    this.#driver = new MachineDriver({
      machine: options.machine,
      clock: options.ownClock,
      perform: (effect) => this.#perform(effect),
      gather: (turn) => turn(),
      woke: (timerAt) => ({ kind: 'woke', timerAt }),
      reach: (wake) => this.#whenAwake(() => this.#due(wake)),
      spins: options.spins,
    })
    const { plan, clock, network, ids, tell, questionOf, called, chance } = options
    // What any of its parts needs.
    const shared = {
      client: options.index,
      plan,
      clock,
      network,
      ids,
      feed: (input: ClientInput) => this.#driver.feed(input),
      tell,
      whenAwake: (act: () => void) => this.#whenAwake(act),
      questionOf,
      called,
      chance,
    }
    this.#dials = new Dials(shared)
    this.#tokenFunction = new TokenFunction(shared)
    this.#application = new Application(shared)
    this.#answering = new Answering(shared)
  }

  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    const missed = this.#missed ?? []
    this.#missed = undefined
    this.#begin()
    for (const act of missed) act()
  }

  #begin(): void {
    this.#driver.feed({ kind: 'started' })
    const { listenAfterMs, closeAtMs, handles } = this.#options.plan
    if (handles) this.#driver.feed({ kind: 'handles', type: 'question' })
    if (closeAtMs !== undefined) this.#options.clock.after(closeAtMs, () => this.close())
    this.#options.clock.after(listenAfterMs, () =>
      this.#whenAwake(() => {
        this.#tell({ fact: 'listened', client: this.#index })
        this.#driver.feed({ kind: 'listened', type: '*' })
      }),
    )
  }

  ask(ask: Ask): void {
    this.#whenAwake(() => this.#application.ask(ask))
  }

  reauthenticate(): void {
    this.#whenAwake(() => {
      this.#tell({ fact: 'reauthenticated', client: this.#index })
      this.#driver.feed({ kind: 'reauthenticated' })
    })
  }

  /** All is well from now on: it is awake and visible, and has a good token. */
  heal(): void {
    this.#tokenFunction.heal()
    this.start()
    this.wake()
    this.noticed('visible')
    this.reauthenticate()
  }

  noticed(sign: 'online' | 'offline' | 'visible' | 'hidden'): void {
    this.#whenAwake(() => {
      this.#tell({ fact: 'noticed', client: this.#index, sign })
      this.#driver.feed({ kind: 'noticed', sign })
    })
  }

  /** Nothing reaches the machine for so long; then all of it does. */
  sleep(forMs: number, how: 'told' | 'untold' | 'hidden'): void {
    if (this.#missed) return
    this.#missed = []
    this.#slept = { how, since: this.#options.clock.now(), timerAt: this.#driver.timerAt }
    this.#tell({ fact: 'slept', client: this.#index })
    this.#options.clock.after(forMs, () => this.wake())
  }

  /** Wakes it, if it sleeps. */
  wake(): void {
    const missed = this.#missed
    if (!missed || !this.#isStarted) return
    this.#missed = undefined
    const hidden = this.#slept.how === 'hidden' && this.#options.clock.now() - this.#slept.since >= leastHiddenMs
    this.#tell({ fact: 'woke', client: this.#index, hidden })
    if (hidden) this.#sayHidden()
    for (const act of missed) act()
    if (this.#slept.how === 'told') this.#driver.feed({ kind: 'noticed', sign: 'woke' })
  }

  /** The monotonic clock stood still. A timer that counted on fires too early by that clock; or the platform says that it slept. */
  #sayHidden(): void {
    const { clock, ownClock } = this.#options
    const { since, timerAt } = this.#slept
    const hidden = clock.now() - since
    const isDue = timerAt > ownClock.now() - hidden + 1 && timerAt <= ownClock.now()
    ownClock.hide(hidden)
    this.#driver.feed(isDue ? { kind: 'woke', timerAt } : { kind: 'noticed', sign: 'woke' })
  }

  /** Somebody sets its wall clock, and it has a turn in which that shows. */
  setClock(byMs: number): void {
    if (this.#missed) return
    this.#options.ownClock.set(byMs)
    this.#driver.feed({ kind: 'woke' })
  }

  close(): void {
    this.#whenAwake(() => {
      if (this.#isClosed) return
      this.#isClosed = true
      this.#tell({ fact: 'closed', client: this.#index })
      this.#driver.feed({ kind: 'closeAsked' })
    })
  }

  /** What a closed client still has, and must not have. */
  leftovers(): string[] {
    const left = []
    if (this.#driver.wakeAt !== Number.POSITIVE_INFINITY) left.push(`wakes at ${this.#driver.wakeAt}`)
    if (this.#dials.links.length > 0) left.push(`sockets ${this.#dials.links}`)
    return [...left, ...this.#application.open.map((id) => `${id} is open`)]
  }

  #perform(effect: ClientEffect): void {
    switch (effect.kind) {
      case 'fetchToken':
        return this.#tokenFunction.call(effect.fetch)
      case 'dial':
        return this.#dials.dial(effect.link)
      case 'transmit':
        this.#tell({ fact: 'sent', client: this.#index, link: effect.link, frame: effect.frame })
        return this.#dials.send(effect.link, encode(effect.frame))
      case 'abandon':
        return this.#dials.abandon(effect.link)
      case 'initialise':
        return this.#initialise()
      case 'stage':
        return
      case 'chunk':
        return this.#application.chunk(effect.key, effect.content)
      case 'settle':
        return this.#application.settle(effect.key, effect.outcome)
      case 'deliver':
        return this.#tell({
          fact: 'delivered',
          client: this.#index,
          content: effect.message.content ?? null,
          session: effect.sessionId,
        })
      case 'gap':
        return this.#tell({ fact: 'gap', client: this.#index, from: effect.from, to: effect.to })
      case 'reset':
        return this.#tell({ fact: 'reset', client: this.#index, reason: effect.reason })
      case 'status':
        return this.#tell({ fact: 'status', client: this.#index, status: effect.status })
      case 'handle':
        return this.#answering.handle(effect)
      case 'abortHandler':
        return this.#answering.abort(effect.push)
      case 'authorized':
      case 'dropChunks':
      case 'stillWorking':
      case 'putOff':
        return
      case 'report':
        return this.#tell({ fact: 'reported', client: this.#index, failure: effect.error })
    }
  }

  #initialise(): void {
    if (!this.#options.plan.init) return this.#driver.feed({ kind: 'initSkipped' })
    this.#inits += 1
    const ask = initAsk(this.#options.index, this.#inits)
    this.#options.asked(ask)
    this.#application.ask(ask)
  }

  /** What it slept through may have moved the time on. */
  #due(wake: () => void): void {
    if (!this.#driver.isDue) return
    this.#tell({ fact: 'due', client: this.#index })
    wake()
  }

  #whenAwake(act: () => void): void {
    if (this.#missed) this.#missed.push(act)
    else act()
  }
}
