import { closeCodes, limits } from '@backchat/protocol'
import { describe, expect, test } from 'vitest'
import { type MemoryStore, memoryStore } from '../memory-store.js'
import type { Result, Target } from '../store/operations.js'
import { ack, bothAnswers, json, type NodeOptions, TestNode } from './test-node.js'

const through = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)
const pushOf = (push: number, text = `${push}`) => ({ kind: 'push', push, message: json(text) })

describe.each(bothAnswers)('a store that answers %s', (answers) => {
  const nodeWith = (options: Omit<NodeOptions, 'answers'> = {}) => new TestNode({ answers, ...options })

  /** Sends pushes to everybody, whose texts are their numbers. */
  const pushed = (node: TestNode, ...numbers: readonly number[]) => {
    for (const number of numbers) node.push({ to: 'all' }, `${number}`, number)
  }
  test('a push is appended, then sent, and its sender is told how many got it', () => {
    const node = nodeWith()
    node.connect(1)
    node.connect(2, { client: 'other' })
    node.push({ to: 'all' }, '1', 77)
    expect(node.frames(1)).toEqual([pushOf(1)])
    expect(node.frames(2)).toEqual([pushOf(1)])
    expect(node.done('pushed')).toEqual([{ kind: 'pushed', key: 77, outcome: { ok: true, sessions: 2 } }])
  })

  test('pushes in a row go out in order, without reading the log', () => {
    const node = nodeWith()
    node.connect(1)
    pushed(node, 1, 2, 3)
    expect(node.frames(1)).toEqual([pushOf(1), pushOf(2), pushOf(3)])
    expect(node.operations.map(({ op }) => op)).toEqual(['greet', 'append', 'append', 'append'])
  })

  test('what was pushed while the client was away comes when it is back, then what follows', () => {
    const node = nodeWith()
    node.connect(1)
    pushed(node, 1)
    node.cut(1)
    pushed(node, 2, 3)
    expect(node.connect(2, { lastPush: 1 }).head).toBe(3)
    pushed(node, 4)
    expect(node.frames(2)).toEqual([pushOf(2), pushOf(3), pushOf(4)])
  })

  test('a long log is read piece by piece, and nothing is left out or repeated meanwhile', () => {
    const node = nodeWith()
    node.connect(1)
    node.cut(1)
    pushed(node, ...through(1, 250))
    node.dial(2)
    pushed(node, ...through(251, 260))
    const [welcome, ...pushes] = node.frames(2)
    expect(welcome?.kind).toBe('welcome')
    expect(pushes).toEqual(through(1, 260).map((push) => pushOf(push)))
  })

  test('a gap is told with its exact range, in welcome, and the pushes after it follow', () => {
    const node = nodeWith()
    node.connect(1)
    pushed(node, 1)
    node.cut(1)
    const last = limits.logPushes + 5
    pushed(node, ...through(2, last))
    expect(node.connect(2, { lastPush: 1 })).toMatchObject({ head: last, gap: { from: 2, to: 5 } })
    expect(node.frames(2)).toEqual(through(6, last).map((push) => pushOf(push)))
    node.receive(2, ack({ push: 5 }))
    expect(node.done('abandon')).toEqual([])
  })

  test('a client confirms what it has, and that is never sent again', () => {
    const node = nodeWith()
    node.connect(1)
    pushed(node, 1, 2)
    node.frames(1)
    node.receive(1, ack({ push: 1 }))
    node.receive(1, ack({ push: 0 }))
    expect(node.connect(2, { lastPush: 1 })).not.toHaveProperty('gap')
    expect(node.frames(2)).toEqual([pushOf(2)])
  })

  test('who confirms a push that was never sent is closed', () => {
    const node = nodeWith()
    node.connect(1)
    pushed(node, 1)
    node.frames(1)
    node.receive(1, ack({ push: 2 }))
    expect(node.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.protocolError }])
    expect(node.connect(2, { lastPush: 1 })).toMatchObject({ resumed: true, head: 1 })
  })

  test('a new record begins anew, whatever the client had of another', () => {
    const node = nodeWith()
    expect(node.connect(1, { epoch: 'of another life', lastPush: 90 }).head).toBe(0)
    pushed(node, 1)
    expect(node.frames(1)).toEqual([pushOf(1)])
  })

  test('a push to nobody is no error', () => {
    const node = nodeWith()
    node.push({ to: 'session', session: 'nobody' }, 'hi')
    expect(node.done('pushed')).toEqual([{ kind: 'pushed', key: 1, outcome: { ok: true, sessions: 0 } }])
  })

  test('a push that is too large is refused', () => {
    const node = nodeWith()
    const push = { kind: 'pushed', key: 1, target: { to: 'all' }, id: 'm', message: json('huge') } as const
    node.feed({ ...push, bytes: limits.messageBytes + 1 })
    expect(node.done('pushed')).toMatchObject([{ outcome: { ok: false, error: { code: 'TOO_LARGE' } } }])
    expect(node.operations).toEqual([])
    node.feed({ ...push, bytes: limits.messageBytes })
    expect(node.done('pushed')).toMatchObject([{ outcome: { ok: true } }])
  })

  test('a push whose append failed was perhaps appended; where it was, its number comes with the next one', () => {
    const node = nodeWith()
    node.connect(1)
    node.failNextBatch('carried out')
    node.push({ to: 'all' }, '1')
    expect(node.done('pushed')).toMatchObject([
      { outcome: { ok: false, error: { code: 'OUTCOME_UNKNOWN', mayHaveExecuted: true } } },
    ])
    pushed(node, 2)
    expect(node.frames(1)).toEqual([pushOf(1), pushOf(2)])
  })

  test('a push whose append failed arrives where it was appended, though nothing follows it', () => {
    const node = nodeWith()
    node.connect(1)
    node.failNextBatch('carried out')
    node.push({ to: 'all' }, '1')
    expect(node.frames(1)).toEqual([pushOf(1)])
    node.failNextBatch('not carried out')
    node.push({ to: 'all' }, 'lost')
    expect(node.frames(1)).toEqual([])
  })
})

