import { closeCodes, limits } from '@backchat/protocol'
import { describe, expect, test, vi } from 'vitest'
import { type MemoryStore, memoryStore } from '../memory-store.js'
import type { Result } from '../store/operations.js'
import { largestPortion } from './portion.js'
import { ack, bothAnswers, chunkOf, json, type NodeOptions, replyTo, TestNode } from './test-node.js'

describe.each(bothAnswers)('a store that answers %s', (answers) => {
  const nodeWith = (options: Omit<NodeOptions, 'answers'> = {}) => new TestNode({ answers, ...options })

  /** A node with one run whose handler was called, and no frame unseen. */
  const running = (
    mode: 'request' | 'stream' | 'send',
    options: Omit<NodeOptions, 'answers'> = {},
    over: { leftMs?: number; type?: string } = {},
  ) => {
    const node = nodeWith(options)
    node.connect(1)
    node.request(1, 1, { mode, ...over })
    return { node, run: node.theHandler() }
  }

  test('that a handler runs is told after 250 ms', () => {
    const { node } = running('request')
    node.sleep(249)
    expect(node.frames(1)).toEqual([])
    node.sleep(1)
    expect(node.frames(1)).toEqual([{ kind: 'started', n: 1 }])
  })

  test('that a handler runs is told after a quarter of the time that is left', () => {
    const { node } = running('request', {}, { leftMs: 400 })
    node.sleep(99)
    expect(node.frames(1)).toEqual([])
    node.sleep(1)
    expect(node.frames(1)).toEqual([{ kind: 'started', n: 1 }])
  })

  test('a handler that answers in time is not told to be running', () => {
    const { node, run } = running('request')
    node.sleep(200)
    node.returns(run, 'hi')
    node.sleep(1_000)
    expect(node.frames(1)).toEqual([replyTo(1, 'hi')])
  })

  test('a client that comes back is told again that the handler runs', () => {
    const { node } = running('request')
    node.sleep(250)
    node.cut(1)
    node.connect(2)
    node.request(2, 1)
    expect(node.frames(2)).toEqual([{ kind: 'started', n: 1 }])
  })

  test('a client that comes back before the handler is called is told nothing', () => {
    const node = nodeWith()
    node.connect(1)
    node.request(1, 1)
    const run = node.theRun()
    node.cut(1)
    node.connect(2)
    node.request(2, 1)
    expect(node.frames(2)).toEqual([])
    node.handling(run)
    node.returns(run, 'hi')
    expect(node.frames(2)).toEqual([replyTo(1, 'hi')])
  })

  test('a send settles when its handler starts, and gets no reply', () => {
    const node = nodeWith()
    node.connect(1)
    node.request(1, 1, { mode: 'send' })
    const run = node.theRun()
    expect(node.frames(1)).toEqual([])
    node.handling(run)
    expect(node.frames(1)).toEqual([{ kind: 'started', n: 1 }])
    node.returns(run, 'dropped')
    expect(node.frames(1)).toEqual([])
    node.connect(2)
    node.request(2, 1, { mode: 'send' })
    expect(node.frames(2)).toEqual([{ kind: 'started', n: 1 }])
  })

  test('a send whose link was lost settles on the next one while the handler still runs', () => {
    const { node } = running('send')
    node.connect(2)
    node.request(2, 1, { mode: 'send' })
    expect(node.frames(2)).toEqual([{ kind: 'started', n: 1 }])
  })

  test('a send that fails before its handler gets the error', () => {
    const node = nodeWith()
    node.connect(1)
    node.request(1, 1, { mode: 'send' })
    const error = { code: 'INVALID_MESSAGE', message: 'No text.', mayHaveExecuted: false } as const
    node.feed({ kind: 'threw', run: node.theRun().run, error, refused: false })
    expect(node.frames(1)).toEqual([{ kind: 'error', n: 1, error }])
    expect(node.done('report')).toEqual([])
  })

  test.each([true, false])(
    'a send that fails in its handler (%s: it may have run) is reported to the application: its caller has been settled',
    (mayHaveExecuted) => {
      const { node, run } = running('send')
      const error = { code: 'HANDLER_FAILED', message: 'It threw.', mayHaveExecuted } as const
      node.feed({ kind: 'threw', run: run.run, error, refused: false })
      expect(node.frames(1)).toEqual([{ kind: 'started', n: 1 }])
      expect(node.done('report')).toEqual([{ kind: 'report', error, session: run.session, run: run.run }])
    },
  )

  test('the handler of a send goes on after the client has settled it', () => {
    const { node, run } = running('send')
    node.receive(1, ack({ floor: 1 }))
    node.returns(run, 'dropped')
    expect(node.frames(1)).toEqual([{ kind: 'started', n: 1 }])
    expect(node.done('abort')).toEqual([])
    node.request(1, 1, { mode: 'send' })
    expect(node.done('run')).toEqual([])
  })

  test('a handler that is silent for too long is aborted, and its late answer thrown away', () => {
    const { node, run } = running('request', { handlerTimeoutMs: 5_000 })
    node.sleep(4_999)
    expect(node.done('abort')).toEqual([])
    node.sleep(1)
    expect(node.done('abort')).toMatchObject([{ run: run.run }])
    node.returns(run, 'late')
    const timeout = { kind: 'error', n: 1, error: { code: 'HANDLER_TIMEOUT', mayHaveExecuted: true } }
    expect(node.frames(1)).toMatchObject([{ kind: 'started' }, timeout])
    node.request(1, 1)
    expect(node.frames(1)).toMatchObject([timeout])
  })

  test('middleware that never comes to the handler is given up, too', () => {
    const node = nodeWith({ handlerTimeoutMs: 5_000 })
    node.connect(1)
    node.request(1, 1)
    const { run } = node.theRun()
    node.sleep(5_000)
    expect(node.done('abort')).toMatchObject([{ run }])
    expect(node.frames(1)).toMatchObject([{ kind: 'error', error: { code: 'HANDLER_TIMEOUT' } }])
  })

  test('a handler has the time that it was registered with', () => {
    const node = nodeWith({ handlerTimeoutMs: 5_000 })
    node.feed({ kind: 'registered', type: 'slow', idempotent: false, timeoutMs: 9_000 })
    node.connect(1)
    node.request(1, 1, { type: 'slow' })
    node.theHandler()
    node.sleep(8_999)
    expect(node.done('abort')).toEqual([])
    node.sleep(1)
    expect(node.done('abort')).toHaveLength(1)
  })

  test('a reply that is too large is an error, and it ran', () => {
    const { node, run } = running('request')
    node.feed({ kind: 'returned', run: run.run, message: json('huge'), bytes: limits.replyBytes + 1 })
    expect(node.frames(1)).toMatchObject([{ kind: 'error', n: 1, error: { code: 'TOO_LARGE', mayHaveExecuted: true } }])
  })

  test('chunks are stored, then sent, and the reply says how many there were', () => {
    const { node, run } = running('stream')
    node.yields(run, 'a', 'b')
    node.returns(run, 'end')
    expect(node.done('pull')).toEqual([{ kind: 'pull', run: run.run, ...largestPortion }])
    expect(node.frames(1)).toEqual([chunkOf(1, 0, 'a'), chunkOf(1, 1, 'b'), { ...replyTo(1, 'end'), count: 2 }])
  })

  test('a reader that keeps up asks a handler for nothing before it has yielded', () => {
    const { node, run } = running('stream')
    node.yields(run, 'a')
    expect(node.done('pull')).toHaveLength(1)
    node.receive(1, ack({ chunks: [[1, 1]] }))
    expect(node.done('pull')).toEqual([])
    node.receive(1, ack({ floor: 1 }))
    expect(node.done('pull')).toEqual([])
  })

  test('a handler runs at most a window ahead of its reader, and waiting for the reader is not silence', () => {
    const { node, run } = running('stream', { handlerTimeoutMs: 5_000 })
    for (let chunk = 0; chunk < limits.streamWindow; chunk++) node.yields(run, 'x')
    expect(node.asked()).toBe(limits.streamWindow - 1)
    node.receive(1, ack({ chunks: [[1, 0]] }))
    node.sleep(25_000)
    expect(node.done('pull')).toEqual([])
    node.receive(1, ack({ chunks: [[1, 3]] }))
    expect(node.asked()).toBe(3)
    expect(node.done('abort')).toEqual([])
    node.sleep(5_000)
    expect(node.done('abort')).toHaveLength(1)
  })

  test('a reader that is away holds the handler back, too', () => {
    const { node, run } = running('stream')
    node.cut(1)
    for (let chunk = 0; chunk < limits.streamWindow; chunk++) node.yields(run, 'x')
    expect(node.asked()).toBe(limits.streamWindow - 1)
    node.connect(2)
    node.request(2, 1, { mode: 'stream' })
    expect(node.frames(2).filter(({ kind }) => kind === 'chunk')).toHaveLength(limits.streamWindow)
    node.receive(2, ack({ chunks: [[1, limits.streamWindow]] }))
    expect(node.done('pull')).toHaveLength(1)
  })

  test('large chunks fill the window by their bytes', () => {
    const { node, run } = running('stream')
    const yields = (bytes: number) => node.feed({ kind: 'yielded', run: run.run, content: json('x'), bytes })
    yields(limits.replyBytes - 1)
    expect(node.done('pull')).toMatchObject([{ bytes: 1 }])
    yields(1)
    expect(node.done('pull')).toEqual([])
  })

  test('a handler is asked again when it has yielded as many bytes as it was asked for, or as many chunks', () => {
    const { node, run } = running('stream')
    const yields = (bytes: number) => node.feed({ kind: 'yielded', run: run.run, content: json('x'), bytes })
    yields(1)
    expect(node.done('pull')).toEqual([{ kind: 'pull', run: run.run, ...largestPortion }])
    yields(largestPortion.bytes - 1)
    expect(node.done('pull')).toEqual([])
    yields(1)
    expect(node.asked()).toBe(largestPortion.chunks)
    for (let chunk = 1; chunk < largestPortion.chunks; chunk++) yields(1)
    expect(node.done('pull')).toEqual([])
    yields(1)
    expect(node.asked()).toBe(largestPortion.chunks)
  })

  test('each chunk restarts the time that a handler may be silent', () => {
    const { node, run } = running('stream', { handlerTimeoutMs: 5_000 })
    for (const text of ['a', 'b', 'c']) {
      node.sleep(4_000)
      node.yields(run, text)
    }
    expect(node.done('abort')).toEqual([])
    node.sleep(5_000)
    expect(node.done('abort')).toHaveLength(1)
    expect(node.frames(1).at(-1)).toMatchObject({ kind: 'error', count: 3, error: { code: 'HANDLER_TIMEOUT' } })
  })

  test('a chunk that is too large ends the run', () => {
    const { node, run } = running('stream')
    node.feed({ kind: 'yielded', run: run.run, content: json('a'), bytes: limits.replyBytes })
    node.receive(1, ack({ chunks: [[1, 1]] }))
    node.feed({ kind: 'yielded', run: run.run, content: json('huge'), bytes: limits.replyBytes + 1 })
    expect(node.done('abort')).toHaveLength(1)
    expect(node.frames(1)).toMatchObject([
      chunkOf(1, 0, 'a'),
      { kind: 'error', count: 1, error: { code: 'TOO_LARGE' } },
    ])
  })

  test('a request on a generator gets the reply only', () => {
    const { node, run } = running('request')
    for (let chunk = 0; chunk < 2 * limits.streamWindow; chunk++) node.yields(run, 'x')
    expect(node.done('pull')).toHaveLength(2 * limits.streamWindow)
    node.returns(run, 'end')
    expect(node.frames(1)).toEqual([replyTo(1, 'end')])
  })

  test('a stream whose number was settled goes on without a reader, and nothing of it is kept', () => {
    const { node, run } = running('stream')
    for (let chunk = 0; chunk < limits.streamWindow; chunk++) node.yields(run, 'x')
    node.done('pull')
    node.receive(1, ack({ floor: 1 }))
    expect(node.done('pull')).toHaveLength(1)
    node.frames(1)
    const before = node.operations.length
    node.yields(run, 'unheard')
    expect(node.operations.length).toBe(before)
    node.returns(run, 'unheard')
    expect(node.frames(1)).toEqual([])
    expect(node.done('abort')).toEqual([])
  })

  test('a session that is over aborts its handlers', () => {
    const { node, run } = running('stream')
    node.receive(1, { kind: 'bye' })
    expect(node.done('abort')).toMatchObject([{ run: run.run }])
    node.yields(run, 'late')
    expect(node.done('pull')).toEqual([])
  })

  test('a handler that has returned is not aborted, though its end could not be journalled', () => {
    const { node, run } = running('request')
    node.failNextBatch('not carried out')
    node.returns(run, 'hi')
    node.settle()
    node.connect(2)
    node.receive(2, { kind: 'bye' })
    expect([node.done('ended').length, node.done('abort')]).toEqual([1, []])
  })

  test('a handler that was cancelled is asked for nothing more, though its last chunks come back from the store', () => {
    const { node, run } = running('stream')
    for (let chunk = 1; chunk < limits.streamWindow; chunk++) node.yields(run, 'x')
    node.done('pull')
    node.receive(1, { kind: 'cancel', n: 1 })
    node.yields(run, 'x')
    expect(node.done('abort')).toHaveLength(1)
    expect(node.done('pull')).toEqual([])
  })

  test('even of a store that forgets what it started, no request runs twice at a time', () => {
    const honest = memoryStore()
    const begun: Result = { op: 'begin', status: 'new' }
    const store: MemoryStore = {
      apply: (operations) => honest.apply(operations).map((result) => (result.op === 'begin' ? begun : result)),
      listen: (hinted) => honest.listen(hinted),
      close: () => {},
    }
    const { node, run } = running('request', { store })
    node.connect(2)
    node.request(2, 1)
    expect(node.done('run')).toEqual([])
    node.returns(run, 'hi')
    expect(node.frames(2)).toEqual([replyTo(1, 'hi')])
  })

  test('even of a store that forgets how it ended, no request runs twice', () => {
    const honest = memoryStore()
    let isBack = false
    const started: Result = { op: 'begin', status: 'started', owner: 'node 1', first: 0, chunks: [] }
    const store: MemoryStore = {
      apply: (operations) =>
        honest.apply(operations).map((result) => (isBack && result.op === 'begin' ? started : result)),
      listen: (hinted) => honest.listen(hinted),
      close: () => {},
    }
    const { node, run } = running('request', { store })
    node.returns(run, 'hi')
    node.frames(1)
    isBack = true
    node.connect(2)
    node.request(2, 1)
    const unknown = { code: 'OUTCOME_UNKNOWN', mayHaveExecuted: true }
    expect(node.frames(2)).toMatchObject([{ kind: 'error', n: 1, error: unknown }])
    expect(node.done('run')).toEqual([])
  })

  test.each(['request', 'stream'] as const)(
    'the session of a %s was ended, and the store could not say so: its handler hears of it at the next renewal',
    (mode) => {
      const { node, run } = running(mode, { sessionTtlMs: 4_000 })
      if (mode === 'stream') for (let chunk = 0; chunk < limits.streamWindow; chunk++) node.yields(run, 'x')
      node.cut(1)
      node.sleep(3_500)
      const honest = node.store.apply
      const mute = vi.spyOn(node.store, 'apply').mockImplementation((operations) => {
        honest(operations)
        return []
      })
      node.sleep(1_000)
      mute.mockRestore()
      expect(node.done('abort')).toEqual([])
      node.sleep(1_000)
      expect(node.done('abort')).toMatchObject([{ run: run.run, code: 'ABORTED' }])
    },
  )

  test('a client came as another one, and the store could not say that the session before it is over: its handler hears of it', () => {
    const { node, run } = running('stream')
    node.failNextBatch('carried out')
    node.dial(2, { epoch: 'another' })
    node.settle()
    expect(node.done('abort')).toEqual([])
    node.sleep(1_000)
    expect(node.done('abort')).toMatchObject([{ run: run.run, code: 'ABORTED' }])
  })

  test('a user was logged out, and the store could not say so: handlers hear of it, and links do not stay with what is over', () => {
    const { node, run } = running('request')
    const [{ user } = { user: '' }] = node.operations.filter((operation) => operation.op === 'greet')
    node.failNextBatch('carried out')
    node.feed({ kind: 'loggedOut', key: 1, user })
    node.settle()
    expect(node.done('abort')).toEqual([])
    node.sleep(1_000)
    expect(node.done('abort')).toMatchObject([{ run: run.run, code: 'ABORTED' }])
    expect(node.done('abandon')).toMatchObject([{ link: 1, code: closeCodes.internalError }])
    expect(node.connect(2)).toMatchObject({ resumed: false })
  })

  test('a handler whose session lives goes on after the store failed, and is asked about once', () => {
    const { node, run } = running('stream')
    node.yields(run, 'a')
    node.failNextBatch('not carried out')
    node.push({ to: 'all' }, 'news')
    node.settle()
    const before = node.operations.length
    node.sleep(3_000)
    expect(node.operations.slice(before)).toMatchObject([{ op: 'chunks', first: 1, chunks: [] }])
    node.yields(run, 'b')
    expect(node.frames(1)).toEqual([chunkOf(1, 0, 'a'), chunkOf(1, 1, 'b')])
    expect(node.done('abort')).toEqual([])
  })

  test('nothing is left of a run that has ended', () => {
    const { node, run } = running('request')
    node.returns(run, 'hi')
    expect(node.frames(1)).toEqual([replyTo(1, 'hi')])
    node.sleep(29_999)
    expect(node.frames(1)).toEqual([])
    expect(node.done('abort')).toEqual([])
  })

  test('a client hears again and again that a handler still works', () => {
    const { node } = running('request')
    const started = { kind: 'started', n: 1 }
    node.sleep(250)
    expect(node.frames(1)).toEqual([started])
    node.sleep(9_999)
    expect(node.frames(1)).toEqual([])
    node.sleep(1)
    expect(node.frames(1)).toEqual([started])
    node.sleep(10_000)
    expect(node.frames(1)).toEqual([started])
  })

  test('who gets chunks need not be told that the handler works', () => {
    const { node, run } = running('stream')
    node.sleep(200)
    node.yields(run, 'a')
    node.sleep(50)
    expect(node.frames(1)).toEqual([chunkOf(1, 0, 'a')])
    node.sleep(10_000)
    expect(node.frames(1)).toEqual([{ kind: 'started', n: 1 }])
  })

  test('a handler that fails because the server goes away has not failed by itself: nobody knows how far it got', () => {
    const { node, run } = running('request')
    node.feed({ kind: 'closeAsked', drainMs: 0 })
    expect(node.done('signal')).toMatchObject([{ run: run.run }])
    const error = { code: 'HANDLER_FAILED', message: 'Aborted.', mayHaveExecuted: true } as const
    node.feed({ kind: 'threw', run: run.run, error, refused: false })
    expect(node.frames(1)).toMatchObject([
      { kind: 'drain' },
      { kind: 'error', n: 1, error: { code: 'OUTCOME_UNKNOWN', mayHaveExecuted: true } },
    ])
  })

  test('a handler that refuses on purpose while the server goes away is believed', () => {
    const { node, run } = running('request')
    node.feed({ kind: 'closeAsked', drainMs: 0 })
    const error = { code: 'FAILURE', message: 'No.', mayHaveExecuted: true } as const
    node.feed({ kind: 'threw', run: run.run, error, refused: false })
    expect(node.frames(1)).toMatchObject([{ kind: 'drain' }, { kind: 'error', n: 1, error }])
  })

  test('a handler whose number is settled has its time while the server goes away, like any other', () => {
    const { node, run } = running('send')
    node.receive(1, ack({ floor: 1 }))
    node.feed({ kind: 'closeAsked', drainMs: 500 })
    node.cut(1)
    node.sleep(499)
    expect(node.done('ready to close')).toEqual([])
    node.returns(run, 'dropped')
    node.settle()
    expect(node.done('ready to close')).toHaveLength(1)
  })

  test('an end that could not be journalled keeps nobody waiting once its number is settled', () => {
    const { node, run } = running('request')
    node.failNextBatch('not carried out')
    node.returns(run, 'hi')
    node.settle()
    node.connect(2)
    node.receive(2, ack({ floor: 1 }))
    node.feed({ kind: 'closeAsked', drainMs: 500 })
    node.cut(2)
    node.settle()
    expect(node.done('ready to close')).toHaveLength(1)
  })
})

