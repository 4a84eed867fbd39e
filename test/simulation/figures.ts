/** What a life was like: how much of what the faults are there for did happen, and how much succeeded all the same. */

import type { Ears } from './audience.js'
import type { Ask, Scenario } from './scenario.js'
import { canSucceed } from './wanted.js'

export class Figures {
  faults = 0
  asked = 0
  /** Asked with patience, for something that can succeed. */
  wanted = 0
  succeeded = 0
  unknown = 0
  /** Replies that the server sent after the handler ran, and that did not arrive. */
  repliesLost = 0
  /** Links that ended with a stream under way. */
  streamsCut = 0
  restarts = 0
  /** Deaths of a server with handlers at work. */
  restartsAtWork = 0
  /** Replies that came from another node than the one that ran the handler. */
  answeredElsewhere = 0
  /** Leases that ran out while their node lived. */
  leasesLost = 0
  resumed = 0
  resets = 0
  gaps = 0
  delivered = 0
  chunks = 0
}

/** Who waits this long wants the answer. */
const patientMs = 30_000

/** Fills in the figures as facts come. */
export class Counter {
  readonly figures = new Figures()
  readonly #scenario: Scenario
  /** Replies under way, by client and number. */
  readonly #replies = new Set<string>()
  /** Which node begun what, by session and number; and whose link is in which session. */
  readonly #runners = new Map<string, number>()
  readonly #sessions = new Map<number, string>()
  /** Streams of which chunks arrived and no end, by client. */
  readonly #streaming = new Map<number, Set<Ask>>()

  constructor(scenario: Scenario) {
    this.#scenario = scenario
  }

  readonly on: Ears = {
    asked: ({ ask }) => {
      this.figures.asked += 1
      if (this.#isWanted(ask)) this.figures.wanted += 1
    },
    settled: ({ client, ask, outcome }) => {
      this.#streaming.get(client)?.delete(ask)
      if (outcome.ok && this.#isWanted(ask)) this.figures.succeeded += 1
      if (!outcome.ok && outcome.error.code === 'OUTCOME_UNKNOWN') this.figures.unknown += 1
    },
    chunk: ({ client, ask }) => {
      this.figures.chunks += 1
      this.#streamsOf(client).add(ask)
    },
    lost: ({ client }) => this.#linkEnded(client),
    abandoned: ({ client }) => this.#linkEnded(client),
    'answered reply': ({ client, node, frame }) => {
      this.#sent(`${client} ${frame.n}`)
      const runner = this.#runners.get(`${this.#sessions.get(client)} ${frame.n}`)
      if (runner !== undefined && runner !== node) this.figures.answeredElsewhere += 1
    },
    begun: ({ node, session, n }) => void this.#runners.set(`${session} ${n}`, node),
    renamed: () => {
      this.figures.leasesLost += 1
    },
    'heard reply': ({ client, frame }) => void this.#replies.delete(`${client} ${frame.n}`),
    delivered: () => {
      this.figures.delivered += 1
    },
    gap: () => {
      this.figures.gaps += 1
    },
    reset: () => {
      this.figures.resets += 1
    },
    attached: ({ resumed, client, session }) => {
      this.#sessions.set(client, session)
      if (resumed) this.figures.resumed += 1
    },
    down: ({ running }) => {
      this.figures.restarts += 1
      if (running > 0) this.figures.restartsAtWork += 1
    },
    faulted: () => {
      this.figures.faults += 1
    },
    'settled up': () => {
      this.figures.repliesLost += this.#replies.size
    },
  }

  /** One that is sent again had been lost. */
  #sent(reply: string): void {
    if (this.#replies.has(reply)) this.figures.repliesLost += 1
    this.#replies.add(reply)
  }

  #linkEnded(client: number): void {
    if (this.#streamsOf(client).size > 0) this.figures.streamsCut += 1
  }

  #isWanted(ask: Ask): boolean {
    return ask.timeoutMs >= patientMs && canSucceed(ask, this.#scenario)
  }

  #streamsOf(client: number): Set<Ask> {
    const streams = this.#streaming.get(client) ?? new Set<Ask>()
    this.#streaming.set(client, streams)
    return streams
  }
}