test('a read that fails lets the link go', () => {
  const node = new TestNode({ answers: 'at once' })
  node.connect(1)
  node.cut(1)
  node.push({ to: 'all' }, '1')
  node.feed({ kind: 'opened', link: 2 })
  // The greeting is the next batch; the one after it is the read.
  node.failNextBatch('carried out', 1)
  node.dial(3)
  expect(node.frames(3)).toMatchObject([{ kind: 'welcome' }])
  expect(node.done('abandon')).toMatchObject([{ link: 3, code: closeCodes.internalError }])
  node.dial(4)
  expect(node.frames(4)).toMatchObject([{ kind: 'welcome' }, pushOf(1)])
})

/** A node whose link 1 has had two pushes, of which its store then forgets one. */
const nodeOfForgetful = () => {
  const honest = memoryStore()
  const forgets = (result: Result): Result => {
    if (result.op === 'read' && result.status === 'ok') return { ...result, head: result.head - 1, pushes: [] }
    if (result.op !== 'append') return result
    return { ...result, appended: result.appended.map(({ session, push }) => ({ session, push: push - 1 })) }
  }
  let isBack = false
  const store: MemoryStore = {
    apply: (operations) => honest.apply(operations).map((result) => (isBack ? forgets(result) : result)),
    listen: (hinted) => honest.listen(hinted),
    close: () => {},
  }
  const node = new TestNode({ answers: 'at once', store })
  node.connect(1)
  for (const text of ['1', '2']) node.push({ to: 'all' }, text)
  node.frames(1)
  isBack = true
  return node
}

test('a push under a number that the link has had ends the session: the store went back in time', () => {
  const node = nodeOfForgetful()
  node.push({ to: 'all' }, '2, again')
  expect(node.frames(1)).toEqual([])
  expect(node.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.internalError }])
  expect(node.done('ended')).toHaveLength(1)
  expect(node.connect(2, { lastPush: 2, epoch: 'of the first life' })).toMatchObject({ resumed: false, head: 0 })
})

test('so does a log that ends before what the link has had', () => {
  const node = nodeOfForgetful()
  node.failNextBatch('not carried out')
  node.push({ to: 'all' }, 'lost')
  expect(node.done('ended')).toHaveLength(1)
})

test('what was read for a link that has gone meanwhile is not sent to it', () => {
  const node = new TestNode({ answers: 'when told' })
  node.dial(1)
  node.settle()
  node.cut(1)
  node.push({ to: 'all' }, '1')
  node.dial(2)
  for (const _ of ['detach', 'append', 'greet']) node.answerOne()
  node.cut(2)
  node.dial(3)
  node.settle()
  expect(node.frames(2)).toMatchObject([{ kind: 'welcome' }])
  expect(node.frames(3)).toMatchObject([{ kind: 'welcome' }, pushOf(1)])
})

test.each<{ target: Target; readers: number[] }>([
  { target: { to: 'session', session: 'id 1' }, readers: [1] },
  { target: { to: 'user', user: 'guest:other' }, readers: [2] },
  { target: { to: 'room', room: 'lobby' }, readers: [1, 2] },
  { target: { to: 'all' }, readers: [1, 2] },
])('after an append to $target that failed, the logs that it may have reached are read', ({ target, readers }) => {
  const node = new TestNode({ answers: 'at once' })
  node.connect(1)
  node.connect(2, { client: 'other' })
  node.failNextBatch('not carried out')
  node.push(target, 'lost')
  const reads = node.operations.flatMap((operation) => (operation.op === 'read' ? [operation.fence.attempt] : []))
  expect(reads).toEqual(readers)
})

test('a gap that opens under a reader is told before the push that follows it', () => {
  const node = new TestNode({ answers: 'later' })
  node.connect(1)
  node.cut(1)
  node.push({ to: 'all' }, '1')
  node.dial(2)
  // What the greeting saw is past retention before the log is read.
  const last = limits.logPushes + 3
  for (let push = 2; push <= last; push++) node.push({ to: 'all' }, `${push}`)
  const [welcome, gap, ...pushes] = node.frames(2)
  expect(welcome).toMatchObject({ kind: 'welcome', head: 1 })
  expect(welcome).not.toHaveProperty('gap')
  expect(gap).toEqual({ kind: 'gap', from: 1, to: 3 })
  expect(pushes).toEqual(through(4, last).map((push) => pushOf(push)))
})

test('a link whose session goes elsewhere while its log is read is closed', () => {
  const node = new TestNode({ answers: 'when told' })
  node.dial(1)
  node.settle()
  node.cut(1)
  node.push({ to: 'all' }, '1')
  node.dial(2)
  new TestNode({ answers: 'at once', store: node.store, owner: 'other' }).connect(3)
  node.settle()
  expect(node.done('abandon')).toMatchObject([{ link: 2, code: closeCodes.superseded }])
})

test('what another node appended for a link that has gone meanwhile is read by nobody', () => {
  const node = new TestNode({ answers: 'when told' })
  node.dial(1)
  node.settle()
  new TestNode({ answers: 'at once', store: node.store, owner: 'other' }).push({ to: 'all' }, '1')
  node.cut(1)
  node.settle()
  expect(node.operations.map(({ op }) => op)).toEqual(['greet', 'detach'])
})
