import { closeCodes, limits } from '@backchat/protocol'
import { describe, expect, test } from 'vitest'
import { type MemoryStore, memoryStore } from '../memory-store.js'
import { ack, bothAnswers, chunkOf, json, type NodeOptions, replyTo, TestNode } from './test-node.js'

const wire = { id: 'i', timestamp: '2026-01-01T00:00:00.000Z', content: 'yes' }

/** The application asks the client of that session. */
const ask = (node: TestNode, session: string) =>
  node.feed({ kind: 'asked', key: 7, at: node.now, session, message: json('sure?'), bytes: 7, timeoutMs: 5_000 })

describe.each(bothAnswers)('a store that answers %s', (answers) => {
  const nodeWith = (options: Omit<NodeOptions, 'answers'> = {}) => new TestNode({ answers, ...options })

  test('a ping is answered, and a silent link is pinged and given up', () => {
    const node = nodeWith()
    node.connect(1)
    node.receive(1, { kind: 'ping' })
    expect(node.frames(1)).toEqual([{ kind: 'pong' }])
    node.sleep(30_000)
    expect(node.frames(1)).toEqual([{ kind: 'ping' }])
    node.receive(1, { kind: 'pong' })
    node.sleep(39_999)
    expect(node.done('abandon')).toEqual([])
    node.sleep(1)
    expect(node.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.silent }])
    expect(node.done('detached')).toHaveLength(1)
    expect(node.connect(2).resumed).toBe(true)
  })

  test('a garbled frame closes the link and keeps the session', () => {
    const node = nodeWith()
    const { epoch } = node.connect(1)
    node.feed({ kind: 'garbled', link: 1, reason: 'no JSON', tooLarge: false })
    node.feed({ kind: 'opened', link: 2 })
    node.feed({ kind: 'garbled', link: 2, reason: 'too large', tooLarge: true })
    expect(node.done('abandon')).toMatchObject([
      { link: 1, code: closeCodes.protocolError },
      { link: 2, code: closeCodes.tooLarge },
    ])
    expect(node.connect(3, { epoch }).resumed).toBe(true)
  })

  test('what comes from a link that is unknown, or has gone, is dropped', () => {
    const node = nodeWith()
    node.connect(1)
    node.cut(1)
    const before = node.operations.length
    for (const link of [1, 99]) {
      node.request(link, 1)
      node.receive(link, { kind: 'cancel', n: 1 })
      node.receive(link, { kind: 'bye' })
      node.receive(link, ack())
      node.receive(link, { kind: 'ping' })
      node.feed({ kind: 'garbled', link, reason: '', tooLarge: false })
      node.feed({ kind: 'dropAsked', link, reason: '' })
      node.feed({ kind: 'authenticated', link, user: 'ann' })
      node.feed({ kind: 'authenticateFailed', link })
      node.cut(link)
      expect(node.frames(link).filter(({ kind }) => kind !== 'welcome')).toEqual([])
    }
    node.done('attached')
    node.done('detached')
    expect(node.operations.length).toBe(before)
    expect(node.done('abandon')).toEqual([])
  })

  test('what comes from a run that is unknown is dropped', () => {
    const node = nodeWith()
    node.connect(1)
    const before = node.operations.length
    node.feed({ kind: 'waiting', run: 9, waits: true })
    node.feed({ kind: 'handling', run: 9 })
    node.feed({ kind: 'yielded', run: 9, content: json('x'), bytes: 3 })
    node.feed({ kind: 'returned', run: 9, message: json('x'), bytes: 3 })
    node.feed({
      kind: 'threw',
      run: 9,
      error: { code: 'HANDLER_FAILED', message: '', mayHaveExecuted: true },
      refused: true,
    })
    expect(node.operations.length).toBe(before)
  })

  test('what the application asks is brought to the client, and its answer to the application', () => {
    const node = nodeWith()
    const { sessionId } = node.connect(1)
    ask(node, sessionId)
    expect(node.frames(1)).toEqual([{ kind: 'push', push: 1, leftMs: 5_000, message: json('sure?') }])
    node.receive(1, { kind: 'answer', push: 1, message: wire })
    expect(node.frames(1)).toEqual([{ kind: 'answered', push: 1 }])
    const outcome = { ok: true, session: sessionId, message: JSON.stringify(wire) }
    expect(node.done('answered')).toEqual([{ kind: 'answered', key: 7, outcome }])
  })

  test('a client that fails to answer says why', () => {
    const node = nodeWith()
    const { sessionId } = node.connect(1)
    ask(node, sessionId)
    node.frames(1)
    const error = { code: 'HANDLER_FAILED', message: 'It threw.', mayHaveExecuted: true } as const
    node.receive(1, { kind: 'answerError', push: 1, error })
    expect(node.frames(1)).toEqual([{ kind: 'answered', push: 1 }])
    expect(node.done('answered')).toMatchObject([{ key: 7, outcome: { ok: false, error } }])
  })

  test('an answer reaches who asked at once, also where the store gives no hints', () => {
    const honest = memoryStore()
    const store: MemoryStore = {
      apply: (operations) => honest.apply(operations),
      listen: () => () => {},
      close: () => {},
    }
    const node = nodeWith({ store })
    const { sessionId } = node.connect(1)
    ask(node, sessionId)
    node.settle()
    node.receive(1, { kind: 'answer', push: 1, message: wire })
    expect(node.done('answered')).toMatchObject([{ key: 7, outcome: { ok: true } }])
  })

  test('what the application does not want to know any more is withdrawn', () => {
    const node = nodeWith()
    const { sessionId } = node.connect(1)
    ask(node, sessionId)
    node.frames(1)
    node.feed({ kind: 'askAbandoned', key: 7 })
    expect(node.frames(1)).toEqual([{ kind: 'withdrawn', push: 2, ask: 1 }])
    expect(node.done('answered')).toMatchObject([{ key: 7, outcome: { ok: false, error: { code: 'ABORTED' } } }])
  })

  test('another token of the same user is taken on the living link; one that could not be judged may come again', () => {
    const node = nodeWith({ authenticates: true })
    node.dial(1)
    node.feed({ kind: 'authenticated', link: 1, user: 'ann', expiresInMs: 5_000 })
    expect(node.frames(1)).toMatchObject([{ kind: 'welcome', expiresInMs: 5_000 }])
    node.receive(1, { kind: 'token', token: 'second' })
    node.feed({ kind: 'authenticateFailed', link: 1 })
    node.receive(1, { kind: 'token', token: 'third' })
    node.feed({ kind: 'authenticated', link: 1, user: 'ann', expiresInMs: 60_000 })
    expect(node.frames(1)).toEqual([{ kind: 'authorized', expiresInMs: 60_000 }])
    expect([node.done('authorized').length, node.done('abandon')]).toEqual([1, []])
  })

  // ---- a store that fails: nobody knows what it did ----

  test.each(['carried out', 'not carried out'] as const)(
    'a begin that failed and was %s runs once, when it is asked for again',
    (how) => {
      const node = nodeWith()
      node.connect(1)
      node.failNextBatch(how)
      node.request(1, 1)
      expect(node.done('run')).toEqual([])
      expect(node.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.internalError }])
      node.connect(2)
      node.request(2, 1)
      node.returns(node.theHandler(), 'hi')
      expect(node.frames(2)).toEqual([replyTo(1, 'hi')])
      node.connect(3)
      node.request(3, 1)
      expect(node.frames(3)).toEqual([replyTo(1, 'hi')])
      expect(node.done('run')).toEqual([])
    },
  )

  test.each(['carried out', 'not carried out'] as const)(
    'an end that failed and was %s is told again, and the handler runs once',
    (how) => {
      const node = nodeWith()
      node.connect(1)
      node.request(1, 1)
      const run = node.theHandler()
      node.failNextBatch(how)
      node.returns(run, 'hi')
      expect(node.frames(1)).toEqual([])
      expect(node.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.internalError }])
      node.connect(2)
      node.request(2, 1)
      expect(node.frames(2)).toEqual([replyTo(1, 'hi')])
      expect(node.done('run')).toEqual([])
    },
  )

  test.each(['carried out', 'not carried out'] as const)(
    'a chunk that failed and was %s ends the stream in an error, and never looks like a whole one',
    (how) => {
      const node = nodeWith()
      node.connect(1)
      node.request(1, 1, { mode: 'stream' })
      const run = node.theHandler()
      node.yields(run, 'a')
      node.settle()
      node.failNextBatch(how)
      node.yields(run, 'b', 'c')
      node.returns(run, 'end')
      expect(node.frames(1)).toEqual([chunkOf(1, 0, 'a')])
      node.connect(2)
      node.request(2, 1, { mode: 'stream', from: 1 })
      const frames = node.frames(2)
      const [last] = frames.slice(-1)
      // Whole with every chunk, or an error: never a reply over a hole.
      if (last?.kind === 'reply') {
        expect(frames).toEqual([chunkOf(1, 1, 'b'), chunkOf(1, 2, 'c'), { ...replyTo(1, 'end'), count: 3 }])
      } else {
        expect(last).toMatchObject({ kind: 'error', n: 1, error: { mayHaveExecuted: true } })
      }
      expect(node.done('run')).toEqual([])
    },
  )

  test('a handler of which a chunk is perhaps lost is aborted: its stream cannot be whole', () => {
    const node = nodeWith()
    node.connect(1)
    node.request(1, 1, { mode: 'stream' })
    const run = node.theHandler()
    node.failNextBatch('not carried out')
    node.yields(run, 'a')
    expect(node.done('abort')).toMatchObject([{ run: run.run, code: 'OUTCOME_UNKNOWN' }])
  })

  test('a refusal that failed is made good when the request comes again', () => {
    const node = nodeWith()
    node.connect(1)
    node.request(1, 1)
    const { run } = node.theRun()
    const error = { code: 'RATE_LIMITED', message: 'Slow down.', mayHaveExecuted: false } as const
    node.failNextBatch('not carried out')
    node.feed({ kind: 'threw', run, error, refused: true })
    expect(node.frames(1)).toEqual([])
    expect(node.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.internalError }])
    node.connect(2)
    node.request(2, 1)
    expect(node.theRun().n).toBe(1)
  })

  test('a cancel, a confirmation and an answer that failed let the link go', () => {
    const node = nodeWith()
    node.connect(1)
    node.failNextBatch('not carried out')
    node.receive(1, { kind: 'cancel', n: 1 })
    expect(node.frames(1)).toEqual([])
    node.connect(2)
    node.failNextBatch('not carried out')
    node.receive(2, ack())
    const position = { push: 0, floor: 0, settled: [], chunks: [] }
    expect(node.operations).toContainEqual({ op: 'confirm', fence: expect.anything(), ...position })
    node.connect(3)
    node.failNextBatch('not carried out')
    node.receive(3, { kind: 'answer', push: 1, message: wire })
    expect(node.frames(3)).toEqual([])
    expect(node.done('abandon')).toMatchObject([
      { link: 1, code: closeCodes.internalError },
      { link: 2, code: closeCodes.internalError },
      { link: 3, code: closeCodes.internalError },
    ])
  })

  // ---- closing ----

  test('closing ends what runs, tells who waits, lets links go, and is ready', () => {
    const node = nodeWith()
    node.connect(1)
    node.feed({ kind: 'opened', link: 2 })
    node.request(1, 1)
    const run = node.theHandler()
    node.feed({ kind: 'closeAsked', drainMs: 500 })
    expect(node.frames(1)).toEqual([{ kind: 'drain', taken: 1, retryAfterMs: 100, windowMs: 1_000 }])
    node.sleep(499)
    expect(node.done('signal')).toEqual([])
    node.sleep(1)
    expect(node.done('signal')).toMatchObject([{ run: run.run }])
    node.sleep(999)
    expect(node.done('abort')).toEqual([])
    node.sleep(1)
    expect(node.done('abort')).toMatchObject([{ run: run.run }])
    expect(node.frames(1)).toMatchObject([
      { kind: 'started', n: 1 },
      { kind: 'error', n: 1, error: { code: 'OUTCOME_UNKNOWN', mayHaveExecuted: true } },
    ])
    expect(node.frames(2)).toMatchObject([{ kind: 'refuse', code: 'draining' }])
    expect(node.done('abandon')).toMatchObject([
      { link: 2, code: closeCodes.goingAway },
      { link: 1, code: closeCodes.goingAway },
    ])
    expect(node.done('detached')).toHaveLength(1)
    expect(node.done('ready to close')).toHaveLength(1)
    expect(node.isAwake).toBe(false)
    node.feed({ kind: 'opened', link: 3 })
    node.feed({ kind: 'closeAsked', drainMs: 0 })
    expect([node.done('ready to close'), node.done('abandon')]).toEqual([[], []])
  })

  test('a server that closes waits for clients to leave, but not for long', () => {
    const left = nodeWith()
    left.connect(1)
    left.feed({ kind: 'closeAsked', drainMs: 10_000 })
    left.sleep(1_000)
    expect(left.done('ready to close')).toEqual([])
    left.cut(1)
    expect(left.done('ready to close')).toHaveLength(1)
    const frozen = nodeWith()
    frozen.connect(1)
    frozen.feed({ kind: 'closeAsked', drainMs: 10_000 })
    frozen.sleep(1_999)
    expect(frozen.done('abandon')).toEqual([])
    frozen.sleep(1)
    expect(frozen.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.goingAway }])
    expect(frozen.done('ready to close')).toHaveLength(1)
  })

  test('a server that is idle is ready to close at once', () => {
    const node = nodeWith()
    node.feed({ kind: 'closeAsked', drainMs: 0 })
    expect(node.done('ready to close')).toHaveLength(1)
  })
})

