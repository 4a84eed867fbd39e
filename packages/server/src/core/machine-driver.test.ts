import type { Clock } from '@backchat/protocol'
import { expect, test } from 'vitest'
import type { Effect } from '../machine/effects.js'
import type { Input } from '../machine/inputs.js'
import type { Result } from '../store/operations.js'
import { MachineDriver, type ShellEffect } from './machine-driver.js'

const ok: Result = { op: 'join', status: 'ok' }
const asking = (batch: number): Effect => ({
  kind: 'apply',
  batch,
  operations: [{ op: 'join', session: 's', room: 'r' }],
})
const report = (message: string): ShellEffect => ({
  kind: 'report',
  error: { code: 'HANDLER_FAILED', message, mayHaveExecuted: false },
})

/** A driver whose machine answers by a script, with a clock that is moved by hand. */
const driven = (script: (input: Input) => readonly Effect[]) => {
  const timers = new Map<object, { at: number; callback: () => void }>()
  let time = 0
  const clock: Clock = {
    now: () => time,
    wall: () => 0,
    after(delayMs, callback) {
      const timer = {}
      timers.set(timer, { at: time + delayMs, callback })
      return () => void timers.delete(timer)
    },
  }
  const world = {
    /** How often the machine was called. */
    calls: 0,
    handled: [] as Input['kind'][],
    times: [] as number[],
    performed: [] as ShellEffect[],
    failures: [] as unknown[],
    turns: 0,
    /** What the effect `lead` leads to. */
    leads: () => {},
    wakeAt: Number.POSITIVE_INFINITY,
    timers,
    /** Moves the clock, firing what became due. */
    async sleepUntil(then: number) {
      time = then
      for (const [timer, { at, callback }] of timers) {
        if (at > then) continue
        timers.delete(timer)
        callback()
      }
      await tick()
    },
  }
  const driver = new MachineDriver({
    machine: {
      handleAll(inputs, now) {
        world.calls += 1
        world.times.push(now)
        return inputs.flatMap((input) => {
          world.handled.push(input.kind)
          return script(input)
        })
      },
      wakeAt: () => world.wakeAt,
    },
    store: { apply: (operations) => operations.map(() => ok), close: () => {} },
    clock,
    perform: (effect) => {
      if (effect.kind === 'report' && effect.error.message === 'impossible') throw new Error('cannot')
      if (effect.kind === 'report' && effect.error.message === 'lead') world.leads()
      world.performed.push(effect)
    },
    turned: () => {
      world.turns += 1
    },
    failed: (error) => world.failures.push(error),
  })
  return { world, driver }
}

const tick = () => new Promise((resolve) => setImmediate(resolve))

test('what one tick brings is one turn with one time', async () => {
  const { driver, world } = driven(() => [])
  driver.feed({ kind: 'opened', link: 1 })
  driver.feed({ kind: 'opened', link: 2 })
  expect(world.handled).toEqual([])
  await tick()
  expect(world.handled).toEqual(['opened', 'opened'])
  expect(world.calls).toBe(1)
  expect(world.turns).toBe(1)
})

test('what effects lead to is handled after them, at the same time', async () => {
  const { driver, world } = driven((input) => (input.kind === 'opened' ? [report('lead')] : []))
  world.leads = () => driver.feed({ kind: 'woke' })
  driver.feed({ kind: 'opened', link: 1 })
  driver.feed({ kind: 'opened', link: 2 })
  await tick()
  expect(world.handled).toEqual(['opened', 'opened', 'woke', 'woke'])
  expect(world.calls).toBe(2)
  expect(world.turns).toBe(1)
})

test('a store that answers at once is heard within the same turn', async () => {
  const { driver, world } = driven((input) => (input.kind === 'opened' ? [asking(7)] : [report('heard')]))
  driver.feed({ kind: 'opened', link: 1 })
  await tick()
  expect(world.handled).toEqual(['opened', 'applied'])
  expect(world.performed).toEqual([report('heard')])
  expect(world.turns).toBe(1)
})

test('an effect that throws loses nothing but itself, and so does a machine with a bug', async () => {
  const { driver, world } = driven((input) => {
    if (input.kind === 'closeAsked') throw new Error('bug')
    return [report('impossible'), report('second')]
  })
  driver.feed({ kind: 'closeAsked', drainMs: 0 })
  await tick()
  driver.feed({ kind: 'opened', link: 1 })
  await tick()
  expect(world.performed).toEqual([report('second')])
  expect(world.failures).toEqual([new Error('bug'), new Error('cannot')])
})

test('the machine is woken when its time has come, by one timer that is not set anew for later times', async () => {
  const { driver, world } = driven(() => [])
  world.wakeAt = 100
  driver.feed({ kind: 'opened', link: 1 })
  await tick()
  world.wakeAt = 300
  driver.feed({ kind: 'opened', link: 2 })
  await tick()
  expect([...world.timers.values()].map(({ at }) => at)).toEqual([100])
  await world.sleepUntil(100)
  expect(world.handled).toEqual(['opened', 'opened'])
  expect([...world.timers.values()].map(({ at }) => at)).toEqual([300])
  world.wakeAt = 200
  driver.feed({ kind: 'opened', link: 3 })
  await tick()
  expect([...world.timers.values()].map(({ at }) => at)).toEqual([200])
  world.wakeAt = 200
  await world.sleepUntil(200)
  expect(world.handled.at(-1)).toBe('woke')
})

test('a time that is past already is due at once, and no timer is set for less than nothing', async () => {
  const { driver, world } = driven(() => [])
  await world.sleepUntil(1_000)
  world.wakeAt = 400
  driver.feed({ kind: 'woke' })
  await tick()
  expect([...world.timers.values()].map(({ at }) => at)).toEqual([1_000])
})

test('operations of the application go to the store with those of the machine', async () => {
  const { driver } = driven(() => [])
  await expect(driver.apply([{ op: 'join', session: 's', room: 'r' }])).resolves.toEqual([ok])
})

test('after stop there is no timer, no turn, and nobody waits for ever', async () => {
  const { driver, world } = driven(() => [])
  world.wakeAt = 100
  driver.feed({ kind: 'opened', link: 1 })
  await tick()
  const asked = driver.apply([{ op: 'join', session: 's', room: 'r' }])
  driver.feed({ kind: 'opened', link: 2 })
  driver.stop()
  driver.feed({ kind: 'opened', link: 3 })
  await expect(asked).resolves.toEqual([ok])
  await expect(driver.apply([])).rejects.toThrow('closed')
  await tick()
  expect(world.timers.size).toBe(0)
  expect(world.handled).toEqual(['opened'])
})
