import { closeCodes, limits } from '@backchat/protocol'
import { describe, expect, test } from 'vitest'
import { bothAnswers, type NodeOptions, TestNode } from './test-node.js'

describe.each(bothAnswers)('a store that answers %s', (answers) => {
  const nodeWith = (options: Omit<NodeOptions, 'answers'> = {}) => new TestNode({ answers, ...options })

  test('a hello is answered by a welcome, and the application hears of the connection', () => {
    const node = nodeWith({ heartbeatMs: 20_000 })
    expect(node.connect(1)).toEqual({
      kind: 'welcome',
      sessionId: 'id 1',
      epoch: 'id 2',
      resumed: false,
      head: 0,
      idempotent: ['rename'],
      limits: { messageBytes: limits.messageBytes, window: limits.window, ranges: limits.ranges },
      heartbeatMs: 20_000,
    })
    const attached = { link: 1, session: 'id 1', user: 'guest:c', resumed: false }
    expect(node.done('attached')).toEqual([{ kind: 'attached', ...attached }])
    expect(node.operations).toMatchObject([{ op: 'greet', client: 'c', secretHash: 'hash of s', attempt: 1 }])
  })

  test('who says nothing within 5 s is let go', () => {
    const node = nodeWith()
    node.feed({ kind: 'opened', link: 1 })
    node.sleep(limits.helloMs - 1)
    expect(node.done('abandon')).toEqual([])
    node.sleep(1)
    expect(node.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.helloTimeout }])
    node.receive(1, { kind: 'ping' })
    expect(node.frames(1)).toEqual([])
  })

  test.each([
    { kind: 'ping' },
    { kind: 'cancel', n: 1 },
    { kind: 'ack', push: 0, floor: 0, settled: [] },
    { kind: 'bye' },
  ] as const)('$kind before hello closes the link', (frame) => {
    const node = nodeWith()
    node.feed({ kind: 'opened', link: 1 })
    node.receive(1, frame)
    expect(node.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.protocolError }])
    expect(node.operations).toEqual([])
  })

  test('a second hello closes the link, before welcome and after it', () => {
    const node = nodeWith({ authenticates: true })
    node.dial(1)
    node.receive(1, { ...hello, attempt: 2 })
    expect(node.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.protocolError }])
    const guests = nodeWith()
    guests.connect(1)
    guests.receive(1, { ...hello, attempt: 2 })
    expect(guests.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.protocolError }])
  })

  test('another version is refused for good', () => {
    const node = nodeWith()
    node.dial(1, { version: 2 })
    expect(node.frames(1)).toMatchObject([{ kind: 'refuse', code: 'version' }])
    expect(node.done('abandon')).toMatchObject([{ code: closeCodes.version }])
    expect(node.operations).toEqual([])
  })

  test('a token that is too large is refused', () => {
    const node = nodeWith({ authenticates: true })
    node.dial(1, { token: 'x'.repeat(limits.tokenBytes + 1) })
    expect(node.frames(1)).toMatchObject([{ kind: 'refuse', code: 'invalid' }])
    expect(node.done('authenticate')).toEqual([])
  })

  test('the application judges the token, and names the user', () => {
    const node = nodeWith({ authenticates: true })
    node.dial(1, { token: 'please' })
    expect(node.done('authenticate')).toEqual([{ kind: 'authenticate', link: 1, token: 'please', client: 'c' }])
    expect(node.operations).toEqual([])
    node.feed({ kind: 'authenticated', link: 1, user: 'ann' })
    expect(node.frames(1)).toMatchObject([{ kind: 'welcome' }])
    expect(node.done('attached')).toMatchObject([{ user: 'ann' }])
  })

  test('a refused token touches nothing', () => {
    const node = nodeWith({ authenticates: true })
    node.dial(1)
    node.feed({ kind: 'authenticated', link: 1, user: null })
    expect(node.frames(1)).toMatchObject([{ kind: 'refuse', code: 'unauthorized' }])
    expect(node.done('abandon')).toMatchObject([{ code: closeCodes.unauthorized }])
    expect(node.operations).toEqual([])
  })

  test('where authenticate fails or never answers, the link is let go without a verdict', () => {
    const node = nodeWith({ authenticates: true })
    node.dial(1)
    node.feed({ kind: 'authenticateFailed', link: 1 })
    expect(node.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.internalError }])
    node.dial(2)
    node.sleep(10_000)
    expect(node.done('abandon')).toMatchObject([{ link: 2, code: closeCodes.internalError }])
    node.feed({ kind: 'authenticated', link: 2, user: 'ann' })
    expect(node.operations).toEqual([])
    expect([...node.frames(1), ...node.frames(2)]).toEqual([])
  })

  test('a verdict for a link that has gone is dropped', () => {
    const node = nodeWith({ authenticates: true })
    node.dial(1)
    node.cut(1)
    node.feed({ kind: 'authenticated', link: 1, user: 'ann' })
    expect(node.operations).toEqual([])
  })

  test('another secret, or another epoch number of the same client, is answered as the table says', () => {
    const node = nodeWith()
    const { sessionId, epoch } = node.connect(3, { attempt: 3 })
    node.dial(4, { attempt: 4, secret: 'guessed' })
    expect(node.frames(4)).toMatchObject([{ kind: 'refuse', code: 'not-yours' }])
    node.dial(5, { attempt: 3 })
    expect(node.frames(5)).toMatchObject([{ kind: 'refuse', code: 'stale' }])
    expect(node.connect(6, { attempt: 4, epoch })).toMatchObject({ sessionId, epoch, resumed: true })
    const anew = node.connect(7, { attempt: 5, epoch: 'forgotten' })
    expect(anew.resumed).toBe(false)
    expect(anew.sessionId).not.toBe(sessionId)
    expect(node.done('ended')).toEqual([{ kind: 'ended', session: sessionId, user: 'guest:c' }])
  })

  test('a late hello of an older attempt does not disturb the newer link', () => {
    const node = nodeWith()
    node.connect(2, { attempt: 2 })
    node.dial(1, { attempt: 1 })
    expect(node.frames(1)).toMatchObject([{ kind: 'refuse', code: 'stale' }])
    expect(node.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.superseded }])
    node.request(2, 1)
    expect(node.theRun()).toMatchObject({ link: 2, n: 1 })
    expect(node.frames(2)).toEqual([])
  })

  test('a newer link takes over: the older one is told, and what it still sends does not count', () => {
    const node = nodeWith()
    node.connect(1)
    node.connect(2)
    expect(node.frames(1)).toMatchObject([{ kind: 'refuse', code: 'superseded' }])
    expect(node.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.superseded }])
    expect(node.done('detached')).toMatchObject([{ link: 1 }])
    node.request(1, 1)
    node.cut(1)
    expect(node.done('run')).toEqual([])
    expect(node.done('detached')).toEqual([])
  })

  test('links beyond maxConnections are refused, those that say hello included', () => {
    const node = nodeWith({ maxConnections: 2, authenticates: true })
    node.dial(1)
    node.feed({ kind: 'authenticated', link: 1, user: 'ann' })
    node.dial(2, { client: 'other' })
    node.feed({ kind: 'opened', link: 3 })
    expect(node.frames(3)).toMatchObject([{ kind: 'refuse', code: 'full', retryAfterMs: 5_000 }])
    expect(node.done('abandon')).toMatchObject([{ link: 3, code: closeCodes.full }])
    node.cut(2)
    node.feed({ kind: 'opened', link: 4 })
    expect(node.frames(4)).toEqual([])
  })

  test('who has been silent for longest makes room for who may say hello', () => {
    const node = nodeWith({ maxConnections: 3 })
    node.connect(1)
    for (const link of [2, 3, 4]) node.feed({ kind: 'opened', link })
    expect(node.frames(2)).toMatchObject([{ kind: 'refuse', code: 'full', retryAfterMs: 5_000 }])
    expect(node.done('abandon')).toMatchObject([{ link: 2, code: closeCodes.full }])
    expect(node.connect(5, { client: 'other' }).resumed).toBe(false)
    expect(node.done('abandon')).toMatchObject([{ link: 3, code: closeCodes.full }])
    node.sleep(limits.helloMs)
    expect(node.done('abandon')).toMatchObject([{ link: 4, code: closeCodes.helloTimeout }])
  })

  test('a store that is full refuses as a full server does', () => {
    const node = nodeWith({ bounds: { maxSessions: 1 } })
    node.connect(1)
    node.dial(2, { client: 'other' })
    expect(node.frames(2)).toMatchObject([{ kind: 'refuse', code: 'full', retryAfterMs: 5_000 }])
  })

  test('a store that failed when it was greeted does not keep a session for ever', () => {
    const node = nodeWith({ sessionTtlMs: 10_000 })
    node.failNextBatch('carried out')
    node.dial(1)
    node.sleep(10_000)
    expect(node.done('ended')).toHaveLength(1)
  })

  test('a store that failed lets the link go, and the client comes again', () => {
    const node = nodeWith()
    node.failNextBatch('carried out')
    node.dial(1)
    expect(node.frames(1)).toEqual([])
    expect(node.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.internalError }])
    expect(node.connect(2).resumed).toBe(true)
  })
})

