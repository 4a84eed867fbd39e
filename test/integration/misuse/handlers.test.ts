/** Handlers that throw anything, return anything, or never settle: the caller gets a typed error, and the server goes on. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Handler } from '@backchat/server'
import { describe, expect, test } from 'vitest'
import { codeOf, eventually, isWell, pair } from './set-up.js'

const cyclic: Record<string, unknown> = {}
cyclic['self'] = cyclic

/** What may be thrown in JavaScript, and what errors may do when they are looked at. */
const thrown: readonly (readonly [what: string, make: () => unknown])[] = [
  ['null', () => null],
  ['undefined', () => undefined],
  ['a string', () => 'no'],
  ['a number', () => 5],
  ['a bigint', () => 5n],
  ['a symbol', () => Symbol('no')],
  ['a function', () => () => {}],
  ['a frozen object', () => Object.freeze({ code: 'RATE_LIMITED' })],
  ['a frozen error', () => Object.freeze(new Error('no'))],
  ['an object without a prototype', () => Object.create(null)],
  ['a cyclic error', () => Object.assign(new Error('no'), { cause: cyclic })],
  ['an error that is its own cause', () => ownCause()],
  ['an error with a getter that throws', () => hostile('message')],
  ['an error with a stack that throws', () => hostile('stack')],
  ['an error with a code that throws', () => hostile('code')],
]

type Settle = (value: unknown) => void

/** No promise, but treated as one. */
function thenable(then: (fulfil: Settle, reject: Settle) => unknown): object {
  return Object.defineProperty({}, 'then', { value: then })
}

function ownCause(): Error {
  const error = new Error('no')
  error.cause = error
  return error
}

function hostile(field: string): Error {
  return Object.defineProperty(new Error('no'), field, {
    get() {
      throw new Error('do not look')
    },
  })
}

function thrower(): object {
  const refuse = () => {
    throw new Error('do not look')
  }
  return new Proxy(
    {},
    { get: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse, getOwnPropertyDescriptor: refuse },
  )
}

describe.each(thrown)('a handler that throws %s', (_what, make) => {
  const ways: readonly (readonly [how: string, handler: Handler])[] = [
    [
      'at once',
      () => {
        throw make()
      },
    ],
    [
      'later',
      async () => {
        await sleep(1)
        throw make()
      },
    ],
    [
      'after a chunk',
      async function* () {
        yield 'chunk'
        throw make()
      },
    ],
  ]

  test.each(ways)('%s: HANDLER_FAILED, once, and all else goes on', async (_, handler) => {
    const both = await pair({ throws: handler })
    const error = await both.client.request('throws').catch((given: unknown) => given)
    expect(error).toMatchObject({ code: 'HANDLER_FAILED', mayHaveExecuted: true, stage: 'started' })
    const stream = both.client.stream('throws')
    expect(await codeOf(stream.reply)).toBe('HANDLER_FAILED')
    // It is recorded before its handler is called.
    await both.client.send('throws')
    await isWell(both)
    await eventually(() => expect(both.serverErrors).toHaveLength(3))
  })
})

test('a handler that yields for ever and waits for nothing holds up nobody: whoever asked for its reply is told in time', async () => {
  let chunks = 0
  let ended = false
  const both = await pair({
    // Of its own accord it ends some time, so that the test does where it holds up everybody.
    *endless() {
      const until = performance.now() + 5_000
      try {
        while (performance.now() < until) yield chunks++
      } finally {
        ended = true
      }
    },
  })
  const began = performance.now()
  expect(await codeOf(both.client.request('endless', null, { timeout: 300 }))).toBe('TIMEOUT')
  expect(performance.now() - began).toBeLessThan(4_000)
  await isWell(both)
  await eventually(() => expect(ended).toBe(true))
  expect(chunks).toBeGreaterThan(0)
})

describe('a handler that never settles', () => {
  const never = () => new Promise<never>(() => {})
  const kinds: readonly (readonly [how: string, handler: Handler])[] = [
    ['with a promise', never],
    [
      'before its first chunk',
      async function* () {
        yield await never()
      },
    ],
    [
      'between chunks',
      async function* () {
        yield 'first'
        await never()
      },
    ],
  ]

  test.each(kinds)('%s: HANDLER_TIMEOUT', async (_, handler) => {
    const both = await pair({ never: handler }, { served: { config: { messageTimeout: 50 } } })
    expect(await codeOf(both.client.request('never'))).toBe('HANDLER_TIMEOUT')
    expect(await codeOf(both.client.stream('never').reply)).toBe('HANDLER_TIMEOUT')
    await isWell(both)
  })

  test.each(kinds)('%s: TIMEOUT, when the caller waits for less', async (_, handler) => {
    const both = await pair({ never: handler })
    await both.client.ready
    expect(await codeOf(both.client.request('never', null, { timeout: 50 }))).toBe('TIMEOUT')
    expect(await codeOf(both.client.stream('never', null, { timeout: 50 }).reply)).toBe('TIMEOUT')
    await isWell(both)
  })

  test('leaves closing alone', async () => {
    const both = await pair({ never })
    const pending = codeOf(both.client.request('never'))
    await isWell(both)
    const began = Date.now()
    await both.manager.close({ drain: 50 })
    expect(Date.now() - began).toBeLessThan(5_000)
    await both.client.close()
    expect(['OUTCOME_UNKNOWN', 'CLOSED']).toContain(await pending)
  })
})