test('a stream of which a chunk and then the end failed is lost, and who waits for it is told', () => {
  const node = new TestNode({ answers: 'later' })
  node.connect(1)
  node.request(1, 1, { mode: 'stream' })
  const run = node.theHandler()
  node.failNextBatch('not carried out')
  node.feed({ kind: 'yielded', run: run.run, content: json('a'), bytes: 3 })
  node.failNextBatch('not carried out')
  node.returns(run, 'end')
  expect(node.done('abort')).toEqual([])
  node.connect(2)
  node.request(2, 1, { mode: 'stream' })
  expect(node.frames(2)).toMatchObject([{ kind: 'error', n: 1, error: { mayHaveExecuted: true } }])
  node.connect(3)
  node.request(3, 1, { mode: 'stream' })
  expect(node.frames(3)).toMatchObject([{ kind: 'error', n: 1, error: { mayHaveExecuted: true } }])
})

test('while it closes, nothing new runs and nobody new is let in', () => {
  const node = new TestNode({ answers: 'later' })
  node.connect(1)
  node.request(1, 1)
  node.feed({ kind: 'closeAsked', drainMs: 0 })
  node.request(1, 2)
  node.feed({ kind: 'opened', link: 2 })
  // The first was taken, and there is no time to run it; of the second nothing is said.
  expect(node.frames(1)).toMatchObject([
    { kind: 'drain', taken: 1 },
    { kind: 'error', n: 1, refused: true, error: { code: 'OVERLOADED', mayHaveExecuted: false } },
  ])
  expect(node.frames(2)).toMatchObject([{ kind: 'refuse', code: 'draining', retryAfterMs: 1_000 }])
  expect(node.done('run')).toEqual([])
  expect(node.done('ready to close')).toHaveLength(1)
})

