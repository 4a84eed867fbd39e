import { expect, test } from 'vitest'
import { BackchatError } from './backchat-error.js'
import { inWords } from './in-words.js'
import { toJson } from './json.js'
import { parseWith } from './parse-with.js'

const refuse = () => {
  throw new Error('do not look')
}
const hostile: readonly (readonly [string, () => unknown])[] = [
  ['an object without a prototype', () => Object.create(null)],
  ['an error whose message throws', () => Object.defineProperty(new Error('no'), 'message', { get: refuse })],
  ['a proxy whose every trap throws', () => new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse })],
]

test('errors say their message, other values what they are', () => {
  expect(inWords(new TypeError('planned'))).toBe('planned')
  expect([null, undefined, 7, 'seven', Symbol('x')].map((thrown) => inWords(thrown))).toEqual([
    'null',
    'undefined',
    '7',
    'seven',
    'Symbol(x)',
  ])
})

test.each(hostile)('%s is looked at without harm', (_, make) => {
  const thrower = () => {
    throw make()
  }
  expect(inWords(make())).toBe('something that cannot be read')
  expect(BackchatError.is(make())).toBe(false)
  expect(toJson({ toJSON: thrower })).toEqual({ ok: false, reason: 'something that cannot be read' })
  const schema = { '~standard': { version: 1, vendor: 'test', validate: thrower } } as const
  expect(parseWith(schema, 1)).toMatchObject({ ok: false })
})
