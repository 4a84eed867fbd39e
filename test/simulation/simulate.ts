/** One life, from its seed: faults, then recovery, then an orderly end; watched over from the first fact to the last. */

import { Audience } from './audience.js'
import { drawScenario } from './draw-scenario.js'
import type { Fact } from './facts.js'
import { Counter, type Figures } from './figures.js'
import { Identities } from './identities.js'
import { Links } from './links.js'
import { Numbering } from './numbering.js'
import { promises } from './promises/promises.js'
import { Rollbacks } from './rollbacks.js'
import { type Ask, probeAsk, probeQuestion, type Scenario } from './scenario.js'
import { Trace } from './trace.js'
import { Turns } from './turns.js'
import { type Mutation, World } from './world.js'

export interface SimulateOptions {
  readonly seed: number
  /** Instead of the one that the seed draws. */
  readonly scenario?: Scenario
  /** A planted bug. */
  readonly mutation?: Mutation
  /** How many of the last facts are wanted as text, which costs time. Default: none. */
  readonly lines?: number
}

export interface Life {
  readonly scenario: Scenario
  /** The same for the same seed. */
  readonly hash: string
  readonly facts: number
  /** Virtual milliseconds. */
  readonly lasted: number
  readonly figures: Figures
  readonly violations: readonly Violation[]
  /** The last facts, as many as were wanted. */
  readonly lines: readonly string[]
}

export interface Violation {
  readonly promise: string
  readonly how: string
}

/**
 * What the last faults did has become known by then: a node asks for its lease each second and may wait 1.5 s for a slow store;
 * what it then tells its clients stands in line behind frames that are 3 s late.
 */
const probeAfterMs = 1_000 + 1_500 + 3_000
/** After the faults, everything has so long to settle. */
const settleMs = 200_000
/**
 * What is owed after that has so long to arrive: a confirmation may wait for 2 s [P-22]; a push is appended, looked for each
 * second and read, with a store that takes 1.5 s for each. No frame is late any more.
 */
const quietMs = 2_000 + 1_000 + 3 * 1_500
/** Everything that was closed is gone by then. */
const closeMs = 30_000
/**
 * Servers whose clients are gone have so long to show what they make of it: a lease of 5 s runs out, the next look comes 1 s
 * later, and a slow store answers; no other time is as long, but for that of sessions that outlive the waiting anyway. From then
 * on they would do nothing but renew their leases.
 */
const leftAloneMs = 5_000 + 1_000 + 1_000

export function simulate({ seed, scenario = drawScenario(seed), mutation = {}, lines = 0 }: SimulateOptions): Life {
  const trace = new Trace(lines)
  const counter = new Counter(scenario)
  const violations: Violation[] = []
  const open = new Set<Ask>()
  /** What servers ask, with the node that does. */
  const questions = new Map<string, number>()
  const audience = new Audience()
  audience.add({ asked: ({ ask }) => void open.add(ask), settled: ({ ask }) => void open.delete(ask) })
  audience.add({
    questioned: ({ question, node }) => void questions.set(question.id, node),
    'question settled': ({ question }) => void questions.delete(question.id),
    down({ node }) {
      for (const [question, asker] of questions) if (asker === node) questions.delete(question)
    },
  })
  const links = new Links()
  const numbering = new Numbering()
  const rollbacks = new Rollbacks(links, numbering)
  const turns = new Turns(links)
  const seen = { links, numbering, identities: new Identities(links), rollbacks, turns }
  const watches = promises(scenario).map(([promise, begin]) => begin((how) => violations.push({ promise, how }), seen))
  for (const { on } of [links, numbering, seen.identities, rollbacks, turns, counter, ...watches]) audience.add(on)

  const tell = (fact: Fact) => {
    const now = world.clock.now()
    trace.hear(fact, now)
    audience.tell(fact, now)
  }
  const spins = (who: string) => violations.push({ promise: 'bounded', how: `${who} wakes for ever` })
  const world: World = new World({ scenario, mutation, tell, spins })

  /** Lets time pass until something is broken, the time is over, or the condition holds. */
  const pass = (ms: number, enough = () => false) => {
    const until = world.clock.now() + ms
    while (violations.length === 0 && !enough() && world.clock.step(until));
    if (violations.length === 0 && !enough()) world.clock.advance(until - world.clock.now())
  }

  const liveThrough = () => {
    world.start()
    pass(scenario.healAtMs)
    if (violations.length === 0) world.heal()
    for (const client of scenario.clients.keys()) {
      world.plan(probeAsk(client, world.clock.now() + probeAfterMs))
      world.planQuestion(probeQuestion(client, world.clock.now() + probeAfterMs))
    }
    pass(probeAfterMs + 1_000)
    pass(settleMs, () => open.size + questions.size === 0)
    pass(quietMs)
    if (violations.length === 0) {
      tell({ fact: 'settled up' })
      for (const client of world.clients) client.close()
      const alone = world.clock.now() + leftAloneMs
      pass(closeMs, () => world.clock.now() >= alone && world.areClientsGone())
      world.closeServers()
      pass(closeMs)
    }
    if (violations.length === 0) {
      for (const watch of watches) watch.end?.(world.clock.now())
      for (const how of world.leftovers()) violations.push({ promise: 'nothing is left behind', how })
    }
  }

  try {
    liveThrough()
  } catch (thrown) {
    violations.push({ promise: 'nothing throws', how: String(thrown instanceof Error ? thrown.stack : thrown) })
  }
  return {
    scenario,
    hash: trace.hash,
    facts: trace.length,
    lasted: world.clock.now(),
    figures: counter.figures,
    violations,
    lines: trace.lines,
  }
}
