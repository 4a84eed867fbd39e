import { closeCodes, type ReceivedByServer } from '@backchat/protocol'
import { describe, expect, test } from 'vitest'
import { ack, bothAnswers, type NodeOptions, TestNode } from './test-node.js'

const wire = { id: 'i', timestamp: '2026-01-01T00:00:00.000Z' }

describe.each(bothAnswers)('a store that answers %s', (answers) => {
  const nodeWith = (options: Omit<NodeOptions, 'answers'> = {}) => new TestNode({ answers, ...options })

  test('a session outlives its link', () => {
    const node = nodeWith()
    const { sessionId, epoch } = node.connect(1)
    node.cut(1)
    expect(node.done('detached')).toMatchObject([{ link: 1, session: sessionId }])
    node.sleep(119_999)
    expect(node.done('ended')).toEqual([])
    expect(node.connect(2, { epoch })).toMatchObject({ sessionId, resumed: true })
    node.sleep(15_000)
    expect(node.done('ended')).toEqual([])
  })

  test('a session without a link ends after its time, with its handlers', () => {
    const node = nodeWith({ sessionTtlMs: 10_000 })
    const { sessionId, epoch } = node.connect(1)
    node.request(1, 1)
    const run = node.theHandler()
    node.cut(1)
    node.sleep(9_999)
    expect(node.done('ended')).toEqual([])
    node.sleep(1)
    expect(node.done('ended')).toEqual([{ kind: 'ended', session: sessionId, user: 'guest:c' }])
    expect(node.done('abort')).toMatchObject([{ run: run.run }])
    node.returns(run, 'late')
    expect(node.connect(2, { epoch }).resumed).toBe(false)
  })

  test('bye ends the session at once', () => {
    const node = nodeWith()
    const { sessionId } = node.connect(1)
    node.receive(1, { kind: 'bye' })
    expect(node.done('ended')).toEqual([{ kind: 'ended', session: sessionId, user: 'guest:c' }])
    expect(node.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.normal }])
    expect(node.done('detached')).toMatchObject([{ link: 1, session: sessionId }])
    node.push({ to: 'all' }, 'hi')
    expect(node.done('pushed')).toMatchObject([{ outcome: { ok: true, sessions: 0 } }])
  })

  test('after bye nothing of the link counts, and its loss is no news', () => {
    const node = nodeWith()
    node.connect(1)
    node.receive(1, { kind: 'bye' })
    node.request(1, 1)
    node.receive(1, { kind: 'bye' })
    node.feed({ kind: 'garbled', link: 1, reason: 'no JSON', tooLarge: false })
    expect(node.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.normal }])
    node.cut(1)
    expect(node.done('run')).toEqual([])
    expect(node.done('ended')).toHaveLength(1)
    expect(node.done('detached')).toHaveLength(1)
    node.sleep(300_000)
    expect(node.done('ended')).toEqual([])
  })

  test('the application may end a link; the session stays', () => {
    const node = nodeWith()
    const { epoch } = node.connect(1)
    node.feed({ kind: 'dropAsked', link: 1, reason: 'Coffee.' })
    expect(node.done('abandon')).toEqual([{ kind: 'abandon', link: 1, code: closeCodes.normal, reason: 'Coffee.' }])
    expect(node.done('detached')).toMatchObject([{ link: 1, reason: 'Coffee.' }])
    expect(node.connect(2, { epoch }).resumed).toBe(true)
  })

  test('a session that must make room for another is over, with its handlers', () => {
    const node = nodeWith({ bounds: { maxSessions: 1 } })
    const { sessionId } = node.connect(1, { client: 'ann' })
    node.request(1, 1)
    const run = node.theHandler()
    node.cut(1)
    node.connect(2, { client: 'bob' })
    expect(node.done('ended')).toEqual([{ kind: 'ended', session: sessionId, user: 'guest:ann' }])
    expect(node.done('abort')).toMatchObject([{ run: run.run }])
  })

  test('a session that the store gave away elsewhere ends here without a word', () => {
    const node = nodeWith({ sessionTtlMs: 3_000 })
    const { epoch } = node.connect(1)
    node.cut(1)
    node.settle()
    const other = new TestNode({ answers, store: node.store, owner: 'other' })
    expect(other.connect(2, { epoch }).resumed).toBe(true)
    node.sleep(4_000)
    expect(node.done('ended')).toEqual([])
    other.request(2, 1)
    expect(other.theRun().n).toBe(1)
  })

  test.each<ReceivedByServer>([
    { kind: 'request', n: 1, mode: 'request', leftMs: 1_000, message: { ...wire, type: 'text' } },
    { kind: 'cancel', n: 1 },
    ack(),
    { kind: 'answer', push: 1, message: wire },
    { kind: 'bye' },
  ])('a link whose session went elsewhere is closed by whatever it asks first: $kind', (frame) => {
    const node = nodeWith()
    const { epoch } = node.connect(1)
    new TestNode({ answers, store: node.store, owner: 'other' }).connect(2, { epoch })
    node.receive(1, frame)
    expect(node.frames(1)).toEqual([])
    expect([node.done('run'), node.done('ended')]).toEqual([[], []])
    expect(node.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.superseded }])
  })

  test('a client that comes back while its session is being ended keeps it, and is known here', () => {
    const node = new TestNode({ answers: 'later', sessionTtlMs: 10_000 })
    node.dial(1)
    node.settle()
    node.cut(1)
    node.settle()
    // The store answers in time for the lease to hold.
    for (let second = 0; second < 9; second++) {
      node.sleep(1_000)
      node.settle()
    }
    node.sleep(999)
    node.dial(2)
    node.now += 1
    node.feed({ kind: 'woke' })
    node.settle()
    expect(node.done('ended')).toEqual([])
    node.dial(3)
    node.settle()
    expect(node.frames(2)).toMatchObject([
      { kind: 'welcome', resumed: true },
      { kind: 'refuse', code: 'superseded' },
    ])
  })

  test('that its link has ended is told to the store once', () => {
    const node = nodeWith()
    node.connect(1)
    node.cut(1)
    node.sleep(5_000)
    expect(node.operations.filter(({ op }) => op === 'detach')).toHaveLength(1)
  })

  test('a store that fails does not keep a session for ever: its end is tried again', () => {
    const node = nodeWith({ sessionTtlMs: 10_000 })
    node.connect(1)
    node.failNextBatch('not carried out')
    node.cut(1)
    node.settle()
    node.failNextBatch('not carried out')
    node.sleep(10_000)
    expect(node.done('ended')).toEqual([])
    node.sleep(10_000)
    expect(node.done('ended')).toHaveLength(1)
  })

  test('a store that fails at bye lets the link go, and the session ends in its time', () => {
    const node = nodeWith({ sessionTtlMs: 10_000 })
    node.connect(1)
    node.failNextBatch('not carried out')
    node.receive(1, { kind: 'bye' })
    expect(node.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.internalError }])
    expect(node.done('ended')).toEqual([])
    node.sleep(1_000)
    expect(node.done('ended')).toHaveLength(1)
  })

  test('a session that the store ended without being able to say so ends for its handlers too', () => {
    const node = nodeWith({ sessionTtlMs: 10_000 })
    node.connect(1)
    node.request(1, 1)
    const { run } = node.theHandler()
    node.failNextBatch('carried out')
    node.receive(1, { kind: 'bye' })
    expect(node.done('ended')).toEqual([])
    node.sleep(10_000)
    expect(node.done('abort')).toMatchObject([{ run }])
    expect(node.done('ended')).toHaveLength(1)
  })
})

test('a link that is lost while its bye is taken down ends once', () => {
  const node = new TestNode({ answers: 'when told' })
  node.dial(1)
  node.settle()
  node.receive(1, { kind: 'bye' })
  node.cut(1)
  node.settle()
  expect([node.done('detached').length, node.done('abandon').length, node.done('ended').length]).toEqual([1, 0, 1])
})