const hello = {
  kind: 'hello',
  version: 1,
  client: 'c',
  secret: 's',
  lastPush: 0,
  floor: 0,
  settled: [],
  page: 'p',
} as const

test('the result of a hello whose socket has gone is dropped, and the record is detached', () => {
  const node = new TestNode({ answers: 'later' })
  node.dial(1)
  node.cut(1)
  expect(node.frames(1)).toEqual([])
  expect(node.done('attached')).toEqual([])
  expect(node.operations.map(({ op }) => op)).toEqual(['greet', 'detach'])
  node.sleep(120_000)
  expect(node.done('ended')).toHaveLength(1)
})

test.each(['refuses', 'fails'])('nothing is said to a socket that has gone when the store %s', (what) => {
  const node = new TestNode({ answers: 'later' })
  node.connect(2, { attempt: 2 })
  if (what === 'fails') node.failNextBatch('not carried out')
  node.dial(3, { attempt: what === 'fails' ? 3 : 1 })
  node.cut(3)
  expect([node.frames(3), node.done('abandon')]).toEqual([[], []])
})

test('the hello of a socket that has gone still ends the link before it: the store knows only the newer attempt', () => {
  const node = new TestNode({ answers: 'later' })
  node.connect(1)
  node.dial(2)
  node.cut(2)
  expect(node.frames(1)).toMatchObject([{ kind: 'refuse', code: 'superseded' }])
  expect(node.connect(3).resumed).toBe(true)
})

test('of two hellos under way the newer attempt wins, whatever order they come in', () => {
  const inOrder = new TestNode({ answers: 'later' })
  inOrder.dial(1, { attempt: 1 })
  inOrder.dial(2, { attempt: 2 })
  expect(inOrder.frames(1)).toMatchObject([{ kind: 'welcome' }, { kind: 'refuse', code: 'superseded' }])
  expect(inOrder.frames(2)).toMatchObject([{ kind: 'welcome', resumed: true }])
  const overtaken = new TestNode({ answers: 'later' })
  overtaken.dial(2, { attempt: 2 })
  overtaken.dial(1, { attempt: 1 })
  expect(overtaken.frames(1)).toMatchObject([{ kind: 'refuse', code: 'stale' }])
  expect(overtaken.frames(2)).toMatchObject([{ kind: 'welcome', resumed: false }])
})
