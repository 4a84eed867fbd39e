/** Two nodes on one store: what one begins, the other can wait for, cancel, read on and end. */

import { closeCodes, type Json, limits } from '@backchat/protocol'
import { describe, expect, test } from 'vitest'
import { leaseMs } from './lease.js'
import { largestPortion } from './portion.js'
import { ack, bothAnswers, chunkOf, json, replyTo, TestNode } from './test-node.js'

describe.each(bothAnswers)('a store that answers %s', (answers) => {
  /** Two nodes, and a client that was on `a` and is on `b` now, with its link 2; its request 1 runs on `a`. */
  const moved = (over: { readonly mode?: 'request' | 'stream'; readonly type?: string } = {}) => {
    const a = new TestNode({ answers, owner: 'a' })
    const b = new TestNode({ answers, owner: 'b', store: a.store })
    const { epoch, sessionId } = a.connect(1)
    a.request(1, 1, over)
    const run = a.theHandler()
    /** All that is on its way arrives. */
    const settle = () => {
      for (let n = 0; n < 5; n += 1) {
        a.settle()
        b.settle()
      }
    }
    settle()
    const welcome = b.connect(2, { epoch })
    settle()
    b.request(2, 1, over)
    settle()
    return { a, b, run, epoch, sessionId, welcome, settle }
  }

  test('a client that moves is told that its request runs, and gets the reply where it is', () => {
    const { a, b, run, welcome, settle } = moved()
    expect(welcome.resumed).toBe(true)
    expect(b.done('run')).toEqual([])
    expect(b.frames(2)).toEqual([{ kind: 'started', n: 1 }])
    a.returns(run, 'hi')
    settle()
    expect(b.frames(2)).toEqual([replyTo(1, 'hi')])
    expect(a.frames(1).filter(({ kind }) => kind === 'reply')).toEqual([])
  })

  test('the older link is told that a newer one took over', () => {
    const { a } = moved()
    expect(a.frames(1)).toContainEqual(expect.objectContaining({ kind: 'refuse', code: 'superseded' }))
    expect(a.done('detached')).toHaveLength(1)
  })

  test('a stream goes on at its next chunk, and what is taken there lets it go on here', () => {
    const { a, b, run, settle } = moved({ mode: 'stream' })
    a.done('pull')
    for (let chunk = 0; chunk < limits.streamWindow; chunk += 1) a.yields(run, `${chunk}`)
    settle()
    expect(b.frames(2).filter(({ kind }) => kind === 'chunk')).toHaveLength(limits.streamWindow)
    expect(a.asked()).toBe(limits.streamWindow - 1)
    b.receive(2, ack({ chunks: [[1, 1]] }))
    settle()
    expect(a.done('pull')).toHaveLength(1)
    a.yields(run, 'more')
    a.returns(run, 'end')
    settle()
    expect(b.frames(2)).toEqual([
      chunkOf(1, limits.streamWindow, 'more'),
      { kind: 'reply', n: 1, count: limits.streamWindow + 1, message: json('end') },
    ])
  })

  test('a cancel reaches the handler', () => {
    const { a, b, run, settle } = moved()
    b.frames(2)
    b.receive(2, { kind: 'cancel', n: 1 })
    settle()
    expect(b.frames(2)).toEqual([{ kind: 'cancelled', n: 1 }])
    expect(a.done('abort')).toMatchObject([{ run: run.run }])
  })

  test('a handler whose session has ended elsewhere hears of it as soon as it says something', () => {
    const { a, b, run } = moved({ mode: 'stream' })
    b.receive(2, { kind: 'bye' })
    b.settle()
    a.yields(run, 'late')
    expect(a.done('abort')).toMatchObject([{ run: run.run, code: 'ABORTED', reason: 'The session is over.' }])
  })

  test('a handler whose number was settled elsewhere goes on, and nothing more of it is kept', () => {
    const { a, b, run, settle } = moved({ mode: 'stream' })
    b.receive(2, ack({ floor: 1 }))
    b.settle()
    a.yields(run, 'late')
    settle()
    expect(a.done('abort')).toEqual([])
    const before = a.operations.length
    a.yields(run, 'later')
    expect(a.operations.length).toBe(before)
    expect(a.asked()).toBe(largestPortion.chunks)
    for (let chunk = 2; chunk < largestPortion.chunks; chunk += 1) a.yields(run, 'later')
    expect(a.asked()).toBe(0)
    a.yields(run, 'the last of the portion')
    expect(a.asked()).toBe(1)
  })

  test('looking for what runs elsewhere counts nothing anew', () => {
    const { b } = moved()
    b.sleep(3_000)
    expect(b.counts.duplicates).toBe(1)
  })

  test('what one node refused without a run may run on the other', () => {
    const a = new TestNode({ answers, owner: 'a' })
    const b = new TestNode({ answers, owner: 'b', store: a.store })
    const { epoch } = a.connect(1)
    a.request(1, 1, { leftMs: 0 })
    expect(a.frames(1)).toMatchObject([{ kind: 'error', n: 1, refused: true, error: { code: 'EXPIRED' } }])
    b.connect(2, { epoch })
    b.request(2, 1)
    expect(b.theRun().n).toBe(1)
  })

  test('the end of the session reaches the handler', () => {
    const { a, b, run, settle } = moved()
    b.receive(2, { kind: 'bye' })
    settle()
    expect(a.done('abort')).toMatchObject([{ run: run.run }])
  })

  test('a handler whose number was settled hears of the end of its session, too', () => {
    const { a, b, run, settle } = moved()
    b.receive(2, ack({ floor: 1 }))
    settle()
    a.sleep(2_000)
    expect(a.done('abort')).toEqual([])
    b.receive(2, { kind: 'bye' })
    settle()
    a.sleep(2_000)
    expect(a.done('abort')).toMatchObject([{ run: run.run }])
  })

  test('a reader that has all it wants lets the handler go on without it', () => {
    const { a, b, run, settle } = moved({ mode: 'stream' })
    for (let chunk = 0; chunk < limits.streamWindow; chunk += 1) a.yields(run, 'x')
    settle()
    a.done('pull')
    b.receive(2, ack({ floor: 1 }))
    settle()
    expect(a.done('pull')).toHaveLength(1)
  })

  test('what one node says reaches the clients of the other, in order', () => {
    const { a, b, sessionId, settle } = moved()
    b.frames(2)
    a.push({ to: 'session', session: sessionId }, 'one')
    b.push({ to: 'all' }, 'two')
    a.push({ to: 'all' }, 'three')
    settle()
    expect(b.frames(2)).toEqual(
      ['one', 'two', 'three'].map((text, index) => ({ kind: 'push', push: index + 1, message: json(text) })),
    )
  })

  test('what one node asks is answered on the other', () => {
    const { a, b, sessionId, settle } = moved()
    b.frames(2)
    a.feed({ kind: 'asked', key: 1, at: a.now, session: sessionId, message: '{}' as Json, bytes: 2, timeoutMs: 5_000 })
    settle()
    expect(b.frames(2)).toMatchObject([{ kind: 'push', push: 1, leftMs: expect.any(Number) }])
    const message = { id: 'i', timestamp: '2026-01-01T00:00:00.000Z', content: 'yes' }
    b.receive(2, { kind: 'answer', push: 1, message })
    settle()
    expect(b.frames(2)).toEqual([{ kind: 'answered', push: 1 }])
    expect(a.done('answered')).toMatchObject([{ key: 1, outcome: { ok: true, message: JSON.stringify(message) } }])
  })

  test('what a node that is gone had started is unknown once its lease has run out, and not before', () => {
    const { a, b } = moved()
    b.frames(2)
    // The store goes by the clock of `a`, which does nothing any more.
    a.now += leaseMs - 1
    b.sleep(leaseMs - 1)
    expect(b.frames(2)).toEqual([])
    a.now += 1_001
    b.sleep(1_001)
    expect(b.frames(2)).toMatchObject([
      { kind: 'error', n: 1, error: { code: 'OUTCOME_UNKNOWN', mayHaveExecuted: true } },
    ])
  })

  test('an idempotent request of a node that is gone is run again', () => {
    const { a, b } = moved({ type: 'rename' })
    a.now += leaseMs + 1_000
    b.sleep(leaseMs + 1_000)
    expect(b.theRun()).toMatchObject({ n: 1, type: 'rename' })
  })

  test('a node that was held up while another looked gives up what it began, and begins anew', () => {
    const { a, b, run } = moved()
    const { sessionId } = a.connect(3, { client: 'another' })
    a.now += leaseMs + 1_000
    b.sleep(leaseMs + 1_000)
    b.frames(2)
    // It comes to itself with the result of its handler.
    a.returns(run, 'late')
    a.settle()
    a.sleep(1_000)
    expect(a.done('abandon').map(({ link }) => link)).toContain(3)
    expect(b.frames(2)).toEqual([])
    const back = a.connect(4, { client: 'another' })
    expect(back).toMatchObject({ resumed: true, sessionId })
    a.request(4, 1)
    expect(a.theRun().n).toBe(1)
  })

  test('a node that is named ends at once what its older life had', () => {
    const old = new TestNode({ answers, owner: 'first life', node: 'x' })
    const { epoch } = old.connect(1)
    old.request(1, 1)
    old.theHandler()
    old.settle()
    const node = new TestNode({ answers, owner: 'second life', node: 'x', store: old.store })
    node.connect(2, { epoch })
    node.request(2, 1)
    expect(node.frames(2)).toMatchObject([{ kind: 'error', n: 1, error: { code: 'OUTCOME_UNKNOWN' } }])
  })

  test('a node that goes away in an orderly manner leaves its sessions to others', () => {
    const a = new TestNode({ answers, owner: 'a', sessionTtlMs: 10_000 })
    const b = new TestNode({ answers, owner: 'b', store: a.store, sessionTtlMs: 10_000 })
    const { sessionId } = a.connect(1)
    a.feed({ kind: 'closeAsked', drainMs: 0 })
    expect(a.frames(1)).toContainEqual(expect.objectContaining({ kind: 'drain' }))
    a.sleep(10)
    expect(a.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.goingAway }])
    a.now += 9_000
    b.sleep(9_000)
    expect(b.done('ended')).toEqual([])
    a.now += 2_000
    b.sleep(2_000)
    expect(b.done('ended')).toMatchObject([{ session: sessionId }])
  })

  test('a start of which the store could not tell is taken back, and the request runs where the client is', () => {
    const a = new TestNode({ answers, owner: 'a' })
    const b = new TestNode({ answers, owner: 'b', store: a.store })
    const { epoch } = a.connect(1)
    a.failNextBatch('carried out')
    a.request(1, 1)
    expect(a.done('run')).toEqual([])
    b.connect(2, { epoch })
    b.request(2, 1)
    expect(b.done('run')).toEqual([])
    a.sleep(1_000)
    b.sleep(1_000)
    expect(b.theRun()).toMatchObject({ n: 1 })
    expect(a.done('run')).toEqual([])
    a.sleep(3_000)
    b.sleep(1_000)
    expect(b.done('run')).toEqual([])
  })

  test('a refusal of which the store could not tell is taken back, and the request runs where the client is', () => {
    const a = new TestNode({ answers, owner: 'a' })
    const b = new TestNode({ answers, owner: 'b', store: a.store })
    const { epoch } = a.connect(1)
    a.request(1, 1)
    const { run } = a.theRun()
    a.failNextBatch('not carried out')
    a.feed({
      kind: 'threw',
      run,
      error: { code: 'RATE_LIMITED', message: 'Too fast.', mayHaveExecuted: false },
      refused: true,
    })
    a.settle()
    b.connect(2, { epoch })
    b.request(2, 1)
    expect(b.done('run')).toEqual([])
    a.sleep(1_000)
    b.sleep(1_000)
    expect(b.theRun()).toMatchObject({ n: 1 })
  })

  test('a request that runs here is kept, and so is its end, when the store fails while it is asked for again', () => {
    const node = new TestNode({ answers })
    const { epoch } = node.connect(1)
    node.request(1, 1)
    const run = node.theHandler()
    node.connect(2, { epoch })
    node.failNextBatch('not carried out')
    node.request(2, 1)
    node.sleep(2_000)
    node.returns(run, 'hi')
    node.connect(3, { epoch })
    node.request(3, 1)
    expect(node.frames(3)).toEqual([replyTo(1, 'hi')])
    expect(node.done('run')).toEqual([])
  })

  test('a request that runs here is not taken back when the store fails while it is asked for again', () => {
    const node = new TestNode({ answers })
    const { epoch } = node.connect(1)
    node.request(1, 1)
    const run = node.theHandler()
    node.connect(2, { epoch })
    node.failNextBatch('not carried out')
    node.request(2, 1)
    node.sleep(2_000)
    node.connect(3, { epoch })
    node.request(3, 1)
    expect(node.done('run')).toEqual([])
    node.returns(run, 'hi')
    expect(node.frames(3)).toContainEqual(replyTo(1, 'hi'))
  })

  test('an answer that could not be journalled is journalled as soon as the store answers', () => {
    const { a, b, run, settle } = moved()
    b.frames(2)
    a.failNextBatch('not carried out')
    a.returns(run, 'hi')
    settle()
    expect(b.frames(2)).toEqual([])
    a.sleep(1_000)
    settle()
    expect(b.frames(2)).toEqual([replyTo(1, 'hi')])
  })
})