test('what was taken when the signals fire is not started any more: it would never hear its own', () => {
  const node = new TestNode({ answers: 'later' })
  node.connect(1)
  node.request(1, 1)
  node.theHandler()
  node.request(1, 2)
  node.feed({ kind: 'closeAsked', drainMs: 0 })
  expect(node.done('signal')).toHaveLength(1)
  expect(node.done('run')).toEqual([])
  expect(node.frames(1)).toMatchObject([
    { kind: 'drain', taken: 2 },
    { kind: 'error', n: 2, refused: true, error: { code: 'OVERLOADED', mayHaveExecuted: false } },
  ])
})

test('closing does not wait for ever for a store that does not answer', () => {
  const node = new TestNode({ answers: 'when told' })
  node.feed({ kind: 'opened', link: 1 })
  node.push({ to: 'all' }, 'hi')
  node.feed({ kind: 'closeAsked', drainMs: 0 })
  node.sleep(1_999)
  expect(node.done('ready to close')).toEqual([])
  node.sleep(1)
  expect(node.done('ready to close')).toHaveLength(1)
})

test('a client that never confirms is told to wait before its journal grows without bound', () => {
  const node = new TestNode({ answers: 'at once' })
  node.connect(1)
  const most = 16 * limits.window
  for (let n = 1; n <= most; n++) {
    node.request(1, n)
    node.returns(node.theRun(), 'hi')
    node.frames(1)
  }
  node.request(1, most + 1)
  expect(node.frames(1)).toMatchObject([{ kind: 'error', n: most + 1, refused: true, error: { code: 'OVERLOADED' } }])
  node.receive(1, ack({ floor: most }))
  node.request(1, most + 1)
  expect(node.theRun().n).toBe(most + 1)
})

test('a link that has gone is not told that its answer has arrived', () => {
  const node = new TestNode({ answers: 'when told' })
  node.dial(1)
  node.settle()
  ask(node, 'id 1')
  node.settle()
  node.frames(1)
  node.receive(1, { kind: 'answer', push: 1, message: wire })
  node.cut(1)
  node.settle()
  expect(node.frames(1)).toEqual([])
})

test('a client that is leaving is not asked to leave', () => {
  const node = new TestNode({ answers: 'when told' })
  node.dial(1)
  node.settle()
  node.frames(1)
  node.receive(1, { kind: 'bye' })
  node.feed({ kind: 'closeAsked', drainMs: 0 })
  node.settle()
  expect(node.frames(1)).toEqual([])
  expect(node.done('ready to close')).toHaveLength(1)
})
