import { BackchatError, type Clock, type CodedError, type Contract, type Untyped } from '@backchat/protocol'
import { describe, expect, test } from 'vitest'
import type { Connection, HandledReport, HandlerOptions, Identity, Logger, Middleware } from '../api.js'
import { type AnyHandler, MessageHandlers } from '../handlers/message.js'
import type { Run } from '../machine/effects.js'
import type { Input } from '../machine/inputs.js'
import { oneChunk } from '../machine/portion.js'
import { RateLimit } from '../middleware/rate-limit.js'
import { Lanes } from './lanes.js'
import { MessageProcessor } from './message-processor.js'
import { Stragglers } from './stragglers.js'

type State = Record<string, unknown>

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const connection: Connection<Identity, State> = {
  id: 'c1',
  session: { id: 's1' },
  user: { id: 'ann' },
  resumed: false,
  remoteAddress: undefined,
  headers: {},
  connectedAt: '2026-01-01T00:00:00.000Z',
  state: {},
  close: () => {},
}
const text = {
  '~standard': {
    version: 1 as const,
    vendor: 'test',
    validate: (value: unknown) =>
      typeof value === 'string' ? { value: value.trim() } : { issues: [{ message: 'expected a string' }] },
  },
}

/** A processor with one handler, of the type `text`, and notes of what it said. */
const processing = (
  handler: AnyHandler<Identity, State>,
  given: {
    contract?: Contract
    middleware?: Middleware<Untyped, Identity, State>[]
    admission?: Promise<boolean>
    rateLimit?: RateLimit
    lanes?: Lanes
    stragglers?: Stragglers
    options?: HandlerOptions
  } = {},
) => {
  const inputs: Input[] = []
  const failures: CodedError[] = []
  const reports: HandledReport[] = []
  const timers = new Set<() => void>()
  const clock: Clock = {
    now: () => 0,
    wall: () => 0,
    after(_delayMs, callback) {
      timers.add(callback)
      return () => void timers.delete(callback)
    },
  }
  const handlers = new MessageHandlers<Identity, State>(given.contract, () => {})
  handlers.register('text', handler, given.options)
  const processor = new MessageProcessor<Identity, State>({
    contract: given.contract,
    handlers,
    rateLimit: given.rateLimit,
    lanes: given.lanes ?? new Lanes({ perSession: 256, waiting: 256 }),
    stragglers: given.stragglers ?? new Stragglers(),
    middleware: given.middleware ?? [],
    connectionOf: (link) => (link === 1 ? connection : undefined),
    admission: () => given.admission,
    feed: (input) => inputs.push(input),
    clock,
    ids: { message: () => 'reply-1' },
    log: silent,
    handled: (report) => reports.push(report),
    failed: (error) => failures.push(error),
  })
  const run = (content: unknown = 'hi', more: Partial<Run> = {}) => {
    const message = { id: 'm1', timestamp: '2026-01-01T00:00:00.000Z', type: 'text', content, ...more.message }
    processor.start({
      kind: 'run',
      run: 1,
      link: 1,
      session: 's1',
      user: 'ann',
      n: 1,
      mode: 'request',
      type: 'text',
      ...more,
      message,
    } as Run)
    return settled()
  }
  return { processor, run, inputs, failures, reports, timers }
}

