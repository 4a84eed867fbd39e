import { BackchatError, defineContract } from '@backchat/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Rehearsal, settle } from './rehearsal.js'
import { digits, record } from './schemas.js'

const chat = defineContract({
  text: { content: record('text'), reply: digits, chunk: digits, failure: record('reason') },
  init: { reply: record('history'), by: 'client' },
  system: { content: record('notice'), by: 'server' },
})

/** What a promise rejected with. */
const errorOf = async (promise: PromiseLike<unknown>): Promise<BackchatError> => {
  const error = await Promise.resolve(promise).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!BackchatError.is(error)) throw new Error(`not an error of ours: ${String(error)}`)
  return error
}

const unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)

beforeEach(() => {
  unhandled.splice(0)
  process.on('unhandledRejection', note)
})
afterEach(async () => {
  await settle()
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

describe('dialling', () => {
  test('nothing is dialled in the turn that makes the client', () => {
    const rehearsal = new Rehearsal()
    expect(rehearsal.dialled).toEqual([])
    rehearsal.clock.pass(0)
    expect(rehearsal.dialled).toEqual([1])
  })

  test('ready settles with the first connection', async () => {
    const { client } = new Rehearsal().online()
    await client.ready
    expect(client.status).toEqual({ state: 'online' })
  })

  test('a wait says until when, as people read it: in whole milliseconds', () => {
    const rehearsal = new Rehearsal().online()
    rehearsal.clock.pass(0.25)
    const { client, clock } = rehearsal.loses()
    expect(client.status).toMatchObject({ state: 'waiting', until: Math.round(clock.wall() + 100) })
  })

  test('ready rejects when the token is refused, and reauthenticate settles with the next connection', async () => {
    const rehearsal = new Rehearsal({ token: () => 'sesame' })
    const refuse = { kind: 'refuse', code: 'unauthorized', message: 'Expired.' } as const
    rehearsal.open().says(refuse).open().says(refuse)
    expect((await errorOf(rehearsal.client.ready)).code).toBe('UNAUTHORIZED')
    const again = rehearsal.client.reauthenticate()
    rehearsal.online()
    await again
    expect(rehearsal.client.status.state).toBe('online')
  })

  test('on a living link reauthenticate sends the token, and settles when the server has taken it', async () => {
    let tokens = 0
    const token = () => {
      tokens += 1
      return `token ${tokens}`
    }
    const rehearsal = new Rehearsal({ token }).online()
    rehearsal.frames()
    let done = false
    const again = rehearsal.client.reauthenticate().then(() => {
      done = true
    })
    expect(rehearsal.frames()).toEqual([{ kind: 'token', token: 'token 2' }])
    await settle()
    expect(done).toBe(false)
    rehearsal.says({ kind: 'authorized' })
    await again
    expect([rehearsal.dialled, rehearsal.client.status.state]).toEqual([[1], 'online'])
  })

  test('reauthenticate rejects when the token is refused, on the living link and over a new one', async () => {
    const rehearsal = new Rehearsal({ token: () => 'sesame' }).online()
    const refuse = { kind: 'refuse', code: 'unauthorized', message: 'No.' } as const
    const again = rehearsal.client.reauthenticate()
    rehearsal.says(refuse).open().says(refuse)
    expect((await errorOf(again)).code).toBe('UNAUTHORIZED')
  })

  test('a frame of an unknown kind is no harm', () => {
    const rehearsal = new Rehearsal().online().saysText('{"kind":"novelty"}')
    expect([rehearsal.abandoned, rehearsal.client.status.state]).toEqual([[], 'online'])
  })

  test('what is no frame ends the link', () => {
    const rehearsal = new Rehearsal().online().saysText('{')
    expect(rehearsal.abandoned).toEqual([[1, 4400]])
  })
})

describe('request', () => {
  test('it is encoded once, and the reply is a message of its own', async () => {
    const rehearsal = new Rehearsal().online()
    const pending = rehearsal.client.request('text', { text: 'hello' }, { metadata: { trace: 'x' } })
    const [hello, request] = rehearsal.frames()
    expect(hello?.kind).toBe('hello')
    expect(request).toMatchObject({
      kind: 'request',
      n: 1,
      leftMs: 30_000,
      message: { id: pending.id, type: 'text', content: { text: 'hello' }, metadata: { trace: 'x' } },
    })
    rehearsal.replies(1, { text: 'hi' })
    expect(await pending).toEqual({
      id: 'reply-1',
      type: 'response',
      from: 'ai',
      to: 'user',
      content: { text: 'hi' },
      sessionId: 'session',
      timestamp: '2030-01-01T00:00:00.000Z',
      metadata: { replyTo: pending.id },
    })
  })

  test('it is a promise that knows its stage', async () => {
    const rehearsal = new Rehearsal()
    const pending = rehearsal.client.request('text')
    expect([pending instanceof Promise, pending.stage]).toEqual([true, 'queued'])
    rehearsal.online()
    expect(pending.stage).toBe('sent')
    rehearsal.says({ kind: 'started', n: 1 })
    expect(pending.stage).toBe('started')
    rehearsal.replies(1, null)
    await pending
    expect(pending.stage).toBe('settled')
  })

  test('it settles by its deadline, and the error knows the way that it went', async () => {
    const rehearsal = new Rehearsal().online()
    const pending = rehearsal.client.request('text', null, { timeout: 500 })
    rehearsal.clock.pass(500)
    const error = await errorOf(pending)
    expect(error).toMatchObject({
      code: 'TIMEOUT',
      requestId: pending.id,
      type: 'text',
      stage: 'sent',
      mayHaveExecuted: true,
    })
    expect(error.trace.map(({ stage }) => stage)).toEqual(['queued', 'sent', 'settled'])
  })

  test('the timeout of the client counts where none is given, and a day is the longest', () => {
    const rehearsal = new Rehearsal({ timeout: 7_000 }).online()
    rehearsal.client.request('text').catch(() => {})
    rehearsal.client.request('text', null, { timeout: Number.POSITIVE_INFINITY }).catch(() => {})
    const times = rehearsal.frames().flatMap((frame) => (frame.kind === 'request' ? [frame.leftMs] : []))
    expect(times).toEqual([7_000, 24 * 60 * 60 * 1_000])
  })

  test.for([0, -1, Number.NaN, '5'])('a timeout of %s rejects, and nothing is sent', async (timeout) => {
    const rehearsal = new Rehearsal().online()
    rehearsal.frames()
    const error = await errorOf(rehearsal.client.request('text', null, { timeout: timeout as number }))
    expect(error).toMatchObject({ code: 'INVALID_MESSAGE', stage: 'queued', mayHaveExecuted: false })
    expect(rehearsal.frames()).toEqual([])
  })

  test.for([
    [
      'a cycle',
      (() => {
        const cycle: Record<string, unknown> = {}
        cycle['self'] = cycle
        return cycle
      })(),
    ],
    ['a function', () => {}],
    ['a big integer', 1n],
  ] as const)('%s is no content: it rejects, and never throws', async ([, content]) => {
    const rehearsal = new Rehearsal().online()
    expect(await errorOf(rehearsal.client.request('text', content))).toMatchObject({ code: 'INVALID_MESSAGE' })
  })

  test('options that are none do not throw', async () => {
    const rehearsal = new Rehearsal().online()
    const signal = {} as AbortSignal
    expect((await errorOf(rehearsal.client.request('text', null, { signal }))).code).toBe('INVALID_MESSAGE')
    const pending = rehearsal.client.request('text', null, null as unknown as undefined)
    rehearsal.replies(1, null)
    await pending
  })
})

describe('giving up', () => {
  test('a signal settles it with its reason, tells the server, and is let go', async () => {
    const rehearsal = new Rehearsal().online()
    const controller = new AbortController()
    const pending = rehearsal.client.request('text', null, { signal: controller.signal })
    rehearsal.frames()
    controller.abort('bored')
    expect(await errorOf(pending)).toMatchObject({ code: 'ABORTED', cause: 'bored' })
    expect(rehearsal.frames()).toEqual([{ kind: 'cancel', n: 1 }])
  })

  test('a signal that was aborted before rejects, and nothing is sent', async () => {
    const rehearsal = new Rehearsal().online()
    rehearsal.frames()
    const pending = rehearsal.client.request('text', null, { signal: AbortSignal.abort('bored') })
    expect(await errorOf(pending)).toMatchObject({ code: 'ABORTED', mayHaveExecuted: false, cause: 'bored' })
    expect(rehearsal.frames()).toEqual([])
  })

  test('a signal that is aborted while the content is read rejects, and nothing is sent', async () => {
    const rehearsal = new Rehearsal().online()
    rehearsal.frames()
    const abort = new AbortController()
    const content = {
      toJSON() {
        abort.abort()
        return null
      },
    }
    expect((await errorOf(rehearsal.client.request('text', content, { signal: abort.signal }))).code).toBe('ABORTED')
    expect(rehearsal.frames()).toEqual([])
  })

  test('a signal has no listener of ours once its request has settled', async () => {
    const rehearsal = new Rehearsal().online()
    const { signal } = new AbortController()
    const listening: string[] = []
    const { addEventListener: add, removeEventListener: remove } = signal
    signal.addEventListener = (...rest: Parameters<typeof add>) => {
      listening.push(rest[0])
      add.apply(signal, rest)
    }
    signal.removeEventListener = (...rest: Parameters<typeof remove>) => {
      listening.pop()
      remove.apply(signal, rest)
    }
    const pending = rehearsal.client.request('text', null, { signal })
    expect(listening).toEqual(['abort'])
    rehearsal.replies(1, null)
    await pending
    expect(listening).toEqual([])
  })

  test('cancel resolves when it has settled, and nobody has to look at the rejection', async () => {
    const rehearsal = new Rehearsal().online()
    const pending = rehearsal.client.request('text')
    await pending.cancel()
    expect(rehearsal.kinds()).toEqual(['hello', 'request', 'cancel'])
    await pending.cancel()
    expect(rehearsal.kinds()).toEqual([])
  })
})

describe('send', () => {
  test('it settles when the server has recorded it', async () => {
    const rehearsal = new Rehearsal().online()
    const pending = rehearsal.client.send('read', { upTo: 'x' })
    rehearsal.says({ kind: 'started', n: 1 })
    expect(await pending).toBeUndefined()
  })
})

describe('stream', () => {
  const streaming = (options: ConstructorParameters<typeof Rehearsal>[0] = {}) => {
    const rehearsal = new Rehearsal(options).online()
    const story = rehearsal.client.stream('text', { text: 'Tell me' })
    rehearsal.frames()
    return { rehearsal, story }
  }

  const readAll = async (story: AsyncIterable<unknown>) => {
    const chunks: unknown[] = []
    for await (const chunk of story) chunks.push(chunk)
    return chunks
  }

  test('chunks come in order, then the reply', async () => {
    const { rehearsal, story } = streaming()
    const read = readAll(story)
    rehearsal.streams(1, ['a', 'b']).replies(1, 'end', { count: 2 })
    expect(await read).toEqual(['a', 'b'])
    expect((await story.reply).content).toBe('end')
    expect(story.stage).toBe('settled')
  })

  test('what the reader took is told to the server', async () => {
    const { rehearsal, story } = streaming()
    const reader = story[Symbol.asyncIterator]()
    rehearsal.streams(1, ['a', 'b'])
    await reader.next()
    await reader.next()
    rehearsal.clock.pass(200)
    expect(rehearsal.frames()).toMatchObject([{ kind: 'ack', chunks: [[1, 2]] }])
  })

  test('break cancels', async () => {
    const { rehearsal, story } = streaming()
    rehearsal.streams(1, ['a', 'b'])
    for await (const chunk of story) if (chunk === 'a') break
    expect(rehearsal.kinds()).toEqual(['cancel'])
    expect((await errorOf(story.reply)).code).toBe('ABORTED')
  })

  test('leaving does not cancel: reading ends, and the reply comes', async () => {
    const { rehearsal, story } = streaming()
    const read = readAll(story)
    rehearsal.streams(1, ['a'])
    await settle()
    story.leave()
    expect(await read).toEqual(['a'])
    rehearsal.streams(1, ['b'], 1).replies(1, 'end', { count: 2 })
    expect((await story.reply).content).toBe('end')
    expect(rehearsal.kinds()).not.toContain('cancel')
  })

  test('leaving from within the loop, which then ends, does not cancel either', async () => {
    const { rehearsal, story } = streaming()
    rehearsal.streams(1, ['a', 'b'])
    for await (const _ of story) {
      story.leave()
      break
    }
    expect(rehearsal.kinds()).not.toContain('cancel')
    rehearsal.replies(1, 'end', { count: 2 })
    expect((await story.reply).content).toBe('end')
  })

  test('when it fails, reading throws after the last exact chunk, and an unread reply rejects in silence', async () => {
    const { rehearsal, story } = streaming()
    rehearsal.streams(1, ['a'])
    rehearsal.says({
      kind: 'error',
      n: 1,
      error: { code: 'HANDLER_FAILED', message: 'It threw.', mayHaveExecuted: true },
    })
    const chunks: unknown[] = []
    const error = await errorOf(
      (async () => {
        for await (const chunk of story) chunks.push(chunk)
      })(),
    )
    expect([chunks, error.code]).toEqual([['a'], 'HANDLER_FAILED'])
  })

  test('cancel ends reading at once, whatever has come', async () => {
    const { rehearsal, story } = streaming()
    rehearsal.streams(1, ['a', 'b'])
    await story.cancel()
    expect((await errorOf(story[Symbol.asyncIterator]().next())).code).toBe('ABORTED')
  })

  test('it has one reader', () => {
    const { story } = streaming()
    story[Symbol.asyncIterator]()
    expect(() => story[Symbol.asyncIterator]()).toThrow(TypeError)
  })

  test('the reply comes though nobody reads the chunks', async () => {
    const { rehearsal, story } = streaming()
    const reply = story.reply
    for (let chunk = 0; chunk < 600; chunk += 1) rehearsal.streams(1, [chunk], chunk)
    rehearsal.replies(1, 'end', { count: 600 })
    expect((await reply).content).toBe('end')
    expect((await errorOf(readAll(story))).code).toBe('ABORTED')
  })

  test('a stream that nobody reads nor waits for ends by its deadline', async () => {
    const { rehearsal, story } = streaming()
    for (let chunk = 0; chunk < 256; chunk += 1) rehearsal.streams(1, [chunk], chunk)
    rehearsal.clock.pass(30_000)
    expect((await errorOf(story.reply)).code).toBe('TIMEOUT')
  })

  test('a chunk that is not what the contract says ends it, and the handler is told to stop', async () => {
    const { rehearsal, story } = streaming({ contract: chat })
    rehearsal.streams(1, ['1', 2])
    expect((await errorOf(story.reply)).message).toMatch(
      /^The chunk of 'text' is not what the contract says: expected a string/,
    )
    expect(rehearsal.kinds()).toEqual(['cancel'])
  })
})

describe('the contract', () => {
  test("the sender's value travels as it is, the receiver parses it", async () => {
    const rehearsal = new Rehearsal({ contract: chat }).online()
    const pending = rehearsal.client.request('text', { text: 'hello', extra: 1 })
    expect(rehearsal.frames().at(-1)).toMatchObject({ message: { content: { text: 'hello', extra: 1 } } })
    rehearsal.replies(1, '42')
    expect((await pending).content).toBe(42)
  })

  test('what it does not allow is not sent', async () => {
    const rehearsal = new Rehearsal({ contract: chat }).online()
    rehearsal.frames()
    const error = await errorOf(rehearsal.client.request('text', { text: 5 }))
    expect(error).toMatchObject({ code: 'INVALID_MESSAGE', mayHaveExecuted: false })
    expect(error.message).toContain('text: expected a string')
    expect(rehearsal.frames()).toEqual([])
  })

  test('a reply that it does not allow is an error, and the handler ran', async () => {
    const rehearsal = new Rehearsal({ contract: chat }).online()
    const pending = rehearsal.client.request('text', { text: 'hello' })
    rehearsal.replies(1, 42)
    expect(await errorOf(pending)).toMatchObject({ code: 'INVALID_MESSAGE', mayHaveExecuted: true, retryable: false })
  })

  test('a failure has the shape that it says, and isFailure knows it', async () => {
    const rehearsal = new Rehearsal({ contract: chat }).online()
    const failing = (n: number, failure: { reason: string } | number) =>
      rehearsal.says({ kind: 'error', n, error: { code: 'FAILURE', message: 'No.', mayHaveExecuted: true, failure } })
    const [good, bad] = [1, 2].map(() => rehearsal.client.request('text', { text: 'x' }))
    failing(1, { reason: 'read only' })
    failing(2, 42)
    const error = good && (await errorOf(good))
    expect(error).toMatchObject({ failure: { reason: 'read only' } })
    expect([rehearsal.client.isFailure(error, 'text'), rehearsal.client.isFailure(error, 'init')]).toEqual([
      true,
      false,
    ])
    expect(bad && (await errorOf(bad))).toMatchObject({ code: 'INVALID_MESSAGE' })
  })
})

describe('pushes', () => {
  const listening = (options: ConstructorParameters<typeof Rehearsal>[0] = {}) => {
    const rehearsal = new Rehearsal(options)
    const errors: string[] = []
    rehearsal.client.events.on('error', ({ code, message }) => errors.push(`${code}: ${message}`))
    return { rehearsal, errors }
  }

  test('listeners of the type and of all hear them, with all eight fields', async () => {
    const { rehearsal } = listening()
    const heard: unknown[] = []
    rehearsal.client.on('system', (message) => heard.push(message))
    rehearsal.client.on('*', ({ id }) => heard.push(id))
    await settle()
    rehearsal.online().pushes(1, 'system', { notice: 'hi' }).pushes(2, 'news', null)
    expect(heard).toEqual([
      {
        id: 'push-1',
        type: 'system',
        from: 'system',
        to: 'user',
        content: { notice: 'hi' },
        sessionId: 'session',
        timestamp: '2030-01-01T00:00:00.000Z',
        metadata: {},
      },
      'push-1',
      'push-2',
    ])
  })

  test('to listen to a local event as if it were a message is a mistake, and told', () => {
    const { rehearsal } = listening()
    expect(() => rehearsal.client.on('status', () => {})).toThrow('client.events.on()')
  })

  test('what waited for a listener is delivered when the caller can already stop it', async () => {
    const { rehearsal, errors } = listening()
    rehearsal.online().pushes(1, 'news', 'one').pushes(2, 'news', 'two')
    const heard: unknown[] = []
    const off = rehearsal.client.on('news', ({ content }) => {
      heard.push(content)
      off()
    })
    expect(heard).toEqual([])
    await settle()
    expect([heard, errors]).toEqual([['one'], []])
  })

  test('what waited for a listener waits on when that one has gone before', async () => {
    const { rehearsal, errors } = listening()
    rehearsal.online().pushes(1, 'news', 'one')
    rehearsal.client.on('news', () => {})()
    await settle()
    const heard: unknown[] = []
    rehearsal.client.on('news', ({ content }) => heard.push(content))
    await settle()
    expect([heard, errors]).toEqual([['one'], []])
  })

  test.for(['', 5, undefined, null])('%s is no message type', (type) => {
    const { client } = new Rehearsal()
    expect(() => client.on(type as string, () => {})).toThrow(TypeError)
    expect(() => client.handle(type as string, async () => null)).toThrow(TypeError)
  })

  test('a listener that throws stops no other, and is an error event', async () => {
    const { rehearsal, errors } = listening()
    const heard: unknown[] = []
    rehearsal.client.on('news', () => {
      throw new Error('tired')
    })
    rehearsal.client.on('news', ({ content }) => heard.push(content))
    await settle()
    rehearsal.online().pushes(1, 'news', 'rain')
    expect([heard, errors]).toEqual([['rain'], ["HANDLER_FAILED: A listener of 'news' threw: tired"]])
  })

  test('a push is parsed by what the contract says', async () => {
    const { rehearsal } = listening({ contract: chat })
    const heard: unknown[] = []
    rehearsal.client.on('system', ({ content }) => heard.push(content))
    await settle()
    rehearsal.online().pushes(1, 'system', { notice: 'hi', extra: 1 })
    expect(heard).toEqual([{ notice: 'hi' }])
  })

  test('a push that the contract does not allow is an error event, and is delivered to nobody', async () => {
    const { rehearsal, errors } = listening({ contract: chat })
    rehearsal.client.on('*', () => errors.push('heard'))
    await settle()
    rehearsal.online().pushes(1, 'system', { notice: 5 }).pushes(2, 'text', { text: 'x' }).pushes(3, 'nonsense', null)
    expect(errors.map((error) => error.slice(0, 16))).toEqual(['INVALID_MESSAGE:', 'heard', 'INVALID_MESSAGE:'])
  })
})

describe('init', () => {
  test('it goes first, its listeners get the reply, and listeners to all do not', async () => {
    const rehearsal = new Rehearsal({ init: () => ({ since: 5 }) })
    const heard: unknown[] = []
    rehearsal.client.on('init', ({ content }) => heard.push(content))
    rehearsal.client.on('*', () => heard.push('all'))
    rehearsal.client.send('read').catch(() => {})
    await settle()
    rehearsal.online()
    expect(rehearsal.frames().slice(1)).toMatchObject([
      { n: 1, message: { type: 'init', content: { since: 5 } } },
      { n: 2, message: { type: 'read' } },
    ])
    rehearsal.replies(1, { history: [] })
    expect(heard).toEqual([{ history: [] }])
    await rehearsal.client.close()
  })

  const initThatThrows = (): never => {
    throw new Error('tired')
  }
  const initThatNothingCanSend = (): unknown => 1n
  const initThatComesLater = (): unknown => Promise.reject(new Error('tired'))

  test.for([initThatThrows, initThatNothingCanSend, initThatComesLater])(
    '%o is an error event, and holds up nothing',
    async (init) => {
      const rehearsal = new Rehearsal({ init })
      const errors: string[] = []
      rehearsal.client.events.on('error', ({ code }) => errors.push(code))
      const pending = rehearsal.client.request('text')
      rehearsal.online().replies(1, 'hi')
      expect((await pending).content).toBe('hi')
      expect(errors).toHaveLength(1)
    },
  )

  test('an init that fails is an error event; one that a newer session replaces is not', () => {
    const rehearsal = new Rehearsal({ init: () => null })
    const errors: string[] = []
    rehearsal.client.events.on('error', ({ code }) => errors.push(code))
    rehearsal.online()
    rehearsal.loses().clock.pass(10_000)
    rehearsal.online({ epoch: 'second' })
    expect(errors).toEqual([])
    rehearsal.says({ kind: 'error', n: 2, error: { code: 'NO_HANDLER', message: 'No.', mayHaveExecuted: false } })
    expect(errors).toEqual(['NO_HANDLER'])
  })
})

describe('looking on', () => {
  test('a snapshot is the same object until something changes', () => {
    const rehearsal = new Rehearsal()
    const { getSnapshot, subscribe } = rehearsal.client
    let changes = 0
    const off = subscribe(() => {
      changes += 1
    })
    const first = getSnapshot()
    expect(getSnapshot()).toBe(first)
    rehearsal.online()
    expect(getSnapshot()).not.toBe(first)
    expect(getSnapshot().status).toEqual({ state: 'online' })
    const before = changes
    const pending = rehearsal.client.request('text')
    expect(changes).toBeGreaterThan(before)
    expect(rehearsal.client.pending().map(({ id }) => id)).toEqual([pending.id])
    off()
    const after = changes
    rehearsal.replies(1, null)
    expect([changes, rehearsal.client.pending()]).toEqual([after, []])
  })

  test('a snapshot that a subscriber takes says on which link a message is', () => {
    const rehearsal = new Rehearsal()
    const { getSnapshot, subscribe } = rehearsal.client
    let links: readonly (number | undefined)[] = []
    subscribe(() => {
      links = getSnapshot().pending.map(({ link }) => link)
    })
    catching(rehearsal.client.request('text'))
    rehearsal.online()
    expect(links).toEqual([1])
    rehearsal.loses().clock.pass(1_000)
    rehearsal.online({ resumed: true })
    expect(links).toEqual([2])
  })

  test('a subscriber that throws stops no other', () => {
    const rehearsal = new Rehearsal()
    const seen: string[] = []
    rehearsal.client.events.on('error', ({ message }) => seen.push(message))
    rehearsal.client.subscribe(() => {
      throw new Error('tired')
    })
    rehearsal.client.subscribe(() => seen.push('changed'))
    rehearsal.clock.pass(1)
    expect(seen).toEqual(['A subscriber threw: tired', 'changed'])
  })

  test('events tell of statuses, gaps, resets and traces', () => {
    const rehearsal = new Rehearsal()
    const seen: unknown[] = []
    const { events } = rehearsal.client
    events.on('status', ({ state }) => seen.push(state))
    events.on('gap', (gap) => seen.push(gap))
    events.on('reset', () => seen.push('reset'))
    events.on('trace', ({ stage }) => seen.push(stage))
    rehearsal.online({ gap: { from: 1, to: 4 } })
    rehearsal.client.send('read').catch(() => {})
    rehearsal.says({ kind: 'started', n: 1 }).loses().clock.pass(1_000)
    rehearsal.online({ epoch: 'second' })
    expect(seen).toEqual([
      'connecting',
      'online',
      { from: 1, to: 4 },
      'queued',
      'sent',
      'started',
      'settled',
      'waiting',
      'connecting',
      'online',
      'reset',
    ])
  })

  test('explain tells where a message got stuck, also when it was never sent', async () => {
    const { client } = new Rehearsal()
    const pending = client.request('text', null, { timeout: -1 })
    await errorOf(pending)
    expect(client.explain(pending.id)).toMatchObject({ stage: 'settled', outcome: 'INVALID_MESSAGE' })
    expect(client.explain('nonsense')).toBeUndefined()
  })
})

describe('closing', () => {
  test('it leaves no timer, no listener and no socket, and everything settles', async () => {
    const rehearsal = new Rehearsal().online()
    const { client } = rehearsal
    const pending = errorOf(client.request('text'))
    const story = client.stream('text')
    rehearsal.frames()
    await client.close()
    expect((await pending).code).toBe('CLOSED')
    expect((await errorOf(story.reply)).code).toBe('CLOSED')
    expect(rehearsal.kinds()).toEqual(['bye'])
    expect(rehearsal.abandoned).toEqual([[1, 1000]])
    expect([rehearsal.clock.timers, rehearsal.signListeners, rehearsal.transportClosed]).toEqual([0, 0, true])
    expect(client.status).toEqual({ state: 'closed' })
  })

  test('closing again, and closing before the first dial, do no harm', async () => {
    const rehearsal = new Rehearsal()
    await Promise.all([rehearsal.client.close(), rehearsal.client.close()])
    await rehearsal.client.close()
    rehearsal.clock.pass(60_000)
    expect([rehearsal.dialled, rehearsal.clock.timers]).toEqual([[], 0])
    expect((await errorOf(rehearsal.client.ready)).code).toBe('CLOSED')
  })

  test('a closed client refuses what it is asked', async () => {
    const { client, clock } = new Rehearsal().online()
    await client.close()
    expect((await errorOf(client.request('text'))).code).toBe('CLOSED')
    expect((await errorOf(client.reauthenticate())).code).toBe('CLOSED')
    expect(clock.timers).toBe(0)
  })

  test('it may be closed by one of its own listeners', async () => {
    const rehearsal = new Rehearsal()
    rehearsal.client.events.on('status', ({ state }) => {
      if (state === 'online') rehearsal.client.close()
    })
    rehearsal.online()
    expect([rehearsal.client.status.state, rehearsal.clock.timers]).toEqual(['closed', 0])
  })

  test('a version that the server does not speak closes it, and is told', async () => {
    const rehearsal = new Rehearsal()
    const errors: string[] = []
    rehearsal.client.events.on('error', ({ code }) => errors.push(code))
    const pending = errorOf(rehearsal.client.request('text'))
    rehearsal.open().says({ kind: 'refuse', code: 'version', message: 'Only 2.' })
    expect((await pending).code).toBe('UNSUPPORTED_VERSION')
    expect([errors, rehearsal.clock.timers, rehearsal.signListeners]).toEqual([['UNSUPPORTED_VERSION'], 0, 0])
  })
})

describe('options', () => {
  test.for([
    ['url', { url: 5 }],
    ['url', { url: 'localhost:8787/chat' }],
    ['url', { url: new URL('file:///chat') }],
    ['token', { token: 5 }],
    ['timeout', { timeout: 0 }],
    ['init', { init: 'text' }],
    ['limits.queue', { limits: { queue: 0 } }],
    ['limits.unheard', { limits: { unheard: -1 } }],
    ['url', { url: 'httpd:80/chat' }],
    ['url', { url: 'ws://localhost/#here' }],
  ] as const)('a mistake in %s is told where it was made', ([name, options]) => {
    expect(() => new Rehearsal(options as object)).toThrow(new RegExp(`^${name.replace('.', '\\.')} is`))
  })

  test.for([
    'ws://localhost',
    'WSS://localhost:1',
    'https://localhost',
    'ws+unix:/tmp/socket',
    '/chat',
    '//localhost:1',
  ])('%s may be an address', (url) => {
    expect(() => new Rehearsal({ url })).not.toThrow()
  })

  test('listeners and handlers that are no functions, and events that do not exist, are told where they are added', () => {
    const { client } = new Rehearsal()
    const none = null as never
    expect(() => client.on('system', none)).toThrow(new TypeError("The listener of 'system' is not a function."))
    expect(() => client.subscribe(none)).toThrow(TypeError)
    expect(() => client.events.on('status', none)).toThrow(TypeError)
    expect(() => client.events.on('nope' as never, () => {})).toThrow(/no local event 'nope'/)
    expect(() => client.events.on('*' as never, () => {})).toThrow(TypeError)
    expect(() => client.handle('confirm', none)).toThrow(new TypeError("The handler of 'confirm' is not a function."))
  })

  test('a type has one handler at a time', () => {
    const { client } = new Rehearsal()
    const handler = () => ({ ok: true })
    const off = client.handle('confirm', handler)
    expect(() => client.handle('confirm', handler)).toThrow(TypeError)
    off()
    client.handle('confirm', handler)
  })
})

describe('why there is no answer', () => {
  /** What the server says of an error, short to write. */
  const putOff = (n: number) =>
    ({
      kind: 'error',
      n,
      refused: true,
      error: { code: 'RATE_LIMITED', message: 'Slower.', mayHaveExecuted: false, retryAfterMs: 5_000 },
    }) as const

  test('never sent: since when there is no link, why, and when it is tried again', async () => {
    const rehearsal = new Rehearsal()
    const pending = rehearsal.client.request('text', null, { timeout: 4_500 })
    rehearsal.clock.pass(1_000)
    rehearsal.loses('connect ECONNREFUSED').clock.pass(100)
    rehearsal.clock.pass(3_000)
    expect(rehearsal.client.explain(pending.id)?.text).toMatch(/never sent: no link for 4 s \(queued\)$/)
    rehearsal.loses('connect ECONNREFUSED').clock.pass(0)
    expect(rehearsal.client.pending()[0]?.text).toMatch(
      /never sent: no link for 4 s: No connection \(1006: connect ECONNREFUSED\); next try in 0 s \(queued\)$/,
    )
    rehearsal.clock.pass(400)
    const error = await errorOf(pending)
    expect(error.message).toMatch(
      /^No answer within 4500 ms\. \[text id-\d+: waiting in the client, never sent: no link for \d s.*; it did not run\]$/,
    )
    expect(error).toMatchObject({
      stage: 'queued',
      mayHaveExecuted: false,
      trace: [{ stage: 'queued' }, { stage: 'settled' }],
    })
  })

  test('sent: on which link, that it was lost, and on which it was asked again', async () => {
    const rehearsal = new Rehearsal().online()
    const pending = rehearsal.client.request('text', null, { timeout: 1_000 })
    const where = () => rehearsal.client.explain(pending.id)
    expect(where()).toMatchObject({ link: 1, stage: 'sent' })
    rehearsal.loses()
    expect(where()?.text).toContain('on link 1, which was lost; no link for 0 s: The link was lost (1006)')
    rehearsal.clock.pass(100)
    rehearsal.online({ resumed: true })
    expect(where()?.text).toContain('on link 1, which was lost; asked again on link 2')
    rehearsal.clock.pass(1_000)
    expect((await errorOf(pending)).message).toContain(
      'on link 1, which was lost; asked again on link 2; it may have run]',
    )
  })

  test('running: when the server last said so; its snapshot changes with it', () => {
    const rehearsal = new Rehearsal().online()
    const { id } = catching(rehearsal.client.request('text'))
    rehearsal.says({ kind: 'started', n: 1 })
    rehearsal.clock.pass(4_000)
    const before = rehearsal.client.getSnapshot()
    rehearsal.says({ kind: 'started', n: 1 })
    rehearsal.clock.pass(4_000)
    expect(rehearsal.client.explain(id)).toMatchObject({ stage: 'started', heardAtMs: rehearsal.clock.wall() - 4_000 })
    expect(rehearsal.client.explain(id)?.text).toContain('on link 1; still working, last heard 4 s ago')
    expect(rehearsal.client.getSnapshot()).not.toBe(before)
  })

  test('put off by the server: why, until it is sent again', () => {
    const rehearsal = new Rehearsal().online()
    const { id } = catching(rehearsal.client.request('text'))
    rehearsal.says(putOff(1))
    expect(rehearsal.client.explain(id)?.text).toContain('on link 1; put off: RATE_LIMITED')
    rehearsal.clock.pass(5_100)
    expect(rehearsal.client.explain(id)?.text).toContain('server: on link 1 (')
  })

  test('chunks that nobody read: an error with a trace, like any other', async () => {
    const rehearsal = new Rehearsal().online()
    const story = rehearsal.client.stream('text')
    story.reply.catch(() => {})
    rehearsal.streams(
      1,
      Array.from({ length: 256 }, (_, chunk) => chunk),
    )
    const error = await errorOf(story[Symbol.asyncIterator]().next())
    expect(error).toMatchObject({ code: 'ABORTED', requestId: story.id, stage: 'started', mayHaveExecuted: true })
    expect(error.trace.map(({ stage }) => stage)).toEqual(['queued', 'sent', 'started'])
  })

  test('what is wrong with the message itself says nothing of links', async () => {
    const { client } = new Rehearsal()
    expect((await errorOf(client.request('status'))).message).not.toContain('link')
  })
})

/** A promise of which only the id is wanted. */
function catching<Promised extends Promise<unknown>>(promise: Promised): Promised {
  promise.catch(() => {})
  return promise
}