test('while the end of a run is being journalled, nothing that comes of it counts, and it is ended only once', () => {
  const node = new TestNode({ answers: 'when told' })
  node.dial(1)
  node.settle()
  node.request(1, 1, { mode: 'stream' })
  node.settle()
  const run = node.theHandler()
  const before = node.operations.length
  node.returns(run, 'hi')
  node.returns(run, 'hello')
  node.yields(run, 'late')
  node.feed({ kind: 'closeAsked', drainMs: 0 })
  node.sleep(1_000)
  expect(node.operations.slice(before).map(({ op }) => op)).toEqual(['finish'])
  expect([node.done('signal'), node.done('abort'), node.done('pull')]).toEqual([[], [], []])
})

test('a run that waits for its turn is not silent, and its time begins when its turn comes', () => {
  const node = new TestNode({ answers: 'at once', handlerTimeoutMs: 1_000 })
  node.connect(1)
  node.request(1, 1)
  const run = node.theRun()
  node.feed({ kind: 'waiting', run: run.run, waits: true })
  node.sleep(5_000)
  expect(node.done('abort')).toEqual([])
  node.feed({ kind: 'waiting', run: run.run, waits: false })
  node.sleep(1_500)
  expect(node.done('abort')).toMatchObject([{ run: run.run, code: 'HANDLER_TIMEOUT' }])
})