/** Lets all promises settle that can. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

const outcome = (inputs: readonly Input[]) => inputs.filter(({ kind }) => kind === 'returned' || kind === 'threw')

test('a handler is given the message with all eight fields, and its reply goes back', async () => {
  let seen: unknown
  const { run, inputs, reports } = processing(async (message) => {
    seen = message
    return { text: 'hello' }
  })
  await run({ text: 'hi' })
  expect(seen).toEqual({
    id: 'm1',
    type: 'text',
    from: 'user',
    to: 'ai',
    content: { text: 'hi' },
    sessionId: 's1',
    timestamp: '2026-01-01T00:00:00.000Z',
    metadata: {},
  })
  const message = '{"id":"reply-1","timestamp":"1970-01-01T00:00:00.000Z","content":{"text":"hello"}}'
  expect(inputs).toEqual([
    { kind: 'handling', run: 1 },
    { kind: 'returned', run: 1, message, bytes: message.length },
  ])
  expect(reports).toEqual([
    {
      type: 'text',
      run: 1,
      messageId: 'm1',
      sessionId: 's1',
      connectionId: 'c1',
      userId: 'ann',
      mode: 'request',
      outcome: 'ok',
      durationMs: 0,
      chunks: 0,
      metadata: {},
    },
  ])
})

test('nobody can speak as the system', async () => {
  let from: unknown
  const { run } = processing((message) => {
    from = message.from
  })
  await run('hi', { message: { id: 'm1', timestamp: '2026-01-01T00:00:00.000Z', from: 'system' } })
  expect(from).toBe('user')
})

test('a generator yields as many chunks as were asked for, or as many bytes', async () => {
  const asked: number[] = []
  const { processor, run, inputs } = processing(async function* () {
    for (let n = 1; n <= 99; n += 1) {
      asked.push(n)
      yield n
    }
  })
  await run('hi', { mode: 'stream' })
  processor.pull({ kind: 'pull', run: 1, chunks: 3, bytes: 100 })
  await settled()
  expect(asked).toHaveLength(4)
  expect(processor.inFlight()).toMatchObject([{ silentMs: 0 }])
  processor.pull({ kind: 'pull', run: 1, chunks: 50, bytes: 2 })
  await settled()
  expect(asked).toHaveLength(6)
  processor.pull({ kind: 'pull', run: 1, chunks: 50, bytes: 1_000 })
  processor.abort({ kind: 'abort', run: 1, code: 'ABORTED', reason: 'The caller gave up.' })
  await settled()
  expect(asked.length).toBeLessThanOrEqual(7)
  expect(inputs.filter(({ kind }) => kind === 'yielded').length).toBeLessThanOrEqual(6)
})

test('a generator is asked for a chunk only when it is wanted', async () => {
  const asked: number[] = []
  const { processor, run, inputs } = processing(async function* () {
    for (let n = 1; n <= 3; n += 1) {
      asked.push(n)
      yield n
    }
    return 'end'
  })
  await run('hi', { mode: 'stream' })
  expect(asked).toEqual([1])
  processor.pull({ kind: 'pull', run: 1, ...oneChunk })
  await settled()
  expect(asked).toEqual([1, 2])
  processor.pull({ kind: 'pull', run: 1, ...oneChunk })
  await settled()
  processor.pull({ kind: 'pull', run: 1, ...oneChunk })
  await settled()
  expect(inputs.map((input) => ('content' in input ? input.content : input.kind))).toEqual([
    'handling',
    '1',
    '2',
    '3',
    'returned',
  ])
})

test('what is thrown, whatever it is, is told to the application and not to the client', async () => {
  for (const thrown of [null, undefined, 'secret', 5, new Error('secret'), { code: 'FAILURE' }]) {
    const { run, inputs, failures } = processing(async () => {
      throw thrown
    })
    await run()
    expect(outcome(inputs)).toEqual([
      {
        kind: 'threw',
        run: 1,
        refused: false,
        error: { code: 'HANDLER_FAILED', message: 'The handler failed.', mayHaveExecuted: true },
      },
    ])
    expect(failures).toHaveLength(1)
    expect(failures[0]?.cause).toBe(thrown)
  }
})

test('a refusal on purpose travels with what it says, and is no error of the application', async () => {
  const { run, inputs, failures } = processing(async (_message, { failure }) => {
    throw failure({ reason: 'read only' })
  })
  await run()
  expect(outcome(inputs)).toMatchObject([
    { kind: 'threw', error: { code: 'FAILURE', failure: { reason: 'read only' }, mayHaveExecuted: true } },
  ])
  expect(failures).toEqual([])
})

test('a failure of somebody else is not passed on as ours', async () => {
  const { run, inputs } = processing(async () => {
    throw new BackchatError({
      code: 'FAILURE',
      message: 'no',
      stage: 'started',
      mayHaveExecuted: true,
      retryable: false,
      failure: 'secret',
    })
  })
  await run()
  expect(outcome(inputs)).toMatchObject([{ error: { code: 'HANDLER_FAILED' } }])
})

test('a failure that is not JSON fails the handler', async () => {
  const { run, inputs, failures } = processing(async (_message, context) => {
    throw context.failure(1n)
  })
  await run()
  expect(outcome(inputs)).toMatchObject([{ error: { code: 'HANDLER_FAILED' } }])
  expect(failures).toHaveLength(1)
})

test('a reply or a chunk that is not JSON fails the handler, and its generator is closed', async () => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  const first = processing(async () => circle)
  await first.run()
  expect(outcome(first.inputs)).toMatchObject([{ error: { code: 'HANDLER_FAILED', mayHaveExecuted: true } }])
  expect(first.failures[0]?.cause).toMatchObject({ message: expect.stringContaining('The reply is not JSON') })
  let closed = false
  const second = processing(async function* () {
    try {
      yield 1n
    } finally {
      closed = true
    }
  })
  await second.run('hi', { mode: 'stream' })
  expect(outcome(second.inputs)).toMatchObject([{ error: { code: 'HANDLER_FAILED' } }])
  expect(closed).toBe(true)
})

test('what breaks the contract never reaches the handler, and what fits it is parsed', async () => {
  const seen: unknown[] = []
  const contract = { text: { content: text, reply: text } }
  const { run, inputs, failures } = processing((message) => void seen.push(message.content), { contract })
  await run(' hi ')
  await run({ text: 'hi' })
  expect(seen).toEqual(['hi'])
  expect(inputs.at(-1)).toMatchObject({
    kind: 'threw',
    refused: false,
    error: { code: 'INVALID_MESSAGE', message: expect.stringContaining('expected a string'), mayHaveExecuted: false },
  })
  expect(failures).toEqual([])
})

test('middleware stands around the handler, sees its reply, and shares a state with it', async () => {
  const notes: unknown[] = []
  const { run } = processing((_message, context) => `in ${context.state['locale']}`, {
    middleware: [
      async (context, next) => {
        context.state['locale'] = 'de'
        notes.push(context.reply)
        await next()
        notes.push(
          context.reply?.content,
          context.trace.map(({ stage }) => stage),
        )
      },
    ],
  })
  await run()
  expect(notes).toEqual([undefined, 'in de', ['received', 'started']])
})

test('middleware that throws ends that run only, and says truly whether the handler was called', async () => {
  const calls: string[] = []
  let when = 'before'
  const { run, inputs } = processing(() => void calls.push('called'), {
    middleware: [
      async (_context, next) => {
        if (when === 'before') throw new Error('no')
        await next()
        if (when === 'after') throw new Error('no')
      },
    ],
  })
  await run()
  when = 'after'
  await run()
  when = 'never'
  await run()
  expect(outcome(inputs)).toMatchObject([
    { error: { code: 'HANDLER_FAILED', mayHaveExecuted: false } },
    { error: { code: 'HANDLER_FAILED', mayHaveExecuted: true } },
    { kind: 'returned' },
  ])
  expect(calls).toHaveLength(2)
})

test('middleware that neither goes on nor throws fails the run; one that does not wait for the handler does not', async () => {
  const stuck = processing(() => 'reply', { middleware: [() => undefined] })
  await stuck.run()
  expect(outcome(stuck.inputs)).toMatchObject([{ error: { code: 'HANDLER_FAILED', mayHaveExecuted: false } }])
  const hasty = processing(
    async () => {
      await settled()
      return 'reply'
    },
    { middleware: [(_context, next) => void next()] },
  )
  await hasty.run()
  await settled()
  expect(outcome(hasty.inputs)).toMatchObject([{ kind: 'returned' }])
})

test('who asks too fast is refused before anything else, and may send the same number again', async () => {
  const { run, inputs, reports } = processing(() => 'reply', {
    contract: { text: {} },
    rateLimit: new RateLimit({ perSecond: 0.001, burst: 1 }),
  })
  await run(null)
  await run(null, { run: 2 })
  expect(inputs.at(-1)).toMatchObject({
    kind: 'threw',
    run: 2,
    refused: true,
    error: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) },
  })
  expect(reports.map(({ outcome }) => outcome)).toEqual(['ok', 'RATE_LIMITED'])
})

test('messages of an ordered type are handled one after another; one that is given up holds up nobody', async () => {
  const notes: unknown[] = []
  const { processor, run, inputs } = processing(
    (message) => {
      notes.push(message.content)
      return new Promise(() => {})
    },
    { options: { ordered: true } },
  )
  for (const n of [1, 2, 3]) await run(n, { run: n })
  expect(notes).toEqual([1])
  expect(inputs.filter(({ kind }) => kind === 'waiting')).toEqual([
    { kind: 'waiting', run: 2, waits: true },
    { kind: 'waiting', run: 3, waits: true },
  ])
  processor.abort({ kind: 'abort', run: 2, code: 'ABORTED', reason: 'The caller gave up.' })
  processor.abort({ kind: 'abort', run: 1, code: 'HANDLER_TIMEOUT', reason: 'It was silent.' })
  await settled()
  expect(notes).toEqual([1, 3])
  expect(inputs.filter(({ kind }) => kind === 'waiting').at(-1)).toEqual({ kind: 'waiting', run: 3, waits: false })
})

test('beyond what may run and wait, a message is refused and may come again under its number', async () => {
  const { run, inputs } = processing(() => new Promise(() => {}), { lanes: new Lanes({ perSession: 1, waiting: 1 }) })
  for (const n of [1, 2, 3]) await run(n, { run: n })
  expect(outcome(inputs)).toMatchObject([
    { kind: 'threw', run: 3, refused: true, error: { code: 'OVERLOADED', mayHaveExecuted: false, retryAfterMs: 250 } },
  ])
})

test('middleware may answer in place of the handler, also when it has failed', async () => {
  const instead = processing(() => 'never', { middleware: [(context) => context.answer('instead')] })
  await instead.run()
  expect(outcome(instead.inputs)).toMatchObject([{ kind: 'returned', message: expect.stringContaining('"instead"') }])
  const after = processing(
    () => {
      throw new Error('no')
    },
    { middleware: [(context, next) => next().catch(() => context.answer('after all'))] },
  )
  await after.run()
  expect(outcome(after.inputs)).toMatchObject([{ kind: 'returned', message: expect.stringContaining('"after all"') }])
  const late = processing(
    async function* () {
      yield 1
      throw new Error('no')
    },
    { middleware: [(context, next) => next().catch(() => context.answer('too late'))] },
  )
  await late.run('hi', { mode: 'stream' })
  late.processor.pull({ kind: 'pull', run: 1, ...oneChunk })
  await settled()
  expect(outcome(late.inputs)).toMatchObject([{ kind: 'threw', error: { code: 'HANDLER_FAILED' } }])
})

test('only a handler that failed and may run again is called twice', async () => {
  const again: Middleware<Untyped, Identity, State> = (_context, next) => next().catch(() => next())
  for (const idempotent of [true, false]) {
    let calls = 0
    const { run, inputs } = processing(
      () => {
        calls += 1
        if (calls === 1) throw new Error('no')
        return 'yes'
      },
      { middleware: [again], options: { idempotent } },
    )
    await run()
    expect(calls).toBe(idempotent ? 2 : 1)
    expect(outcome(inputs)).toMatchObject([idempotent ? { kind: 'returned' } : { error: { code: 'HANDLER_FAILED' } }])
  }
})

test('a rate limit of middleware refuses in a way that lets the same number come again', async () => {
  const limit = new BackchatError({
    code: 'RATE_LIMITED',
    message: 'Slow down.',
    stage: 'received',
    mayHaveExecuted: false,
    retryable: true,
    retryAfterMs: 700,
  })
  const { run, inputs, failures } = processing(() => 'reply', {
    middleware: [
      () => {
        throw limit
      },
    ],
  })
  await run()
  expect(inputs).toEqual([
    {
      kind: 'threw',
      run: 1,
      refused: true,
      error: { code: 'RATE_LIMITED', message: 'Slow down.', mayHaveExecuted: false, retryAfterMs: 700 },
    },
  ])
  expect(failures).toEqual([])
})

test('aborting fires the signal, closes the generator, and nothing more is said', async () => {
  const notes: unknown[] = []
  const { processor, run, inputs, failures, reports } = processing(async function* (_message, { signal }) {
    signal.addEventListener('abort', () => notes.push(signal.reason.message))
    try {
      yield 1
      notes.push('went on')
    } finally {
      notes.push('closed')
    }
  })
  await run('hi', { mode: 'stream' })
  processor.abort({ kind: 'abort', run: 1, code: 'ABORTED', reason: 'The caller gave up.' })
  await settled()
  expect(notes[0]).toContain('The caller gave up.')
  expect(notes[1]).toBe('closed')
  expect(notes).toHaveLength(2)
  expect(outcome(inputs)).toEqual([])
  expect(failures).toEqual([])
  expect(reports).toMatchObject([{ outcome: 'ABORTED', chunks: 1 }])
})

test('a handler that is given up is an error that the application hears of', async () => {
  const { processor, run, failures, reports } = processing(() => new Promise(() => {}))
  await run()
  processor.abort({ kind: 'abort', run: 1, code: 'HANDLER_TIMEOUT', reason: 'The handler was silent for 5000 ms.' })
  expect(failures).toMatchObject([{ code: 'HANDLER_TIMEOUT', requestId: 'm1', mayHaveExecuted: true }])
  expect(reports).toMatchObject([{ outcome: 'HANDLER_TIMEOUT' }])
})

test('of a send nobody waits for the error, so the application hears even of a refusal on purpose', async () => {
  const { run, failures } = processing(async (_message, context) => {
    throw context.failure('read only')
  })
  await run('hi', { mode: 'send' })
  expect(failures).toMatchObject([{ code: 'FAILURE', failure: 'read only' }])
})

test('a signal that is looked at late has fired all the same, and a late rejection is nobody’s', async () => {
  let release: () => void = () => {}
  let aborted: boolean | undefined
  const { processor, run, inputs, failures } = processing(async (_message, context) => {
    await new Promise<void>((resolve) => {
      release = resolve
    })
    aborted = context.signal.aborted
    throw new Error('too late')
  })
  await run()
  processor.abort({ kind: 'abort', run: 1, code: 'ABORTED', reason: 'The session is over.' })
  release()
  await settled()
  expect(aborted).toBe(true)
  expect(outcome(inputs)).toEqual([])
  expect(failures).toEqual([])
})

test('a run that is aborted while middleware thinks never calls its handler', async () => {
  let goOn: () => void = () => {}
  const calls: string[] = []
  const { processor, run, inputs } = processing(() => void calls.push('called'), {
    middleware: [
      async (_context, next) => {
        await new Promise<void>((resolve) => {
          goOn = resolve
        })
        await next()
      },
    ],
  })
  await run()
  processor.abort({ kind: 'abort', run: 1, code: 'ABORTED', reason: 'The caller gave up.' })
  goOn()
  await settled()
  expect(calls).toEqual([])
  expect(inputs).toEqual([])
})

test('handlers wait for the connection to be let in, and are refused when it is not', async () => {
  let letIn: (admitted: boolean) => void = () => {}
  const admission = new Promise<boolean>((resolve) => {
    letIn = resolve
  })
  const { run, inputs } = processing(() => 'reply', { admission })
  await run()
  expect(inputs).toEqual([])
  letIn(false)
  await settled()
  expect(inputs).toMatchObject([{ kind: 'threw', refused: true, error: { mayHaveExecuted: false } }])
  const unknown = processing(() => 'reply')
  await unknown.run('hi', { link: 99 })
  expect(unknown.inputs).toMatchObject([{ kind: 'threw', refused: true, error: { mayHaveExecuted: false } }])
})

test('a signal that fires leaves the run as it is: what it answers counts', async () => {
  const { processor, run, inputs } = processing(
    (_message, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('so far'))),
  )
  await run()
  processor.signal({ kind: 'signal', run: 1, reason: 'The server goes away.' })
  await new Promise((resolve) => setImmediate(resolve))
  expect(inputs.at(-1)).toMatchObject({ kind: 'returned', run: 1, message: expect.stringContaining('so far') })
})

test('an answer that only looks like a promise, and throws when it is asked for its value, is a failure of the handler', async () => {
  const hostile = Object.defineProperty({}, 'then', {
    get() {
      throw new Error('no')
    },
  })
  const { run, inputs, failures } = processing(() => hostile as never)
  await run()
  expect(inputs.at(-1)).toMatchObject({ kind: 'threw', error: { code: 'HANDLER_FAILED', mayHaveExecuted: true } })
  expect(failures).toHaveLength(1)
})

describe('a generator that an async function hands over', () => {
  const story = async function* () {
    yield 1
    yield 2
    return 'end'
  }
  const passing: Middleware<Untyped, Identity, State> = (_context, next) => next()

  test('streams as if it had been returned at once, with middleware and without', async () => {
    for (const middleware of [[], [passing]]) {
      const { processor, run, inputs } = processing(async () => story(), { middleware })
      await run('hi', { mode: 'stream' })
      processor.pull({ kind: 'pull', run: 1, chunks: 5, bytes: 100 })
      await settled()
      await settled()
      expect(inputs.map((input) => ('content' in input ? input.content : input.kind))).toEqual([
        'handling',
        '1',
        '2',
        'returned',
      ])
      expect(outcome(inputs)).toMatchObject([{ message: expect.stringContaining('"content":"end"') }])
    }
  })

  test('fails as one that was returned at once', async () => {
    for (const middleware of [[], [passing]]) {
      const failing = async function* () {
        yield 1
        throw new Error('no')
      }
      const { processor, run, inputs } = processing(async () => failing(), { middleware })
      await run()
      processor.pull({ kind: 'pull', run: 1, ...oneChunk })
      await settled()
      await settled()
      expect(outcome(inputs)).toMatchObject([{ kind: 'threw', error: { code: 'HANDLER_FAILED' } }])
    }
  })

  test('is let go when the answer is not wanted any more', async () => {
    for (const middleware of [[], [passing]]) {
      let finish: (generator: unknown) => void = () => {}
      let returned = 0
      const generator = {
        next: async () => ({ done: false, value: 1 }),
        return: async () => {
          returned += 1
          return { done: true, value: undefined }
        },
        [Symbol.asyncIterator]: () => generator,
      }
      const handler = () => new Promise((resolve) => (finish = resolve))
      const { processor, run, inputs } = processing(handler, { middleware })
      await run()
      processor.abort({ kind: 'abort', run: 1, code: 'ABORTED', reason: 'The caller gave up.' })
      finish(generator)
      await settled()
      expect(returned).toBe(1)
      expect(outcome(inputs)).toEqual([])
    }
  })
})

describe('handlers that go on though nobody waits for them', () => {
  const passing: Middleware<Untyped, Identity, State> = (_context, next) => next()
  const impatient: Middleware<Untyped, Identity, State> = async (context, next) => {
    void next()
    context.answer('soon')
  }
  const hasty: Middleware<Untyped, Identity, State> = async (_context, next) => {
    void next()
    throw new Error('too late')
  }
  const overloaded = { kind: 'threw', refused: true, error: { code: 'OVERLOADED', retryAfterMs: 250 } }

  test('are counted, and beyond their bound a session is refused until one has settled', async () => {
    for (const middleware of [[], [passing], [impatient], [hasty]]) {
      const waiting: (() => void)[] = []
      const handler = () => new Promise<void>((resolve) => waiting.push(resolve))
      const { processor, run, inputs } = processing(handler, { middleware, stragglers: new Stragglers(2) })
      for (const id of [1, 2]) {
        await run('hi', { run: id, n: id })
        processor.abort({ kind: 'abort', run: id, code: 'ABORTED', reason: 'The caller gave up.' })
      }
      await run('hi', { run: 3, n: 3 })
      expect(waiting).toHaveLength(2)
      expect(inputs.at(-1)).toMatchObject({ run: 3, ...overloaded })
      waiting[0]?.()
      await settled()
      await run('hi', { run: 4, n: 4 })
      expect(waiting).toHaveLength(3)
    }
  })

  test('are generators too, until their own finally has run', async () => {
    let finish: () => void = () => {}
    const handler = async function* () {
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      yield 1
    }
    const stragglers = new Stragglers(1)
    for (const returned of [handler, async () => handler()]) {
      const { processor, run } = processing(returned, { stragglers })
      await run()
      processor.abort({ kind: 'abort', run: 1, code: 'HANDLER_TIMEOUT', reason: 'It was silent for too long.' })
      expect(stragglers.isFull('s1')).toBe(true)
      finish()
      await settled()
      expect(stragglers.size).toBe(0)
    }
  })

  test('are not those that were never called, nor those that have ended', async () => {
    const stragglers = new Stragglers(1)
    const given = { stragglers, lanes: new Lanes({ perSession: 1, waiting: 5 }) }
    const { processor, run } = processing(() => new Promise(() => {}), given)
    await run()
    await run('hi', { run: 2, n: 2 })
    processor.abort({ kind: 'abort', run: 2, code: 'ABORTED', reason: 'The caller gave up.' })
    expect(stragglers.size).toBe(0)
    const failing = processing(async () => Promise.reject(new Error('no')), { stragglers })
    await failing.run()
    expect(stragglers.size).toBe(0)
  })
})
