/** A network in memory and virtual time, with the faults of real ones: what runs over it can be replayed. */

import type { Clock, Random } from '@backchat/protocol'
import { type CutHow, type CutSide, type Dials, type Direction, Faults } from '../faults/faults.js'
import { CutPlan, type FrameMatch, type PlannedCut, type PlannedCutOptions } from '../faults/planned-cut.js'
import { type LinkEnd, type LinkEvents, MemoryLink } from './memory-link.js'
import { type MemoryWebSocketConstructor, memoryWebSocket } from './memory-web-socket.js'
import { realClock } from './real-clock.js'

export interface MemoryNetworkOptions {
  /** Default: the time of this process. */
  readonly clock?: Clock
  /** Draws the latencies. Default: always the least. */
  readonly random?: Random
  /** How long a text takes one way, in milliseconds: between these two, or what the function says. Default: 1. */
  readonly latencyMs?: readonly [least: number, most: number] | ((direction: Direction) => number)
  /** Most texts under way in one direction of a link; beyond it the link is cut. Default 100,000. */
  readonly capacity?: number
}

/** Takes the server's end of a new link and says who is told what happens to it; undefined refuses it. */
export type Accept = (end: LinkEnd) => LinkEvents | undefined

/** How long each side goes on believing in a link that was cut: milliseconds; Infinity until healed. */
export interface Learning {
  readonly clientAfterMs?: number
  readonly serverAfterMs?: number
}

/** What passed since the network was made. */
export interface NetworkCounters {
  readonly dials: number
  readonly cuts: number
  readonly textsUp: number
  readonly textsDown: number
}

/**
 * The way between some clients and a server. Give each client one of its own to give it faults of its own.
 *
 * @example
 * const network = memoryNetwork({ clock })
 * network.listen((end) => ({ opened() {}, received: (text) => end.send(text), closed() {} }))
 */
export function memoryNetwork(options: MemoryNetworkOptions = {}): MemoryNetwork {
  return new MemoryNetwork(options)
}

/** {@link memoryNetwork} makes one. */
export class MemoryNetwork {
  readonly #options: MemoryNetworkOptions
  readonly #clock: Clock
  readonly #links = new Set<MemoryLink>()
  readonly #faults: Faults
  readonly #counters = { dials: 0, cuts: 0, textsUp: 0, textsDown: 0 }
  #plans: CutPlan[] = []
  #accept: Accept | undefined
  #webSocket: MemoryWebSocketConstructor | undefined

  constructor(options: MemoryNetworkOptions) {
    this.#options = options
    this.#clock = options.clock ?? realClock
    this.#faults = new Faults(this.#clock.after, () => this.#recover())
  }

  /** A WebSocket over this network: `createClient({ url: 'ws://anywhere', WebSocket: network.WebSocket })`. */
  get WebSocket(): MemoryWebSocketConstructor {
    // Made when it is asked for: who simulates thousands of networks without it does not pay for as many classes.
    this.#webSocket ??= memoryWebSocket({ clock: this.#clock, dial: (events) => this.dial(events) })
    return this.#webSocket
  }

  /** Links at this moment, half-open ones included. */
  get connections(): number {
    return this.#links.size
  }

  get counters(): NetworkCounters {
    return { ...this.#counters }
  }

  /** From now on dials reach this server. Returns how to stop: dials are refused, links stay. */
  listen(accept: Accept): () => void {
    this.#accept = accept
    return () => {
      if (this.#accept === accept) this.#accept = undefined
    }
  }

  /** Opens a link; the end can be used once `opened` was told. */
  dial(events: LinkEvents): LinkEnd {
    this.#counters.dials += 1
    const link: MemoryLink = new MemoryLink({
      clock: this.#clock,
      capacity: this.#options.capacity ?? 100_000,
      client: events,
      accept: (end) => this.#accept?.(end),
      latencyMs: (direction) => this.#latencyMs(direction),
      faults: (direction) => this.#faults.lane(direction),
      judge: (direction, text) => this.#judge(link, direction, text),
      ended: () => this.#links.delete(link),
    })
    this.#links.add(link)
    link.start(this.#faults.dials)
    return link.clientEnd
  }

  /** Ends the links that are there now. What was under way is lost, and each side learns of it in its own time. Default: at once. */
  cut({ clientAfterMs = 0, serverAfterMs = 0 }: Learning = {}): void {
    for (const link of [...this.#links]) this.#cut(link, clientAfterMs, serverAfterMs)
  }

  /** As the chaos proxy's: what is sent vanishes, both sides go on believing; what lost texts breaks when healed. */
  blackHole({
    direction = 'both',
    forMs,
    dials = 'silent',
  }: {
    readonly direction?: Direction | 'both'
    readonly forMs?: number
    readonly dials?: Dials
  } = {}): void {
    this.#faults.answerDials(dials, forMs)
    this.#faults.flow('hole', direction, forMs)
  }

  /** Texts wait and arrive, in order, when healed. */
  stall({
    direction = 'both',
    forMs,
  }: {
    readonly direction?: Direction | 'both'
    readonly forMs?: number
  } = {}): void {
    this.#faults.flow('stall', direction, forMs)
  }

  /** What is sent from now on takes this much longer; order is kept. */
  delay(delayMs: number, direction: Direction | 'both' = 'both'): void {
    this.#faults.delay(delayMs, direction)
  }

  /** Refuses new links; those that are there go on. */
  refuse(forMs?: number): void {
    this.#faults.answerDials('refused', forMs)
  }

  /** Lets new links hang: neither opened nor refused. */
  silence(forMs?: number): void {
    this.#faults.answerDials('silent', forMs)
  }

  /** Everything is well again. Links that lost texts, or of which only one side knows the end, break. Planned cuts stay. */
  heal(): void {
    this.#faults.clear()
  }

  /** Cuts a link exactly before the next text that matches: what came before it arrives, nothing of the rest does. Acts once. */
  cutBefore(match: FrameMatch, options: PlannedCutOptions = {}): PlannedCut {
    const plan = new CutPlan(match, options)
    this.#plans = [...this.#plans.filter(({ pending }) => pending), plan]
    return plan
  }

  #latencyMs(direction: Direction): number {
    const { latencyMs = [1, 1] } = this.#options
    if (typeof latencyMs === 'function') return latencyMs(direction)
    const [least, most] = latencyMs
    return least + Math.floor((this.#options.random?.() ?? 0) * (most - least + 1))
  }

  #judge(link: MemoryLink, direction: Direction, text: string): boolean {
    const plan = this.#plans.length > 0 ? this.#plans.find((plan) => plan.meets(direction, text)) : undefined
    if (plan) {
      this.#cut(link, learns(plan.side, 'client', plan.how), learns(plan.side, 'server', plan.how))
      return true
    }
    this.#counters[direction === 'up' ? 'textsUp' : 'textsDown'] += 1
    return false
  }

  #cut(link: MemoryLink, clientAfterMs: number, serverAfterMs: number): void {
    this.#counters.cuts += 1
    link.cut(clientAfterMs, serverAfterMs)
  }

  #recover(): void {
    for (const link of [...this.#links]) link.recover()
  }
}

function learns(told: CutSide, side: CutSide, how: CutHow): number {
  return how !== 'silent' && (told === 'both' || told === side) ? 0 : Number.POSITIVE_INFINITY
}
