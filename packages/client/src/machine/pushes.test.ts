import { expect, test } from 'vitest'
import type { Effect } from './effects.js'
import { Pushes } from './pushes.js'
import { says } from './stage.js'

const listening = (capacity = 256, ...types: string[]) => {
  const effects: Effect[] = []
  let owed = 0
  const pushes = new Pushes(
    {
      emit: (effect) => effects.push(effect),
      transmit: () => {},
      owe: () => {
        owed += 1
      },
    },
    capacity,
  )
  for (const type of types) pushes.listened(type)
  return { pushes, effects, owed: () => owed }
}

/** As a session does: false for a jump. */
function accept(pushes: Pushes, { push, message }: ReturnType<typeof says.push>, sessionId: string): boolean {
  const received = pushes.receive(push)
  if (received === 'next') pushes.deliver(message, sessionId)
  return received !== 'jump'
}

const kinds = (effects: readonly Effect[]) => effects.map((effect) => effect.kind)

test('the next push is delivered and owed a confirmation', () => {
  const { pushes, effects, owed } = listening(256, 'system')
  expect(accept(pushes, says.push(1), 'session')).toBe(true)
  expect(effects).toEqual([{ kind: 'deliver', message: says.push(1).message, sessionId: 'session' }])
  expect([pushes.last, owed()]).toEqual([1, 1])
})

test('a repeated push is ignored', () => {
  const { pushes, effects, owed } = listening(256, 'system')
  accept(pushes, says.push(1), 'session')
  expect(accept(pushes, says.push(1), 'session')).toBe(true)
  expect([effects.length, owed()]).toEqual([1, 1])
})

test('a jump is refused and nothing of it is delivered', () => {
  const { pushes, effects } = listening(256, 'system')
  expect(accept(pushes, says.push(2), 'session')).toBe(false)
  expect([effects.length, pushes.last]).toEqual([0, 0])
})

test('a gap is told exactly, without what came before it, and pushes go on after it', () => {
  const { pushes, effects } = listening(256, 'system')
  accept(pushes, says.push(1), 'session')
  expect(pushes.skip({ from: 1, to: 5 })).toBe(true)
  expect(effects.at(-1)).toEqual({ kind: 'gap', from: 2, to: 5 })
  expect(accept(pushes, says.push(6), 'session')).toBe(true)
  expect(pushes.skip({ from: 3, to: 6 })).toBe(true)
  expect(kinds(effects)).toEqual(['deliver', 'gap', 'deliver'])
})

test('a gap that begins too late is a jump', () => {
  expect(listening().pushes.skip({ from: 2, to: 5 })).toBe(false)
})

test('pushes wait for the first listener of their type, in order', () => {
  const { pushes, effects } = listening()
  accept(pushes, says.push(1, 'news'), 'session')
  accept(pushes, says.push(2, 'weather'), 'session')
  accept(pushes, says.push(3, 'news'), 'session')
  expect(effects).toEqual([])
  pushes.listened('news')
  expect(effects).toEqual(
    [1, 3].map(() => ({ kind: 'deliver', message: says.push(1, 'news').message, sessionId: 'session' })),
  )
  pushes.listened('*')
  expect(effects).toHaveLength(3)
})

test('a push without a type is of type system', () => {
  const { pushes, effects } = listening(256, 'system')
  accept(pushes, says.push(1), 'session')
  expect(kinds(effects)).toEqual(['deliver'])
})

test('who listens to all hears every type', () => {
  const { pushes, effects } = listening(256, '*')
  accept(pushes, says.push(1, 'news'), 'session')
  expect(kinds(effects)).toEqual(['deliver'])
})

test('when too many wait, each one more is reported and dropped', () => {
  const { pushes, effects } = listening(2)
  for (const n of [1, 2, 3]) accept(pushes, says.push(n, 'news'), 'session')
  const message = "A push was dropped: 2 wait for client.on('news') already."
  expect(effects).toMatchObject([
    { kind: 'report', error: { code: 'NO_HANDLER', message, stage: 'received', mayHaveExecuted: false } },
  ])
  expect(pushes.last).toBe(3)
  pushes.listened('news')
  expect(kinds(effects)).toEqual(['report', 'deliver', 'deliver'])
})

test('a new session numbers its pushes anew', () => {
  const { pushes, effects } = listening(256, 'system')
  accept(pushes, says.push(1), 'session')
  pushes.beginAnew()
  expect(pushes.last).toBe(0)
  accept(pushes, says.push(1), 'another')
  expect(effects.at(-1)).toMatchObject({ kind: 'deliver', sessionId: 'another' })
})
