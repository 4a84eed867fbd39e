import { BackchatError, defineContract } from '@backchat/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ClientHandlerContext } from '../api/listening.js'
import { Rehearsal, settle } from './rehearsal.js'
import { digits, record } from './schemas.js'
import type { Options } from './settings.js'

const contract = defineContract({
  confirm: { content: record('question'), reply: digits, failure: record('reason'), by: 'server' },
  text: { content: record('text'), reply: digits, by: 'client' },
})

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

/** Online, and what goes wrong is gathered. */
const rehearse = (options: Partial<Options> = {}) => {
  const rehearsal = new Rehearsal(options).online()
  const errors: BackchatError[] = []
  rehearsal.client.events.on('error', (error) => errors.push(error))
  rehearsal.frames()
  return { rehearsal, errors, client: rehearsal.client }
}

/** What the server got, once promises went on. */
const answersOf = async (rehearsal: Rehearsal) => {
  await settle()
  return rehearsal.frames().filter(({ kind }) => kind === 'answer' || kind === 'answerError')
}

const asked = { question: 'Delete?' }

describe('answering', () => {
  test('the handler gets the whole message, and what it returns is the answer', async () => {
    const { rehearsal, client, errors } = rehearse()
    const heard: unknown[] = []
    client.handle('confirm', async (message) => {
      heard.push(message)
      return { ok: true }
    })
    rehearsal.asks(1, 'confirm', asked)
    expect(await answersOf(rehearsal)).toMatchObject([{ kind: 'answer', push: 1, message: { content: { ok: true } } }])
    expect(heard).toEqual([
      {
        id: 'push-1',
        type: 'confirm',
        from: 'system',
        to: 'user',
        content: asked,
        sessionId: 'session',
        timestamp: '2030-01-01T00:00:00.000Z',
        metadata: {},
      },
    ])
    expect(errors).toEqual([])
  })

  test('an answer leaves out what the link knows', async () => {
    const { rehearsal, client } = rehearse()
    client.handle('confirm', () => undefined)
    rehearsal.asks(1, 'confirm', asked)
    const [answer] = await answersOf(rehearsal)
    expect(answer?.kind === 'answer' && Object.keys(answer.message)).toEqual(['id', 'timestamp'])
  })

  test('without a handler, or with one that was removed, the server is told at once', async () => {
    const { rehearsal, client } = rehearse()
    client.handle('confirm', () => 1)()
    rehearsal.asks(1, 'confirm', asked)
    expect(await answersOf(rehearsal)).toMatchObject([{ kind: 'answerError', error: { code: 'NO_HANDLER' } }])
  })

  test('a type has one handler, and another one once that is removed', () => {
    const { client } = rehearse()
    const off = client.handle('confirm', () => 1)
    expect(() => client.handle('confirm', () => 2)).toThrow(TypeError)
    off()
    const stays = client.handle('confirm', () => 2)
    off()
    expect(() => client.handle('confirm', () => 3)).toThrow(TypeError)
    stays()
  })

  test.for(['*', 'status', 'error'])('%s is no type to handle', (type) => {
    expect(() => rehearse().client.handle(type, () => 1)).toThrow(TypeError)
  })
})

describe('the contract', () => {
  test('what is asked is parsed, and the answer travels as it is', async () => {
    const { rehearsal, client } = rehearse({ contract })
    client.handle('confirm', (message) => String(message.content.question.length))
    rehearsal.asks(1, 'confirm', { ...asked, more: 'is dropped' })
    expect(await answersOf(rehearsal)).toMatchObject([{ kind: 'answer', message: { content: '7' } }])
  })

  test.for([
    ['a question of another shape', 'confirm', { question: 5 }, false],
    ['a question that only a client may ask', 'text', { text: 'x' }, false],
    ['an answer of another shape', 'confirm', asked, true],
  ] as const)('%s is INVALID_MESSAGE, there and here', async ([, type, content, mayHaveExecuted]) => {
    const { rehearsal, client, errors } = rehearse({ contract })
    let calls = 0
    client.handle(type, () => {
      calls += 1
      return 42
    })
    rehearsal.asks(1, type, content)
    const error = { code: 'INVALID_MESSAGE', mayHaveExecuted }
    expect(await answersOf(rehearsal)).toMatchObject([{ kind: 'answerError', error }])
    expect(errors).toMatchObject([error])
    expect(calls).toBe(mayHaveExecuted ? 1 : 0)
  })

  test('an answer that is no JSON is INVALID_MESSAGE too', async () => {
    const { rehearsal, client, errors } = rehearse()
    client.handle('confirm', () => 1n)
    rehearsal.asks(1, 'confirm', asked)
    expect(await answersOf(rehearsal)).toMatchObject([{ kind: 'answerError', error: { code: 'INVALID_MESSAGE' } }])
    expect(errors).toHaveLength(1)
  })
})

