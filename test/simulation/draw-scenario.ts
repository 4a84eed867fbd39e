/** Draws a scenario from a seed. Rates are drawn too: one seed knows nothing but cuts, another one everything at once. */

import { limits } from '@backchat/protocol'
import { between, pick, random, type SeededRandom } from '@backchat/testing'
import { drawFaults } from './draw-faults.js'
import type { Ask, ClientPlan, Fault, HandlerPlan, NodePlan, PlannedPush, Question, Scenario } from './scenario.js'

export function drawScenario(seed: number): Scenario {
  const chance = random(seed)
  const workMs = pick(chance.stream('length'), [8_000, 20_000, 40_000])
  const clients = Array.from({ length: between(chance.stream('clients'), 1, 3) }, (_, i) =>
    drawClient(chance.stream(`client ${i}`), `client ${i}`, workMs),
  )
  const nodes = Array.from({ length: pick(chance.stream('nodes'), [1, 1, 2, 3]) }, (_, i) =>
    drawNode(chance.stream(`node ${i}`), `node ${i}`),
  )
  const scenario = {
    seed,
    clients,
    asks: clients.flatMap((_, client) => drawAsks(chance.stream(`asks of ${client}`), client, workMs)),
    questions: clients.flatMap((_, client) => drawQuestions(chance.stream(`questions of ${client}`), client, workMs)),
    pushes: drawPushes(chance.stream('pushes'), clients.length, workMs),
    faults: drawFaults(chance.stream('faults'), { clients: clients.length, nodes: nodes.length }, workMs),
    server: drawServer(chance.stream('server')),
    nodes,
    healAtMs: workMs,
  }
  const [copy, rollback, rush] = [chance.stream('copy'), chance.stream('rollback'), chance.stream('rush')]
  if (copy() < copied) return withCopy(copy, scenario)
  if (rollback() < rolledBack) return withRollback(rollback, scenario)
  return rush() < rushed ? withBusyNodes(rush, scenario) : scenario
}

/** In so many lives servers have more to do than they can. */
const rushed = 0.05

function withBusyNodes(chance: SeededRandom, scenario: Scenario): Scenario {
  const { nodes, faults, healAtMs } = scenario
  const more = Array.from({ length: between(chance, 1, 3) }, () => {
    const fault = {
      kind: 'busy',
      node: between(chance, 0, nodes.length - 1),
      forMs: between(chance, 1_000, 8_000),
    } as const
    return { atMs: between(chance, 0, healAtMs), fault }
  })
  return { ...scenario, faults: [...faults, ...more].sort((a, b) => a.atMs - b.atMs) }
}

/** In so many lives there is a copy of a client. */
const copied = 0.1

/** In so many lives the store goes back. */
const rolledBack = 0.04

function withRollback(chance: SeededRandom, scenario: Scenario): Scenario {
  const atMs = between(chance, 0, scenario.healAtMs)
  const fault = { kind: 'rollback', byMs: pick(chance, [50, 1_000, 8_000]) } as const
  return { ...scenario, faults: [...scenario.faults, { atMs, fault }].sort((a, b) => a.atMs - b.atMs) }
}

/** A copy comes to life while its original is at work. */
function withCopy(chance: SeededRandom, scenario: Scenario): Scenario {
  const { clients, healAtMs } = scenario
  const client = clients.length
  const original = pick(chance, clients as [ClientPlan, ...ClientPlan[]])
  const startAtMs = between(chance, 0, healAtMs / 2)
  const copy = { of: original.name, startAtMs, attemptsAhead: pick(chance, [0, 1, 5]) }
  const asks = drawAsks(chance.stream('asks'), client, healAtMs)
  const faults = drawFaults(chance.stream('faults'), { clients: 1, nodes: 0 }, healAtMs)
  return {
    ...scenario,
    clients: [...clients, { ...original, name: `copy of ${original.name}`, copy }],
    asks: [...scenario.asks, ...asks.map((ask) => ({ ...ask, atMs: Math.max(ask.atMs, startAtMs) }))],
    faults: [
      ...scenario.faults,
      ...faults.map(({ atMs, fault }) => ({ atMs, fault: { ...fault, client } as Fault })),
    ].sort((a, b) => a.atMs - b.atMs),
  }
}

function drawClient(chance: SeededRandom, name: string, workMs: number): ClientPlan {
  const least = pick(chance, [0, 1, 20, 100])
  // What is new is drawn of its own, so that the rest stays what it was.
  const more = chance.stream('more')
  const tokenLastsMs = pick(more, [undefined, undefined, undefined, 6_000, 20_000])
  return {
    name,
    latencyMs: [least, least + pick(chance, [0, 5, 60])],
    tokenMs: pick(chance, [undefined, 0, 30]),
    tokenFails: pick(chance, [0, 0, 0.2]),
    queue: chance() < 0.1 ? 4 : limits.queue,
    lingerMs: pick(chance, [0, 0, 2_000]),
    init: chance() < 0.3,
    listenAfterMs: pick(chance, [0, 0, 3_000]),
    handles: more() < 0.9,
    ...(tokenLastsMs !== undefined && { tokenLastsMs }),
    ...(chance() < 0.05 ? { closeAtMs: between(chance, 0, workMs) } : {}),
  }
}

