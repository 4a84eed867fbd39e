import fc from 'fast-check'
import { expect, test } from 'vitest'
import { json } from './arbitrary/frames.js'
import { isDeeperThan, isLongerThan, toJson, utf8Length } from './json.js'

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  // The edges between one, two and three bytes.
  fc.array(fc.constantFrom(0x7f, 0x80, 0x7ff, 0x800)).map((units) => String.fromCharCode(...units)),
  // Lone surrogates among them.
  fc.array(fc.integer({ min: 0xd700, max: 0xe100 })).map((units) => String.fromCharCode(...units)),
)

test('what was encoded reads as it was', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(JSON.parse(encoded(value))).toEqual(value)
    }),
  )
})

function encoded(value: unknown): string {
  const result = toJson(value)
  return result.ok ? result.json : `refused: ${result.reason}`
}

test('whatever it is given, it throws nothing', () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withMap: true }), (value) => {
      const result = toJson(value)
      if (!result.ok) expect(result.reason).not.toBe('')
    }),
  )
})

const circle: { self?: unknown } = {}
circle.self = circle

/** Nothing can be read of it without a throw. */
const hostile = new Proxy(new Error('unread'), {
  get() {
    throw new Error('hands off')
  },
})

/** A value whose encoding throws something, which need not be an error. */
const throwing = (thrown: unknown) => ({
  toJSON() {
    throw thrown
  },
})

test.each<[string, unknown, RegExp]>([
  ['undefined', undefined, /^it is undefined$/],
  ['a function', () => 1, /^it is a function$/],
  ['a symbol', Symbol('x'), /^it is a symbol$/],
  ['a BigInt', { amount: 1n }, /BigInt/],
  ['a circle', circle, /circular/],
  ['a toJSON that throws', throwing(new Error('not today')), /^not today$/],
  ['a toJSON that throws a word', throwing('a word'), /^a word$/],
  ['a toJSON that throws nothing', throwing(undefined), /^undefined$/],
  ['a toJSON that throws what cannot be read', throwing(hostile), /^something that cannot be read$/],
  ['a toJSON that throws an empty message', throwing(new Error('')), /^it cannot be encoded$/],
  ['a toJSON that gives nothing', { toJSON: () => undefined }, /^its toJSON\(\) gives nothing$/],
  ['a hundred thousand levels', deep(100_000), /nested/],
])('%s is refused with a reason of one line', (_what, value, reason) => {
  expect(toJson(value)).toEqual({ ok: false, reason: expect.stringMatching(reason) })
})

function deep(levels: number): unknown {
  let value: unknown = null
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

test('what is deeper than fits into a frame of 64 is refused by its author', () => {
  expect(toJson(deep(62)).ok).toBe(true)
  expect(toJson(deep(63))).toEqual({ ok: false, reason: 'it is nested deeper than 62' })
})

test('bytes are counted as UTF-8 counts them', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(utf8Length(text)).toBe(Buffer.byteLength(text))
    }),
    { numRuns: 1_000 },
  )
})

test('longer is told to the byte', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: -2, max: 2 }), (text, off) => {
      expect(isLongerThan(text, Buffer.byteLength(text) + off)).toBe(off < 0)
    }),
  )
})

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

test('depth is told from the text as from the value', () => {
  const brackets = fc.string({ unit: fc.constantFrom('[', '{', ']', '"', '\\', 'a'), maxLength: 8 })
  const tricky = fc.jsonValue({ stringUnit: fc.constantFrom('[', '{', ']', '"', '\\', 'a'), maxDepth: 6 })
  fc.assert(
    fc.property(
      fc.oneof(json, tricky, fc.dictionary(brackets, brackets)),
      fc.integer({ min: 0, max: 6 }),
      (value, depth) => {
        expect(isDeeperThan(JSON.stringify(value), depth)).toBe(depthOf(value) > depth)
      },
    ),
    { numRuns: 1_000 },
  )
})