describe('failing', () => {
  test.for([
    ['throws', () => Promise.reject(new Error('secret'))],
    [
      'throws at once',
      () => {
        throw new Error('secret')
      },
    ],
    ['rejects with null', () => Promise.reject(null)],
    [
      'passes on a failure that is not its own',
      () => {
        throw new BackchatError({
          code: 'FAILURE',
          message: 'Not mine.',
          stage: 'started',
          mayHaveExecuted: true,
          retryable: false,
        })
      },
    ],
  ] as const)('a handler that %s is HANDLER_FAILED there, and an error event here', async ([, handler]) => {
    const { rehearsal, client, errors } = rehearse()
    client.handle('confirm', handler)
    rehearsal.asks(1, 'confirm', asked)
    const answers = await answersOf(rehearsal)
    expect(answers).toMatchObject([{ kind: 'answerError', error: { code: 'HANDLER_FAILED', mayHaveExecuted: true } }])
    expect(JSON.stringify(answers)).not.toContain('secret')
    expect(errors).toMatchObject([{ code: 'HANDLER_FAILED', stage: 'received' }])
  })

  test('it may refuse on purpose, which is no error here', async () => {
    const { rehearsal, client, errors } = rehearse({ contract })
    client.handle('confirm', (_, { failure }) => {
      throw failure({ reason: 'not now' })
    })
    rehearsal.asks(1, 'confirm', asked)
    expect(await answersOf(rehearsal)).toMatchObject([
      { kind: 'answerError', error: { code: 'FAILURE', failure: { reason: 'not now' }, mayHaveExecuted: true } },
    ])
    expect(errors).toEqual([])
  })

  test.for([
    ['of another shape', { contract }, 'not an object'],
    ['that is no JSON', {}, 1n],
  ] as const)('a refusal %s is INVALID_MESSAGE', async ([, options, content]) => {
    const { rehearsal, client, errors } = rehearse(options)
    client.handle('confirm', (_, { failure }) => {
      throw failure(content)
    })
    rehearsal.asks(1, 'confirm', asked)
    expect(await answersOf(rehearsal)).toMatchObject([{ kind: 'answerError', error: { code: 'INVALID_MESSAGE' } }])
    expect(errors).toHaveLength(1)
  })

  test('it stops nothing but itself', async () => {
    const { rehearsal, client } = rehearse()
    client.handle('confirm', () => Promise.reject(new Error('no')))
    client.handle('choose', () => 'this')
    rehearsal.asks(1, 'confirm', asked).asks(2, 'choose', asked)
    expect(await answersOf(rehearsal)).toMatchObject([{ push: 1 }, { push: 2, kind: 'answer' }])
  })
})

describe('the signal', () => {
  /** A handler that waits for its signal, and throws when it fires. */
  const waiting = (options: Partial<Options> = {}) => {
    const stage = rehearse(options)
    const signals: AbortSignal[] = []
    stage.client.handle('confirm', (_: unknown, { signal }: ClientHandlerContext) => {
      signals.push(signal)
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    stage.rehearsal.asks(1, 'confirm', asked)
    return { ...stage, signals }
  }

  test.for([
    ['the server withdraws', (it: Rehearsal) => it.says({ kind: 'withdrawn', push: 2, ask: 1 })],
    ['the time is over', (it: Rehearsal) => it.clock.pass(5_000)],
    ['the client is closed', (it: Rehearsal) => it.client.close()],
  ] as const)('fires when %s; what the handler throws then is told to nobody', async ([, end]) => {
    const { rehearsal, signals, errors } = waiting()
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
    end(rehearsal)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    expect(await answersOf(rehearsal)).toEqual([])
    expect(errors).toEqual([])
  })

  test('what an aborted handler returns does not answer a push of that number in the next session', async () => {
    const { rehearsal, client } = rehearse()
    const returns: ((value: unknown) => void)[] = []
    client.handle('confirm', () => new Promise((resolve) => returns.push(resolve)))
    rehearsal.asks(1, 'confirm', asked).loses().clock.pass(100)
    rehearsal.online({ epoch: 'second' }).asks(1, 'confirm', asked)
    const [old, current] = returns
    old?.('old')
    expect(await answersOf(rehearsal)).toEqual([])
    current?.('current')
    expect(await answersOf(rehearsal)).toMatchObject([{ message: { content: 'current' } }])
  })

  test('a lost link fires no signal, and the answer goes over the next one', async () => {
    const { rehearsal, client } = rehearse()
    let answer = (_: unknown) => {}
    client.handle('confirm', (_, { signal }) => {
      return new Promise((resolve) => {
        answer = (value) => resolve([value, signal.aborted])
      })
    })
    rehearsal.asks(1, 'confirm', asked).loses().clock.pass(100)
    answer('yes')
    await settle()
    rehearsal.online({ resumed: true })
    expect(await answersOf(rehearsal)).toMatchObject([{ message: { content: ['yes', false] } }])
  })
})
