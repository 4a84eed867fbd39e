import { expect, test } from 'vitest'
import { drawScenario } from './draw-scenario.js'
import { mutants } from './mutants/mutants.js'
import { plainerFields, replaced } from './plainer.js'
import { shrink } from './shrink.js'
import { type Life, type SimulateOptions, simulate } from './simulate.js'
import type { Mutation } from './world.js'

/** The first life that breaks something with that planted bug. */
function broken(name: string): { readonly options: SimulateOptions; readonly life: Life } {
  for (let seed = 1; seed <= 300; seed++) {
    const options = { seed, mutation: mutants[name] ?? {} }
    const life = simulate(options)
    if (life.violations.length > 0) return { options, life }
  }
  throw new Error(`${name} lived through all seeds`)
}

test('what is left breaks the same promise, with one client, one ask and few faults', () => {
  const { options, life } = broken('what has no answer is not asked for again')
  const small = shrink(options, life)
  expect(small.violations[0]?.promise).toBe(life.violations[0]?.promise)
  expect(simulate({ ...options, scenario: small.scenario }).hash).toBe(small.hash)
  const { clients, asks, pushes, faults } = small.scenario
  expect([clients.length, asks.length, pushes.length]).toEqual([1, 1, 0])
  expect(faults.length).toBeLessThanOrEqual(2)
  expect([...plainerFields(small.scenario)].length).toBeLessThan(8)
})

test('a client that has no part in it is left out, and the others are the same without it', () => {
  const scenario = Array.from({ length: 50 }, (_, seed) => drawScenario(seed)).find(
    ({ clients }) => clients.length === 3,
  )
  if (!scenario) throw new Error('no life with three clients')
  const { options, life } = broken('a timeout is reported twice')
  const small = shrink(options, life)
  expect(small.scenario.clients).toHaveLength(1)
  const [left] = small.scenario.clients
  expect(life.scenario.clients.map(({ name }) => name)).toContain(left?.name)
  expect(small.scenario.asks.every(({ client }) => client === 0)).toBe(true)
})

test('when time is over it is left as it is', () => {
  const { options, life } = broken('a timeout is reported twice')
  expect(shrink(options, life, -1)).toBe(life)
})

test('a field can be replaced wherever it stands, and every replacement is plainer', () => {
  const scenario = drawScenario(3)
  let plainest = scenario
  for (const { path, values } of plainerFields(scenario)) plainest = replaced(plainest, path, values[0])
  expect([...plainerFields(plainest)]).toEqual([])
  expect([plainest.asks.length, plainest.faults.length]).toEqual([scenario.asks.length, scenario.faults.length])
  expect(plainest.asks[0]?.atMs).toBe(scenario.asks[0]?.atMs)
  expect(simulate({ seed: 3, scenario: plainest }).violations).toEqual([])
})

test('a machine that throws has broken a promise, and its life is made small like any other', () => {
  const throws: Mutation = {
    client: (machine) => ({
      handle(input, now) {
        if (input.kind === 'received' && input.frame.kind === 'reply') throw new Error('as planted')
        return machine.handle(input, now)
      },
      wakeAt: () => machine.wakeAt(),
    }),
  }
  const options = { seed: 1, mutation: throws }
  const life = simulate(options)
  expect(life.violations[0]).toMatchObject({ promise: 'nothing throws', how: expect.stringContaining('as planted') })
  const { scenario } = shrink(options, life)
  expect([scenario.clients.length, scenario.asks.length, scenario.faults.length]).toEqual([1, 0, 0])
})