test('a hello that the store took under a name that has been given up attaches nothing', () => {
  const node = new TestNode({ answers: 'when told' })
  node.dial(1)
  // The store is silent until the lease has run out.
  node.sleep(6_000)
  node.settle()
  expect(node.done('attached')).toEqual([])
  expect(node.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.internalError }])
  expect(node.operations.map(({ op }) => op)).toContain('detach')
})

test('a node whose lease has run out aborts what it runs, and what that still says is thrown away', () => {
  const node = new TestNode({ answers: 'when told' })
  node.dial(1)
  node.settle()
  node.request(1, 1)
  node.settle()
  const run = node.theHandler()
  node.sleep(6_000)
  expect(node.done('abort')).toMatchObject([{ run: run.run, code: 'ABORTED' }])
  const before = node.operations.length
  node.returns(run, 'late')
  expect(node.operations.length).toBe(before)
})

test('a start that is asked for again is not taken back meanwhile: the answer will tell', () => {
  const node = new TestNode({ answers: 'when told' })
  node.dial(1)
  node.settle()
  node.failNextBatch('carried out')
  node.request(1, 1)
  node.settle()
  node.dial(2)
  node.settle()
  // The store is asked to renew the lease, then to begin the request again; the first of these is answered.
  node.sleep(1_000)
  node.request(2, 1)
  node.answerOne()
  expect(node.operations.map(({ op }) => op)).not.toContain('forget')
  node.settle()
  expect(node.theRun().n).toBe(1)
})

