import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clientFrame, clientFrames, json, ranges, serverFrame, serverFrames, wireMessage } from './arbitrary/frames.js'
import { everyChange, spoilt } from './arbitrary/spoilt.js'
import { decodeClientFrame, decodeServerFrame } from './codec.js'
import { isWireMessage } from './guards.js'
import {
  clientFrameSchema,
  clientFrameSchemas,
  serverFrameSchema,
  serverFrameSchemas,
  wireMessageSchema,
} from './schema.js'

const unlimited = Number.POSITIVE_INFINITY
const withoutPrototype = (key: string, value: unknown) => (key === '__proto__' ? undefined : value)
const read = (text: string) => JSON.parse(text, withoutPrototype)

const sides = [
  { side: 'client', frame: clientFrame, frames: clientFrames, decode: decodeClientFrame, schema: clientFrameSchema },
  { side: 'server', frame: serverFrame, frames: serverFrames, decode: decodeServerFrame, schema: serverFrameSchema },
] as const

describe.each(sides)('guards and schemas say the same of what a $side sends:', ({ frame, frames, decode, schema }) => {
  const accepts = (text: string) => {
    const decoded = decode(text, unlimited)
    return decoded.ok && decoded.frame !== null
  }

  test('every frame is accepted by both', () => {
    fc.assert(
      fc.property(frame, (frame) => {
        expect(decode(JSON.stringify(frame), unlimited)).toEqual({ ok: true, frame })
        expect(schema.safeParse(frame).success).toBe(true)
      }),
    )
  })

  test.each(Object.entries<fc.Arbitrary<object>>(frames))(
    'a spoilt %s is accepted by both or by none',
    (_kind, frame) => {
      fc.assert(
        fc.property(spoilt(frame), (text) => {
          expect(accepts(text)).toBe(schema.safeParse(read(text)).success)
        }),
        { numRuns: 400 },
      )
    },
  )

  test.each(Object.entries<fc.Arbitrary<object>>(frames))(
    'each field of a %s, changed to each oddity, is accepted by both or by none',
    (_kind, frame) => {
      fc.assert(
        fc.property(frame, (frame) => {
          for (const text of everyChange(frame)) {
            if (accepts(text) !== schema.safeParse(read(text)).success)
              throw new Error(`The guard and the schema differ on ${text}`)
          }
        }),
        { numRuns: 12 },
      )
    },
  )

  test('any JSON is accepted by both or by none', () => {
    const named = fc.tuple(fc.constantFrom(...Object.keys(frames)), fc.dictionary(fc.string(), json))
    const anything = fc.oneof(
      json,
      named.map(([kind, rest]) => ({ ...rest, kind })),
    )
    fc.assert(
      fc.property(anything, (value) => {
        const text = JSON.stringify(value)
        expect(accepts(text)).toBe(schema.safeParse(read(text)).success)
      }),
    )
  })
})

test('changes of a frame often spoil it, and often do not', () => {
  const texts = fc.sample(spoilt(clientFrame), 500)
  const accepted = texts.filter((text) => clientFrameSchema.safeParse(read(text)).success)
  expect(accepted.length).toBeGreaterThan(25)
  expect(accepted.length).toBeLessThan(475)
})

test('guard and schema of a message say the same', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        spoilt(wireMessage),
        wireMessage.map((message) => JSON.stringify(message)),
      ),
      (text) => {
        const value = read(text)
        expect(isWireMessage(value)).toBe(wireMessageSchema.safeParse(value).success)
      },
    ),
    { numRuns: 500 },
  )
})

test('every kind has a schema of its own', () => {
  expect(Object.keys(clientFrameSchemas)).toEqual(Object.keys(clientFrames))
  expect(Object.keys(serverFrameSchemas)).toEqual(Object.keys(serverFrames))
})

const hello = {
  kind: 'hello',
  version: 1,
  client: 'c',
  secret: 's',
  attempt: 1,
  lastPush: 0,
  floor: 0,
  settled: [],
  page: 'p',
}
const verdict = (frame: object) => decodeClientFrame(JSON.stringify(frame).replace('"1e400"', '1e400'), unlimited)

// [P-4]
test.each([0, -1, 1.5, 2 ** 53, '1e400', '1', null, true, [1]])(
  '%j is no number of a request, attempt or version',
  (odd) => {
    expect(verdict({ kind: 'cancel', n: odd }).ok).toBe(false)
    expect(verdict({ ...hello, attempt: odd }).ok).toBe(false)
    expect(verdict({ ...hello, version: odd }).ok).toBe(false)
  },
)

test('zero stands for none yet only where that can be', () => {
  expect(verdict({ ...hello, lastPush: 0, floor: 0 }).ok).toBe(true)
  expect(verdict({ ...hello, lastPush: -1 }).ok).toBe(false)
  expect(verdict({ ...hello, settled: [[0, 1]] }).ok).toBe(false)
})

test('any ranges that ascend and do not touch are accepted', () => {
  fc.assert(
    fc.property(ranges, (settled) => {
      expect(verdict({ ...hello, settled }).ok).toBe(true)
    }),
  )
})

test.each([
  [[[2, 1]]],
  [
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    [
      [1, 2],
      [2, 4],
    ],
  ],
  [
    [
      [5, 6],
      [1, 2],
    ],
  ],
  [[[1, 2, 3]]],
  [[[1]]],
  [[1, 2]],
  [{ length: 0 }],
])('the ranges %j are refused', (settled) => {
  expect(verdict({ ...hello, settled }).ok).toBe(false)
})

test('names that a store makes keys of are neither empty nor long', () => {
  for (const field of ['client', 'secret', 'page', 'epoch']) {
    expect(verdict({ ...hello, [field]: '' }).ok).toBe(false)
    expect(verdict({ ...hello, [field]: 'x'.repeat(128) }).ok).toBe(true)
    expect(verdict({ ...hello, [field]: 'x'.repeat(129) }).ok).toBe(false)
  }
})

test('a token takes at most 8 KiB [P-10]', () => {
  expect(verdict({ ...hello, token: 'é'.repeat(4096) }).ok).toBe(true)
  expect(verdict({ ...hello, token: 'é'.repeat(4097) }).ok).toBe(false)
})

test.each(['2026-11-02T10:00:00.000Z', '2026-11-02T10:00:00Z'])('%s is a time', (timestamp) => {
  expect(isWireMessage({ id: 'a', timestamp })).toBe(true)
})

test.each(['2026-11-02', '2026-11-02T10:00:00', '2026-11-02T10:00:00.Z', '2026-11-02T10:00:00Z!', 'now', '', 0])(
  '%j is no time',
  (timestamp) => {
    expect(isWireMessage({ id: 'a', timestamp })).toBe(false)
  },
)

test('the reason names the frame and the field', () => {
  expect(verdict({ kind: 'ack', push: 1, floor: 1, settled: [[2, 1]] })).toEqual({
    ok: false,
    reason: 'ack: "settled" is missing or of the wrong shape',
    tooLarge: false,
  })
})
