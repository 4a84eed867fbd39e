/** What a life was like: how much of what the faults are there for did happen, and how much succeeded all the same. */

import type { Fact } from './facts.js'
import type { Ask, Scenario } from './scenario.js'
import { canSucceed } from './wanted.js'

export class Figures {
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
  /** Streams of which chunks arrived and no end, by client. */
  readonly #streaming = new Map<number, Set<Ask>>()

  constructor(scenario: Scenario) {
    this.#scenario = scenario
  }

  hear(fact: Fact): void {
    const { figures } = this
    switch (fact.fact) {
      case 'asked':
        figures.asked += 1
        figures.wanted += this.#isWanted(fact.ask) ? 1 : 0
        return
      case 'settled':
        this.#streamsOf(fact.client).delete(fact.ask)
        if (fact.outcome.ok) figures.succeeded += this.#isWanted(fact.ask) ? 1 : 0
        else if (fact.outcome.error.code === 'OUTCOME_UNKNOWN') figures.unknown += 1
        return
      case 'chunk':
        figures.chunks += 1
        this.#streamsOf(fact.client).add(fact.ask)
        return
      case 'lost':
      case 'abandoned':
        if (this.#streamsOf(fact.client).size > 0) figures.streamsCut += 1
        return
      case 'answered':
        if (fact.frame.kind === 'reply') this.#sent(`${fact.client} ${fact.frame.n}`)
        return
      case 'heard':
        if (fact.frame.kind === 'reply') this.#replies.delete(`${fact.client} ${fact.frame.n}`)
        return
      case 'delivered':
        figures.delivered += 1
        return
      case 'gap':
        figures.gaps += 1
        return
      case 'reset':
        figures.resets += 1
        return
      case 'attached':
        figures.resumed += fact.resumed ? 1 : 0
        return
      case 'down':
        figures.restarts += 1
        figures.restartsAtWork += fact.running > 0 ? 1 : 0
        return
      case 'settled up':
        figures.repliesLost += this.#replies.size
    }
  }

  /** One that is sent again had been lost. */
  #sent(reply: string): void {
    if (this.#replies.has(reply)) this.figures.repliesLost += 1
    this.#replies.add(reply)
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