test('what was begun under a name that has been given up does not run', () => {
  const node = new TestNode({ answers: 'when told' })
  node.dial(1)
  node.settle()
  node.request(1, 1)
  node.sleep(6_000)
  node.settle()
  expect(node.done('run')).toEqual([])
})

test('a client that went elsewhere and is back keeps its link: what is told of the older one is about that', () => {
  const a = new TestNode({ answers: 'when told', owner: 'a' })
  const b = new TestNode({ answers: 'at once', owner: 'b', store: a.store })
  a.dial(1)
  a.settle()
  b.connect(2)
  a.dial(3)
  a.settle()
  expect(a.frames(3)).toMatchObject([{ kind: 'welcome', resumed: true }])
  a.request(3, 1)
  a.settle()
  expect(a.theRun().n).toBe(1)
})

test.each([
  [100, 100],
  [60_000, 1_000],
])('a node that looks every %i ms looks after %i ms at the latest', (pollMs, lookMs) => {
  const a = new TestNode({ answers: 'at once', owner: 'a' })
  const b = new TestNode({ answers: 'at once', owner: 'b', store: a.store, pollMs })
  a.connect(1)
  a.request(1, 1)
  b.connect(2)
  b.request(2, 1)
  const before = b.operations.length
  b.sleep(lookMs)
  expect(b.operations.slice(before)).toMatchObject([{ op: 'begin', n: 1 }])
})

test('a link whose session ends elsewhere, because its client began another, is told that it is superseded', () => {
  const a = new TestNode({ answers: 'at once', owner: 'a' })
  const b = new TestNode({ answers: 'at once', owner: 'b', store: a.store })
  a.connect(1)
  expect(b.connect(2, { epoch: 'forgotten' }).resumed).toBe(false)
  a.settle()
  expect(a.frames(1)).toMatchObject([{ kind: 'refuse', code: 'superseded' }])
  expect(a.done('ended')).toHaveLength(1)
})
