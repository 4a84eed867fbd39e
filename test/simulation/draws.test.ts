import { expect, test } from 'vitest'
import { drawScenario } from './draw-scenario.js'
import type { Fault, Scenario } from './scenario.js'
import { simulate } from './simulate.js'

/** What a client said and heard, without what servers name in the order in which all of them do. */
function sentBy(client: number, scenario: Scenario): readonly string[] {
  const { lines } = simulate({ seed: scenario.seed, scenario, lines: 100_000 })
  return lines
    .filter((line) => /^\S+ (asked|sent|heard|settled|chunk|delivered|dialled|lost) /.test(line))
    .filter((line) => line.includes(`{"client":${client},`) || line.includes(`"client":${client},`))
    .map((line) => line.replace(/"(sessionId|epoch|head)":("[^"]*"|\d+)/g, '').replace(/"run":\d+|"reply \d+"/g, ''))
}

const isOf = (client: number) => (fault: Fault) => 'client' in fault && fault.client === client

test('a fault less of one client changes nothing of what another one sends and hears', () => {
  const compared = []
  for (let seed = 1; seed <= 60; seed++) {
    const scenario = drawScenario(seed)
    // What servers and broadcasts do, they do to both: when a node looks, and ends what has run out, depends on all its clients.
    const server = { ...scenario.server, sessionTtlMs: 120_000 }
    const nodes = scenario.nodes.slice(0, 1)
    const alone = {
      ...scenario,
      server,
      nodes,
      pushes: [],
      faults: scenario.faults.filter(({ fault }) => 'client' in fault),
    }
    const less = { ...alone, faults: alone.faults.filter(({ fault }) => !isOf(0)(fault)) }
    const until = (line: string) => Number.parseFloat(line) < scenario.healAtMs
    if (scenario.clients.length < 2 || less.faults.length === alone.faults.length) continue
    const [before, after] = [sentBy(1, alone).filter(until), sentBy(1, less).filter(until)]
    expect(after).toEqual(before)
    compared.push(before.length)
  }
  expect(compared.length).toBeGreaterThan(10)
  expect(Math.max(...compared)).toBeGreaterThan(100)
})

test('a fault less changes nothing before its time, and a latency at a moment is the same however many texts went before', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const scenario = drawScenario(seed)
    const cut = scenario.faults.findIndex(({ fault }) => fault.kind === 'cut')
    const removed = scenario.faults[cut]
    if (!removed) continue
    const less = { ...scenario, faults: scenario.faults.filter((each) => each !== removed) }
    const before = (line: string) => Number.parseFloat(line) < removed.atMs
    const linesOf = (each: Scenario) => simulate({ seed, scenario: each, lines: 100_000 }).lines.filter(before)
    expect(linesOf(less)).toEqual(linesOf(scenario))
  }
})