describe('a handler that returns', () => {
  const noJson: readonly (readonly [what: string, make: () => unknown])[] = [
    ['a bigint', () => 5n],
    ['a function', () => () => {}],
    ['a symbol', () => Symbol('no')],
    ['something cyclic', () => cyclic],
    ['something deeper than 62', () => JSON.parse('['.repeat(63) + ']'.repeat(63))],
    ['something whose toJSON throws', () => ({ toJSON: () => hostile('message').message })],
    ['something whose toJSON gives nothing', () => ({ toJSON: () => undefined })],
    ['a proxy that throws at everything', thrower],
    [
      'a thenable that throws',
      () =>
        thenable(() => {
          throw new Error('no')
        }),
    ],
    ['a thenable that rejects with null', () => thenable((_, reject) => reject(null))],
  ]

  test.each(noJson)('%s: HANDLER_FAILED', async (_, make) => {
    const both = await pair({
      returns: make,
      async *yields() {
        yield make()
        return null
      },
    })
    expect(await codeOf(both.client.request('returns'))).toBe('HANDLER_FAILED')
    expect(await codeOf(both.client.stream('yields').reply)).toBe('HANDLER_FAILED')
    await isWell(both)
  })

  const json: readonly (readonly [what: string, value: unknown, travels: unknown])[] = [
    ['undefined', undefined, null],
    ['NaN', Number.NaN, null],
    ['an object with undefined and functions in it', { a: undefined, f: () => {}, b: 1 }, { b: 1 }],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a map', new Map([[1, 2]]), {}],
    ['a frozen object', Object.freeze({ a: 1 }), { a: 1 }],
    ['an array, which can be iterated and is no generator', [1, 2], [1, 2]],
    ['an object with a key __proto__', JSON.parse('{"a":1,"__proto__":{"b":2}}'), { a: 1 }],
    ['a thenable that fulfils twice', thenable((fulfil) => [fulfil('first'), fulfil('second')]), 'first'],
  ]

  test.each(json)('%s: what JSON makes of it', async (_, value, travels) => {
    const both = await pair({ returns: () => value })
    expect((await both.client.request('returns')).content).toEqual(travels)
    await isWell(both)
  })

  test('more than a reply may hold: TOO_LARGE, and it ran', async () => {
    const both = await pair({ returns: () => 'x'.repeat(1024 * 1024) })
    await expect(both.client.request('returns')).rejects.toMatchObject({ code: 'TOO_LARGE', mayHaveExecuted: true })
    await isWell(both)
  })
})

describe('a generator', () => {
  test('that yields after it was aborted: nobody hears it, and its finally is run', async () => {
    const steps: string[] = []
    const both = await pair({
      async *stubborn(_, { signal }) {
        try {
          yield 'first'
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
          steps.push('aborted')
          for (let n = 0; n < 10; n++) yield n
          steps.push('all yielded')
        } finally {
          steps.push('finally')
        }
        return 'end'
      },
    })
    const stream = both.client.stream('stubborn')
    for await (const chunk of stream) {
      expect(chunk).toBe('first')
      break
    }
    expect(await codeOf(stream.reply)).toBe('ABORTED')
    await isWell(both)
    await eventually(() => expect(steps).toEqual(['aborted', 'finally']))
  })

  test.each([
    ['throws', () => Promise.reject(new Error('no return'))],
    ['hangs', () => new Promise<never>(() => {})],
  ])('whose return() %s: whoever gave up is settled, and all else goes on', async (_, cleanUp) => {
    const both = await pair({
      async *holds() {
        try {
          for (let n = 0; ; n++) yield n
        } finally {
          await cleanUp()
        }
      },
    })
    const stream = both.client.stream('holds')
    for await (const _ of stream) break
    expect(await codeOf(stream.reply)).toBe('ABORTED')
    await isWell(both)
    await both.manager.close({ drain: 100 })
  })

  test('that is a sync one, and one made by hand, are generators', async () => {
    const both = await pair({
      *sync() {
        yield 1
        return 'end'
      },
      byHand: () => {
        let n = 0
        return {
          [Symbol.asyncIterator]() {
            return this
          },
          next: async () => (n++ < 2 ? { done: false, value: n } : { done: true, value: 'end' }),
          return: async () => ({ done: true, value: undefined }),
        }
      },
    })
    for (const [type, chunks] of [
      ['sync', [1]],
      ['byHand', [1, 2]],
    ] as const) {
      const stream = both.client.stream(type)
      const read: unknown[] = []
      for await (const chunk of stream) read.push(chunk)
      expect(read).toEqual(chunks)
      expect((await stream.reply).content).toBe('end')
    }
    await isWell(both)
  })
})
