import { expect, test } from 'vitest'
import type { ClientMachine } from '../machine/client-machine.js'
import type { Effect } from '../machine/effects.js'
import type { Input } from '../machine/inputs.js'
import { Driver } from './driver.js'
import { HeldClock } from './rehearsal.js'

/** A machine that wants what it is told to want. */
const puppet = (effectsOf: (input: Input) => readonly Effect[] = () => []) => {
  const state = { wakeAt: Number.POSITIVE_INFINITY, heard: [] as string[] }
  const machine = {
    handle(input: Input) {
      state.heard.push(input.kind)
      if (input.kind === 'woke') state.wakeAt = Number.POSITIVE_INFINITY
      return effectsOf(input)
    },
    wakeAt: () => state.wakeAt,
  } as unknown as ClientMachine
  return { machine, state }
}

test('what happens while effects are performed waits until they all are', () => {
  const { machine } = puppet((input) =>
    input.kind === 'started'
      ? [
          { kind: 'fetchToken', fetch: 1 },
          { kind: 'dial', link: 1 },
        ]
      : [{ kind: 'initialise' }],
  )
  const performed: string[] = []
  const driver = new Driver(machine, new HeldClock(), ({ kind }) => {
    performed.push(kind)
    if (kind === 'fetchToken') driver.tell({ kind: 'tokenFetched', fetch: 1, token: undefined })
  })
  driver.tell({ kind: 'started' })
  expect(performed).toEqual(['fetchToken', 'dial', 'initialise'])
})

test('there is one timer, set for the next wish', () => {
  const { machine, state } = puppet()
  const clock = new HeldClock()
  const driver = new Driver(machine, clock, () => {})
  state.wakeAt = 1_000
  driver.tell({ kind: 'started' })
  state.wakeAt = 500
  driver.tell({ kind: 'started' })
  expect(clock.timers).toBe(1)
  clock.pass(499)
  expect(state.heard).not.toContain('woke')
  clock.pass(1)
  expect(state.heard.filter((kind) => kind === 'woke')).toHaveLength(1)
})

test('a wish that was put off is no turn before its time', () => {
  const { machine, state } = puppet()
  const clock = new HeldClock()
  const driver = new Driver(machine, clock, () => {})
  state.wakeAt = 500
  driver.tell({ kind: 'started' })
  state.wakeAt = 2_000
  driver.tell({ kind: 'started' })
  clock.pass(1_999)
  expect(state.heard).not.toContain('woke')
  clock.pass(1)
  expect(state.heard).toContain('woke')
})

test('a timer that fires although the monotonic clock stood still is told, with the time that it was set for', () => {
  const { machine, state } = puppet()
  const heard: Input[] = []
  const handle = machine.handle.bind(machine)
  Object.assign(machine, {
    handle: (input: Input, ...time: [number, number]) => {
      heard.push(input)
      return handle(input, ...time)
    },
  })
  let fire = () => {}
  const clock = {
    now: () => 0,
    wall: () => 0,
    after(_: number, callback: () => void) {
      fire = callback
      return () => {}
    },
  }
  const driver = new Driver(machine, clock, () => {})
  state.wakeAt = 500
  driver.tell({ kind: 'started' })
  fire()
  expect(heard.at(-1)).toEqual({ kind: 'woke', timerAt: 500 })
})

test('a machine that wants nothing leaves no timer', () => {
  const { machine, state } = puppet()
  const clock = new HeldClock()
  const driver = new Driver(machine, clock, () => {})
  state.wakeAt = 500
  driver.tell({ kind: 'started' })
  state.wakeAt = Number.POSITIVE_INFINITY
  driver.tell({ kind: 'closeAsked' })
  expect(clock.timers).toBe(0)
})

test('an effect that throws takes no other with it', () => {
  const { machine } = puppet(() => [{ kind: 'initialise' }, { kind: 'dial', link: 1 }])
  const performed: string[] = []
  const driver = new Driver(machine, new HeldClock(), ({ kind }) => {
    performed.push(kind)
    if (performed.length === 1) throw new Error('once')
  })
  expect(() => driver.tell({ kind: 'started' })).toThrow('once')
  driver.tell({ kind: 'started' })
  expect(performed).toEqual(['initialise', 'dial', 'initialise', 'dial'])
})

test('what was in the line when an effect threw goes before what is told next', () => {
  const { machine, state } = puppet((input) => (input.kind === 'started' ? [{ kind: 'initialise' }] : []))
  const driver = new Driver(machine, new HeldClock(), () => {
    driver.tell({ kind: 'reauthenticated' })
    throw new Error('once')
  })
  expect(() => driver.tell({ kind: 'started' })).toThrow('once')
  driver.tell({ kind: 'closeAsked' })
  expect(state.heard).toEqual(['started', 'reauthenticated', 'closeAsked'])
})
