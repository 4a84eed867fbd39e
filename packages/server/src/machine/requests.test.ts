import { limits } from '@backchat/protocol'
import { describe, expect, test } from 'vitest'
import { ack, bothAnswers, chunkOf, json, type NodeOptions, replyTo, TestNode } from './test-node.js'

describe.each(bothAnswers)('a store that answers %s', (answers) => {
  const nodeWith = (options: Omit<NodeOptions, 'answers'> = {}) => new TestNode({ answers, ...options })

  test('a request is journalled, then run, then its reply is journalled, then sent', () => {
    const node = nodeWith()
    node.connect(1)
    node.request(1, 1)
    const run = node.theHandler()
    expect(run).toMatchObject({
      link: 1,
      user: 'guest:c',
      n: 1,
      mode: 'request',
      type: 'text',
      message: { content: 1 },
    })
    node.returns(run, 'hi')
    expect(node.frames(1)).toEqual([replyTo(1, 'hi')])
    expect(node.operations.map(({ op }) => op)).toEqual(['greet', 'begin', 'finish'])
  })

  test('what comes again and is not run again is counted, and so is what is refused', () => {
    const node = nodeWith({ owner: 'first life', node: 'a' })
    const { epoch } = node.connect(1)
    for (const n of [1, 2, 3]) node.request(1, n, { mode: 'stream' })
    const [, ended, taken] = node.done('run')
    if (ended !== undefined) node.returns(ended, 'hi')
    if (taken !== undefined) node.yields(taken, 'a')
    node.receive(1, ack({ chunks: [[3, 1]] }))
    node.request(1, 4, { type: 'constructor' })
    node.settle()
    expect([node.counts.duplicates, [...node.counts.refused]]).toEqual([0, [['NO_HANDLER', 1]]])
    node.connect(2, { epoch, page: 'another' })
    for (const n of [1, 2, 3]) node.request(2, n, { mode: 'stream' })
    node.request(2, 5)
    node.settle()
    expect(node.counts.duplicates).toBe(3)
    const next = nodeWith({ owner: 'second life', node: 'a', store: node.store })
    next.connect(3, { epoch })
    next.request(3, 1)
    next.settle()
    expect(next.counts.duplicates).toBe(1)
  })

  test('a lost reply is resent from the journal and the handler runs once', () => {
    const node = nodeWith()
    const { epoch } = node.connect(1)
    node.request(1, 1)
    const run = node.theHandler()
    node.cut(1)
    node.returns(run, 'hi')
    expect(node.frames(1)).toEqual([])
    node.connect(2, { epoch })
    node.request(2, 1)
    expect(node.frames(2)).toEqual([replyTo(1, 'hi')])
    expect(node.done('run')).toEqual([])
  })

  test('a request begun twice runs once', () => {
    const node = nodeWith()
    const { epoch } = node.connect(1)
    node.request(1, 1)
    node.request(1, 1)
    const run = node.theHandler()
    node.connect(2, { epoch })
    node.request(2, 1)
    node.returns(run, 'hi')
    expect(node.frames(2)).toEqual([replyTo(1, 'hi')])
    expect(node.done('run')).toEqual([])
  })

  test('a run starts even if its link has gone before the store answered, and its reply waits in the journal', () => {
    const node = nodeWith()
    node.connect(1)
    node.request(1, 1)
    node.cut(1)
    node.returns(node.theHandler(), 'hi')
    node.connect(2)
    node.request(2, 1)
    expect(node.frames(2)).toEqual([replyTo(1, 'hi')])
  })

  test('the journal forgets by floor and ranges, and what is settled is ignored', () => {
    const node = nodeWith()
    node.connect(1)
    for (const n of [1, 2, 3]) node.request(1, n)
    for (const run of node.done('run')) node.returns(run, 'hi')
    expect(node.frames(1)).toHaveLength(3)
    node.receive(1, ack({ floor: 1, settled: [[3, 3]] }))
    for (const n of [1, 2, 3]) node.request(1, n)
    expect(node.frames(1)).toEqual([replyTo(2, 'hi')])
    expect(node.done('run')).toEqual([])
  })

  test('an unknown type and a request past its time are refused, not journalled, and not run', () => {
    const node = nodeWith()
    node.connect(1)
    node.request(1, 1, { type: 'constructor' })
    node.request(1, 2, { leftMs: 0 })
    expect(node.frames(1)).toMatchObject([
      { kind: 'error', n: 1, refused: true, error: { code: 'NO_HANDLER', mayHaveExecuted: false } },
      { kind: 'error', n: 2, refused: true, error: { code: 'EXPIRED', mayHaveExecuted: false } },
    ])
    node.request(1, 2)
    expect(node.theRun().n).toBe(2)
  })

  test('a type that is as long as a message is not told in full that it is unknown', () => {
    const node = nodeWith()
    node.connect(1)
    node.request(1, 1, { type: 'x'.repeat(10_000) })
    const [told] = node.frames(1)
    expect(told?.kind === 'error' && told.error.message.length).toBeLessThan(200)
  })

  test('a request that is past its time, but has run, gets its answer', () => {
    const node = nodeWith()
    node.connect(1)
    node.request(1, 1)
    node.returns(node.theHandler(), 'hi')
    node.connect(2)
    node.request(2, 1, { leftMs: -5 })
    expect(node.frames(2)).toEqual([replyTo(1, 'hi')])
  })

  test('a run that was refused is forgotten: the same number may come again', () => {
    const node = nodeWith()
    node.connect(1)
    node.request(1, 1)
    const error = { code: 'RATE_LIMITED', message: 'Slow down.', mayHaveExecuted: false, retryAfterMs: 100 } as const
    node.feed({ kind: 'threw', run: node.theRun().run, error, refused: true })
    expect(node.frames(1)).toEqual([{ kind: 'error', n: 1, refused: true, error }])
    node.request(1, 1)
    node.returns(node.theHandler(), 'hi')
    expect(node.frames(1)).toEqual([replyTo(1, 'hi')])
  })

  test('an error of a handler is journalled like a reply', () => {
    const node = nodeWith()
    node.connect(1)
    node.request(1, 1)
    const error = { code: 'HANDLER_FAILED', message: 'It threw.', mayHaveExecuted: true } as const
    node.feed({ kind: 'threw', run: node.theHandler().run, error, refused: false })
    expect(node.frames(1)).toEqual([{ kind: 'error', n: 1, error }])
    node.connect(2)
    node.request(2, 1)
    expect(node.frames(2)).toEqual([{ kind: 'error', n: 1, error }])
    expect(node.done('report')).toEqual([])
  })

  test('a request whose server died is of unknown outcome, and an idempotent one runs again', () => {
    const dead = nodeWith({ owner: 'first life', node: 'a' })
    const { epoch } = dead.connect(1)
    dead.request(1, 1)
    dead.request(1, 2, { type: 'rename' })
    expect(dead.done('run')).toHaveLength(2)
    const node = nodeWith({ owner: 'second life', node: 'a', store: dead.store })
    expect(node.connect(2, { epoch })).toMatchObject({ resumed: true, idempotent: ['rename'] })
    node.request(2, 1)
    node.request(2, 2, { type: 'rename' })
    expect(node.theRun()).toMatchObject({ n: 2, type: 'rename' })
    expect(node.frames(2)).toMatchObject([
      { kind: 'error', n: 1, error: { code: 'OUTCOME_UNKNOWN', mayHaveExecuted: true } },
    ])
  })

  test('an idempotent request that is refused after its first server died is not said not to have run', () => {
    const dead = nodeWith({ owner: 'first life', node: 'a' })
    const { epoch } = dead.connect(1)
    dead.request(1, 1, { type: 'rename' })
    expect(dead.done('run')).toHaveLength(1)
    const node = nodeWith({ owner: 'second life', node: 'a', store: dead.store })
    node.connect(2, { epoch })
    node.request(2, 1, { type: 'rename' })
    const error = { code: 'RATE_LIMITED', message: 'Too fast.', mayHaveExecuted: false } as const
    node.feed({ kind: 'threw', run: node.theRun().run, error, refused: true })
    const told = { kind: 'error', n: 1, error: { ...error, mayHaveExecuted: true } }
    expect(node.frames(2)).toEqual([told])
    node.connect(3, { epoch })
    node.request(3, 1, { type: 'rename' })
    expect(node.frames(3)).toEqual([told])
  })

  test('what a second life could not begin for certain either is of unknown outcome, also when it comes too late', () => {
    const dead = nodeWith({ owner: 'first life', node: 'a' })
    const { epoch } = dead.connect(1)
    dead.request(1, 1, { type: 'rename' })
    const node = nodeWith({ owner: 'second life', node: 'a', store: dead.store })
    node.connect(2, { epoch })
    node.failNextBatch('carried out')
    node.request(2, 1, { type: 'rename' })
    node.settle()
    node.connect(3, { epoch })
    node.request(3, 1, { type: 'rename', leftMs: 0 })
    expect(node.frames(3)).toMatchObject([
      { kind: 'error', n: 1, error: { code: 'OUTCOME_UNKNOWN', mayHaveExecuted: true } },
    ])
  })

  test('a request of a link whose token has ended is refused, and what has run is answered', () => {
    const node = nodeWith({ authenticates: true })
    node.dial(1)
    node.feed({ kind: 'authenticated', link: 1, user: 'ann', expiresInMs: 5_000 })
    node.settle()
    node.request(1, 1)
    node.returns(node.theHandler(), 'hi')
    node.frames(1)
    node.sleep(5_000)
    node.request(1, 2)
    node.request(1, 1)
    expect(node.frames(1)).toMatchObject([
      { kind: 'error', n: 2, refused: true, error: { code: 'UNAUTHORIZED', mayHaveExecuted: false } },
      replyTo(1, 'hi'),
    ])
    expect(node.done('run')).toEqual([])
  })

  test('a reply that was not kept is lost, and it ran', () => {
    const node = nodeWith()
    node.connect(1)
    node.request(1, 1)
    node.request(1, 2)
    const runs = node.done('run')
    node.cut(1)
    for (const { run } of runs) {
      node.feed({ kind: 'returned', run, message: json('large'), bytes: limits.journalBytes })
    }
    node.connect(2)
    node.request(2, 1)
    node.request(2, 2)
    expect(node.frames(2)).toMatchObject([
      { kind: 'error', n: 1, error: { code: 'REPLY_LOST', mayHaveExecuted: true } },
      { kind: 'reply', n: 2 },
    ])
  })

  test('chunks resume exactly at from', () => {
    const node = nodeWith()
    node.connect(1)
    node.request(1, 1, { mode: 'stream' })
    const run = node.theHandler()
    node.yields(run, 'a', 'b')
    node.cut(1)
    node.yields(run, 'c')
    node.connect(2)
    node.request(2, 1, { mode: 'stream', from: 1 })
    node.yields(run, 'd')
    expect(node.frames(2)).toEqual([
      { kind: 'started', n: 1 },
      chunkOf(1, 1, 'b'),
      chunkOf(1, 2, 'c'),
      chunkOf(1, 3, 'd'),
    ])
    node.cut(2)
    node.returns(run, 'end')
    node.connect(3)
    node.request(3, 1, { mode: 'stream', from: 3 })
    expect(node.frames(3)).toEqual([chunkOf(1, 3, 'd'), { ...replyTo(1, 'end'), count: 4 }])
  })

  test('an end that is journalled while a stream is being asked for does not overtake its chunks', () => {
    const node = nodeWith()
    node.connect(1)
    node.request(1, 1, { mode: 'stream' })
    const run = node.theHandler()
    node.yields(run, 'a')
    node.connect(2)
    node.yields(run, 'b')
    node.returns(run, 'end')
    node.request(2, 1, { mode: 'stream' })
    expect(node.frames(2)).toEqual([chunkOf(1, 0, 'a'), chunkOf(1, 1, 'b'), { ...replyTo(1, 'end'), count: 2 }])
  })

  test('a chunk that the reader took is not kept: who asks for it again has lost it', () => {
    const node = nodeWith()
    const { epoch } = node.connect(1)
    node.request(1, 1, { mode: 'stream' })
    const run = node.theHandler()
    node.yields(run, 'a', 'b')
    node.receive(1, ack({ chunks: [[1, 2]] }))
    node.connect(2, { page: 'another', epoch })
    node.request(2, 1, { mode: 'stream' })
    expect(node.frames(2)).toMatchObject([
      { kind: 'error', n: 1, error: { code: 'REPLY_LOST', mayHaveExecuted: true } },
    ])
  })

  test('a cancel aborts the handler, is acknowledged, and the late answer is thrown away', () => {
    const node = nodeWith()
    node.connect(1)
    node.request(1, 1)
    const run = node.theHandler()
    node.receive(1, { kind: 'cancel', n: 1 })
    expect(node.done('abort')).toMatchObject([{ run: run.run }])
    node.returns(run, 'late')
    expect(node.frames(1)).toEqual([{ kind: 'cancelled', n: 1 }])
    node.request(1, 1)
    expect(node.frames(1)).toEqual([])
    expect(node.done('run')).toEqual([])
  })

  test('a cancel is acknowledged when nothing is known of its number, which then never runs', () => {
    const node = nodeWith()
    node.connect(1)
    node.receive(1, { kind: 'cancel', n: 7 })
    node.request(1, 7)
    expect(node.frames(1)).toEqual([{ kind: 'cancelled', n: 7 }])
    expect(node.done('run')).toEqual([])
  })

  test('a cancel reaches a run that was started on an older link', () => {
    const node = nodeWith()
    node.connect(1)
    node.request(1, 1)
    const run = node.theHandler()
    node.connect(2)
    node.receive(2, { kind: 'cancel', n: 1 })
    expect(node.done('abort')).toMatchObject([{ run: run.run }])
    expect(node.frames(2)).toEqual([{ kind: 'cancelled', n: 1 }])
  })

  test('a lost link cancels nothing', () => {
    const node = nodeWith()
    node.connect(1)
    node.request(1, 1)
    node.theHandler()
    node.cut(1)
    node.sleep(1_000)
    expect(node.done('abort')).toEqual([])
  })

  test('a link may have a window of requests waiting, and not one more', () => {
    const node = nodeWith()
    node.connect(1)
    for (let n = 1; n <= limits.window; n++) node.request(1, n)
    expect(node.done('abandon')).toEqual([])
    node.request(1, limits.window)
    expect(node.done('abandon')).toEqual([])
    node.request(1, limits.window + 1)
    expect(node.done('abandon')).toMatchObject([{ link: 1, code: 4400 }])
  })

  test('a session may have a window of handlers running, sends included; more are told to come later', () => {
    const node = nodeWith()
    node.connect(1)
    for (let n = 1; n <= limits.window; n++) {
      node.request(1, n, { mode: 'send' })
      node.theHandler()
    }
    node.frames(1)
    node.request(1, limits.window + 1)
    expect(node.frames(1)).toMatchObject([
      { kind: 'error', n: limits.window + 1, refused: true, error: { code: 'OVERLOADED', mayHaveExecuted: false } },
    ])
    expect(node.done('run')).toEqual([])
  })
})
