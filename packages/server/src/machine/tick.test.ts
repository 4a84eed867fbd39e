import type { ReceivedByServer } from '@backchat/protocol'
import { expect, test } from 'vitest'
import type { Input } from './inputs.js'
import { replyTo, TestNode } from './test-node.js'
import { Turn } from './turn.js'

const request = (n: number, content: unknown = n): Input => {
  const message = { id: `message ${n}`, timestamp: '2026-01-01T00:00:00.000Z', type: 'text', content }
  return { kind: 'received', link: 1, frame: { kind: 'request', n, mode: 'request', leftMs: 30_000, message } as never }
}
/** A guard would not let it in. */
const broken: Input = { kind: 'received', link: 1, frame: { kind: 'request', n: 2, leftMs: 1 } as ReceivedByServer }

const nodeWith = (failures: unknown[] = []) => {
  const node = new TestNode({ answers: 'when told', failed: (error) => failures.push(error) })
  node.feed({ kind: 'opened', link: 1 })
  node.receive(1, {
    kind: 'hello',
    version: 1,
    client: 'c',
    secret: 's',
    attempt: 1,
    lastPush: 0,
    floor: 0,
    settled: [],
    page: 'p',
  })
  node.settle()
  node.operations.length = 0
  node.frames(1)
  return node
}

test('what a tick brings is asked of the store in one batch, and is answered as if it had come piece by piece', () => {
  const node = nodeWith()
  node.feed(request(1), request(2), request(3))
  expect(node.operations).toMatchObject([
    { op: 'begin', n: 1 },
    { op: 'begin', n: 2 },
    { op: 'begin', n: 3 },
  ])
  node.answerOne()
  const runs = node.done('run')
  expect(runs.map(({ n }) => n)).toEqual([1, 2, 3])
  node.feed(...runs.map(({ run }): Input => ({ kind: 'handling', run })))
  node.feed(...runs.map(({ run }): Input => ({ kind: 'returned', run, message: '"hi"' as never, bytes: 4 })))
  node.answerOne()
  expect(node.frames(1)).toEqual([replyTo(1, 'hi'), replyTo(2, 'hi'), replyTo(3, 'hi')])
})

test('deadlines come before all of a tick [P-29]', () => {
  const node = nodeWith()
  node.feed(request(1))
  node.settle()
  const { run } = node.theHandler()
  node.now += 60_000
  node.feed({ kind: 'returned', run, message: '"late"' as never, bytes: 6 }, { kind: 'woke' })
  node.settle()
  const answers = node.frames(1).filter(({ kind }) => kind !== 'ping')
  expect(answers).toMatchObject([{ kind: 'error', n: 1, error: { code: 'HANDLER_TIMEOUT' } }])
})

test('an input that meets a bug of ours loses nothing but itself', () => {
  const failures: unknown[] = []
  const node = nodeWith(failures)
  node.feed(request(1), broken, request(3))
  node.settle()
  expect(failures).toEqual([expect.any(TypeError)])
  expect(node.done('run').map(({ n }) => n)).toEqual([1, 3])
})

test('nothing is left in a turn of what threw, and who goes on is told of it', () => {
  const failures: unknown[] = []
  const turn = new Turn(0, (error) => failures.push(error))
  const asking = (about: string, turn: Turn) => {
    turn.perform({ kind: 'ready to close' })
    turn.ask({ op: 'retire', owner: about }, () => {})
    if (about === 'bug') throw new Error(about)
  }
  for (const about of ['one', 'bug', 'two']) turn.attempt(asking, about)
  expect(failures).toEqual([new Error('bug')])
  expect(turn.effects).toHaveLength(2)
  expect(turn.operations).toMatchObject([{ owner: 'one' }, { owner: 'two' }])
  expect(turn.continuations).toHaveLength(2)
})

test('where nobody is to be told of a bug, it is thrown', () => {
  const bug = () => {
    throw new Error('bug')
  }
  expect(() => new Turn(0).attempt(bug, undefined)).toThrow('bug')
})
