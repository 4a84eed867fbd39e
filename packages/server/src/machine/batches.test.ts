import { expect, test } from 'vitest'
import type { Result } from '../store/operations.js'
import { Batches } from './batches.js'
import { Turn } from './turn.js'

const joined: Result = { op: 'join', status: 'ok' }
const gone: Result = { op: 'join', status: 'gone' }

/** A turn that asks for two operations, and a log of their answers. */
const asking = (log: string[]): Turn => {
  const turn = new Turn(0)
  for (const room of ['a', 'b']) {
    turn.ask({ op: 'join', session: 's', room }, ({ status }) => void log.push(`${room} ${status}`))
  }
  return turn
}

test('what a turn asks leaves as one batch, and each answer goes to who asked', () => {
  const batches = new Batches(() => {})
  const log: string[] = []
  const turn = asking(log)
  batches.send(turn)
  expect(turn.effects).toMatchObject([{ kind: 'apply', batch: 1, operations: [{ room: 'a' }, { room: 'b' }] }])
  expect(batches.allAnswered).toBe(false)
  batches.applied(1, [joined, gone], new Turn(1))
  expect(log).toEqual(['a ok', 'b gone'])
  expect(batches.allAnswered).toBe(true)
})

test('a turn that asks nothing sends nothing', () => {
  const batches = new Batches(() => {})
  const turn = new Turn(0)
  batches.send(turn)
  expect(turn.effects).toEqual([])
  expect(batches.allAnswered).toBe(true)
})

test('when a batch fails, each who asked is told', () => {
  const batches = new Batches(() => {})
  const log: string[] = []
  batches.send(asking(log))
  batches.failed(1, 'on fire', new Turn(1))
  expect(log).toEqual(['a failed', 'b failed'])
})

test('a result that is missing counts as failed, and an answer that nobody waits for as none', () => {
  const batches = new Batches(() => {})
  const log: string[] = []
  batches.send(asking(log))
  batches.applied(1, [joined], new Turn(1))
  batches.applied(1, [joined, joined], new Turn(2))
  batches.failed(7, 'unknown', new Turn(3))
  expect(log).toEqual(['a ok', 'b failed'])
})

test('what an answer leads to is asked in the turn of that answer', () => {
  const batches = new Batches(() => {})
  const first = new Turn(0)
  first.ask({ op: 'join', session: 's', room: 'a' }, (_, turn) =>
    turn.ask({ op: 'leave', session: 's', room: 'a' }, () => {}),
  )
  batches.send(first)
  const second = new Turn(1)
  batches.applied(1, [joined], second)
  batches.send(second)
  expect(second.effects).toMatchObject([{ kind: 'apply', batch: 2, operations: [{ op: 'leave' }] }])
})

test('it is told when the store did not say what it did, in a whole batch or at one place of it', () => {
  let unsaid = 0
  const batches = new Batches(() => {
    unsaid += 1
  })
  const ask = () => batches.send(asking([]))
  ask()
  batches.applied(1, [joined, gone], new Turn(1))
  expect(unsaid).toBe(0)
  ask()
  batches.applied(2, [joined], new Turn(2))
  expect(unsaid).toBe(1)
  ask()
  batches.failed(3, 'on fire', new Turn(3))
  expect(unsaid).toBe(2)
})
