/** Timeouts that are none, and timeouts that no timer can hold. */

import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@backchat/client'
import { describe, expect, test } from 'vitest'
import { codeOf, hasSettled, isWell, pair } from './set-up.js'

const none: readonly unknown[] = [
  0,
  -0,
  -1,
  Number.NaN,
  Number.NEGATIVE_INFINITY,
  '5',
  '',
  null,
  true,
  [],
  [5],
  {},
  5n,
  Symbol('5'),
  () => 5,
]

describe.each(none.map((timeout) => [String(timeout), typeof timeout, timeout] as const))(
  'the timeout %s (%s)',
  (_, __, given) => {
    // Types would not let it pass; a program without types does.
    const timeout = given as number

    test('rejects, and nothing is sent', async () => {
      let ran = 0
      const both = await pair({ count: () => ++ran })
      const { client } = both
      await client.ready
      expect(await codeOf(client.request('count', null, { timeout }))).toBe('INVALID_MESSAGE')
      expect(await codeOf(client.send('count', null, { timeout }))).toBe('INVALID_MESSAGE')
      const stream = client.stream('count', null, { timeout })
      expect(await codeOf(stream.reply)).toBe('INVALID_MESSAGE')
      expect(await codeOf(stream[Symbol.asyncIterator]().next())).toBe('INVALID_MESSAGE')
      await isWell(both)
      expect(ran).toBe(0)
    })

    test('makes no client', () => {
      expect(() => createClient({ url: 'ws://localhost', timeout })).toThrow(TypeError)
    })
  },
)

test.each([2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, Number.MAX_VALUE, Number.POSITIVE_INFINITY])(
  'a timeout of %d ms does not end at once',
  async (timeout) => {
    const { client } = await pair({ never: () => new Promise(() => {}), late: () => sleep(50, 'late') })
    const waiting = [
      client.request('never', null, { timeout }),
      client.stream('never', null, { timeout }).reply,
      client.request('never', null, { timeout: 2 ** 31 + 1 }),
    ]
    expect(await client.request('late', null, { timeout })).toMatchObject({ content: 'late' })
    for (const one of waiting) expect(await hasSettled(one)).toBe(false)
    await client.close()
    for (const one of waiting) expect(await codeOf(one)).toBe('CLOSED')
  },
)

test.each([Number.MIN_VALUE, 0.5, 1])('a timeout of %d ms ends, and says that it may have run', async (timeout) => {
  const both = await pair({ never: () => new Promise(() => {}) })
  await both.client.ready
  const waiting = both.client.request('never', null, { timeout })
  await expect(waiting).rejects.toMatchObject({ code: 'TIMEOUT', mayHaveExecuted: true })
  await isWell(both)
})

test('options that are null are none', async () => {
  const { client } = await pair()
  // Types would not let it pass; a program without types does.
  const options = null as unknown as undefined
  expect(await client.request('echo', 1, options)).toMatchObject({ content: 1 })
})
