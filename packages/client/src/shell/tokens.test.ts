import { expect, test } from 'vitest'
import type { ClientOptions } from '../api/options.js'
import type { Input } from '../machine/inputs.js'
import { settle } from './rehearsal.js'
import { fetchToken } from './tokens.js'

const answerTo = async (token: unknown): Promise<readonly Input[]> => {
  const told: Input[] = []
  fetchToken(token as ClientOptions['token'], 7, (input) => told.push(input))
  await settle()
  return told
}

const fetched = (token: string | undefined) => [{ kind: 'tokenFetched', fetch: 7, token }]
const failed = (reason: string) => [{ kind: 'tokenFailed', fetch: 7, reason }]

test.for([
  ['a string', 'sesame', 'sesame'],
  ['nothing', undefined, undefined],
  ['a function', () => 'sesame', 'sesame'],
  ['a function that gives nothing', () => undefined, undefined],
  ['a function that gives null, as storages do', () => null, undefined],
  ['an async function', async () => 'sesame', 'sesame'],
] satisfies readonly (readonly [string, unknown, string | undefined])[])(
  '%s is a token',
  async ([, token, expected]) => {
    expect(await answerTo(token)).toEqual(fetched(expected))
  },
)

test('a function that throws, rejects or gives no token has failed, once', async () => {
  const thrower = () => {
    throw new Error('no network')
  }
  expect(await answerTo(thrower)).toEqual(failed('no network'))
  expect(await answerTo(() => Promise.reject(new Error('401')))).toEqual(failed('401'))
  expect(await answerTo(() => 42)).toEqual(failed('it gave a number, not a string'))
  expect(await answerTo(async () => 42)).toEqual(failed('it gave a number, not a string'))
})