function drawServer(chance: SeededRandom): Scenario['server'] {
  return {
    sticky: chance() < 0.5,
    authenticateMs: pick(chance, [0, 10, 200]),
    handlerMs: pick(chance, [60_000, 60_000, 2_000]),
    sessionTtlMs: pick(chance, [120_000, 120_000, 120_000, 4_000]),
    heartbeatMs: pick(chance, [30_000, 2_000]),
    drainMs: pick(chance, [0, 1_000, 10_000]),
  }
}

function drawNode(chance: SeededRandom, name: string): NodePlan {
  return {
    name,
    named: chance() < 0.7,
    storeMs: pick(chance, [0, 0, 3, 40]),
    hintMs: pick(chance, [0, 0, 5, 150]),
  }
}

function drawAsks(chance: SeededRandom, client: number, workMs: number): Ask[] {
  // A few clients ask for more at once than may be under way, and a few read streams longer than their window. Such lives
  // cost ten times as much as others, so they are few.
  const [inBurst, atLength] = [chance() < 0.015, chance() < 0.03]
  const count = inBurst ? 300 : pick(chance, [3, 8, 15, 25])
  const burstAt = between(chance, 0, workMs)
  const [streams, sends, cancels, twice] = [chance() * 0.6, chance() * 0.3, chance() * 0.25, chance() * 0.3]
  const asks: Ask[] = []
  for (let i = 0; i < count; i++) {
    const mode = chance() < streams ? 'stream' : chance() < sends ? 'send' : 'request'
    const timeoutMs = pick(chance, [60_000, 30_000, 30_000, 5_000, between(chance, 50, 2_000)])
    const what = pick(chance, ['abandon', 'abandon', 'leave'] as const)
    const change = { what, afterMs: between(chance, 0, 4_000) }
    asks.push({
      id: `${client}.${i}`,
      client,
      atMs: inBurst ? burstAt : between(chance, 0, workMs),
      mode,
      type: chance() < 0.04 ? 'nobody' : chance() < twice ? 'twice' : 'text',
      timeoutMs,
      ...(chance() < cancels ? { change } : {}),
      readerMs: pick(chance, [0, 0, 20, 400]),
      handler: drawHandler(chance, mode === 'stream' || chance() < 0.1, inBurst ? 3 : atLength ? 300 : 30),
    })
  }
  return asks
}

function drawHandler(chance: SeededRandom, streams: boolean, most: number): HandlerPlan {
  return {
    refusals: chance() < 0.06 ? between(chance, 1, 3) : 0,
    gateMs: pick(chance, [0, 0, 20]),
    workMs: pick(chance, [0, 5, 100, 500, 4_000]),
    chunks: streams ? Math.min(most, pick(chance, [0, 1, 4, 12, most])) : 0,
    chunkMs: pick(chance, [0, 10, 200]),
    end: chance() < 0.06 ? 'throw' : 'return',
    obeys: chance() < 0.7,
    // A few are so large that the journal cannot keep all of them.
    bytes: chance() < 0.03 && most > 3 ? 400 * 1024 : 100,
  }
}

function drawQuestions(chance: SeededRandom, client: number, workMs: number): Question[] {
  return Array.from({ length: pick(chance, [0, 0, 3, 10]) }, (_, i) => ({
    id: `${client}.question ${i}`,
    client,
    atMs: between(chance, 0, workMs),
    timeoutMs: pick(chance, [30_000, 10_000, between(chance, 20, 2_000)]),
    ...(chance() < 0.15 ? { abandonAfterMs: between(chance, 0, 1_000) } : {}),
    workMs: pick(chance, [0, 20, 500, 3_000]),
    end: chance() < 0.1 ? 'throw' : 'return',
  }))
}

function drawPushes(chance: SeededRandom, clients: number, workMs: number): PlannedPush[] {
  const count = pick(chance, [0, 10, 40, 100])
  // In some lives the log holds no more than a few, so that retention ends and gaps are seen.
  const bytes = pick(chance, [100, 100, 63 * 1024])
  return Array.from({ length: count }, (_, i) => ({
    id: `push ${i}`,
    atMs: between(chance, 0, workMs),
    client: chance() < 0.7 ? between(chance, 0, clients - 1) : undefined,
    bytes,
  }))
}
