import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clientFrame, json, serverFrame } from './arbitrary/frames.js'
import { spoilt } from './arbitrary/spoilt.js'
import { type Decoded, decodeClientFrame, decodeServerFrame, encode } from './codec.js'
import type { ClientFrame, ReceivedByClient, ReceivedByServer, ServerFrame } from './frames.js'
import { type Json, type JsonValue, toJson } from './json.js'

const unlimited = Number.POSITIVE_INFINITY
const text = (value: JsonValue) => JSON.stringify(value) as Json

/** The frame as its sender has it: with payloads that are text. */
function asSentByClient(frame: ReceivedByServer): ClientFrame<Json> {
  if (frame.kind === 'answer') return { ...frame, message: text(frame.message) }
  return frame.kind === 'request' ? { ...frame, message: text(frame.message) } : frame
}

function asSentByServer(frame: ReceivedByClient): ServerFrame<Json> {
  if (frame.kind === 'reply' || frame.kind === 'push') return { ...frame, message: text(frame.message) }
  return frame.kind === 'chunk' ? { ...frame, content: text(frame.content) } : frame
}

describe('round trip', () => {
  test('what a client encodes, a server reads', () => {
    fc.assert(
      fc.property(clientFrame, (frame) => {
        expect(decodeClientFrame(encode(asSentByClient(frame)), unlimited)).toEqual({ ok: true, frame })
      }),
      { numRuns: 500 },
    )
  })

  test('what a server encodes, a client reads', () => {
    fc.assert(
      fc.property(serverFrame, (frame) => {
        expect(decodeServerFrame(encode(asSentByServer(frame)), unlimited)).toEqual({ ok: true, frame })
      }),
      { numRuns: 500 },
    )
  })

  test('a payload is put into its frame as it is', () => {
    const payload = '{"text" : "spaces stay"}' as Json
    const frame = encode({ kind: 'chunk', n: 1, chunk: 0, content: payload })
    expect(frame).toBe('{"kind":"chunk","n":1,"chunk":0,"content":{"text" : "spaces stay"}}')
  })

  test('fields of a newer version are kept out of the way', () => {
    expect(decodeServerFrame('{"kind":"started","n":4,"since":"v2"}', 100)).toMatchObject({ ok: true, frame: { n: 4 } })
  })
})

describe('whatever comes, it is a value', () => {
  const both = (text: string): Decoded<object>[] => [decodeClientFrame(text, 10_000), decodeServerFrame(text, 10_000)]

  const garbage = fc.oneof(
    fc.string({ unit: 'binary' }),
    json.map((value) => JSON.stringify(value)),
    spoilt(fc.oneof<fc.Arbitrary<object>[]>(clientFrame, serverFrame)),
    fc
      .tuple(
        fc.oneof<fc.Arbitrary<object>[]>(clientFrame, serverFrame),
        fc.nat(),
        fc.nat(5),
        fc.string({ maxLength: 3 }),
      )
      .map(([frame, at, width, inserted]) => {
        const text = JSON.stringify(frame)
        const start = at % (text.length + 1)
        return text.slice(0, start) + inserted + text.slice(start + width)
      }),
  )

  test('any text gives a frame, an unknown kind, or a reason', () => {
    fc.assert(
      fc.property(garbage, (text) => {
        for (const decoded of both(text)) {
          if (!decoded.ok) expect(decoded.reason).not.toBe('')
          else if (decoded.frame === null) expect(decoded.unknown).toBeTypeOf('string')
          else expect(decoded.frame).toBeTypeOf('object')
        }
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    '',
    ' ',
    'null',
    '1',
    '"x"',
    '[]',
    '[{"kind":"ping"}]',
    'undefined',
    '{',
    '{"kind":1}',
    '{}',
    '\u0000',
    '{"kind":"ping"}x',
  ])('%j is garbled', (text) => {
    for (const decoded of both(text)) expect(decoded).toMatchObject({ ok: false, tooLarge: false })
  })

  test.each(['later', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__proto__', ''])(
    'the kind %j is unknown',
    (kind) => {
      for (const decoded of both(JSON.stringify({ kind })))
        expect(decoded).toEqual({ ok: true, frame: null, unknown: kind })
    },
  )

  test('frames of the other direction are unknown', () => {
    expect(decodeClientFrame('{"kind":"started","n":1}', 100)).toMatchObject({ frame: null, unknown: 'started' })
    expect(decodeServerFrame('{"kind":"cancel","n":1}', 100)).toMatchObject({ frame: null, unknown: 'cancel' })
  })

  test.each([
    ['[', 'not closed'],
    ['{"a":', 'not closed'],
    ['[[],', 'beside others'],
  ])('100,000 times %j, %s, is too deep', (opening) => {
    const text = `{"kind":"chunk","n":1,"chunk":0,"content":${opening.repeat(100_000)}`
    expect(decodeServerFrame(text, unlimited)).toMatchObject({ ok: false, reason: 'nested deeper than 64' })
  })

  test('100,000 levels that are closed properly are too deep', () => {
    const text = `{"kind":"chunk","n":1,"chunk":0,"content":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    expect(decodeServerFrame(text, unlimited)).toMatchObject({ ok: false, reason: 'nested deeper than 64' })
  })

  test('a number of ten million digits is no number', () => {
    const text = `{"kind":"cancel","n":${'1'.repeat(10_000_000)}}`
    expect(decodeClientFrame(text, unlimited).ok).toBe(false)
    expect(decodeClientFrame(text, 1_000_000)).toMatchObject({ ok: false, tooLarge: true })
  })
})

describe('size', () => {
  const chunkOf = (content: string) => `{"kind":"chunk","n":1,"chunk":0,"content":"${content}"}`

  test.each(['plain', 'é', '€', '😀', 'a€b😀'])('is counted in bytes, to the byte: %s', (content) => {
    const text = chunkOf(content)
    const bytes = Buffer.byteLength(text)
    expect(decodeServerFrame(text, bytes).ok).toBe(true)
    expect(decodeServerFrame(text, bytes - 1)).toEqual({
      ok: false,
      reason: `larger than ${bytes - 1} bytes`,
      tooLarge: true,
    })
  })

  test('too large comes before all else', () => {
    expect(decodeServerFrame('['.repeat(100), 99)).toMatchObject({ tooLarge: true })
  })
})

describe('depth [P-3]', () => {
  const nested = (depth: number) =>
    `{"kind":"chunk","n":1,"chunk":0,"content":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`

  test('64 levels are read, 65 are not', () => {
    expect(decodeServerFrame(nested(64), unlimited).ok).toBe(true)
    expect(decodeServerFrame(nested(65), unlimited)).toMatchObject({ ok: false, tooLarge: false })
  })

  test('any other limit holds as well', () => {
    expect(decodeServerFrame(nested(3), unlimited, 3).ok).toBe(true)
    expect(decodeServerFrame(nested(4), unlimited, 3).ok).toBe(false)
  })
})

describe('a key __proto__ is dropped wherever it stands [P-3]', () => {
  /** `__proto__` with some of its letters as escapes. */
  const spelling = fc.array(fc.constantFrom('plain', 'lower', 'upper'), { minLength: 9, maxLength: 9 }).map((ways) =>
    [...'__proto__']
      .map((letter, index) => {
        const code = letter.charCodeAt(0).toString(16).padStart(4, '0')
        if (ways[index] === 'plain') return letter
        return `\\u${ways[index] === 'upper' ? code.toUpperCase() : code}`
      })
      .join(''),
  )

  const frames: fc.Arbitrary<object> = fc.oneof<fc.Arbitrary<object>[]>(clientFrame, serverFrame)

  test('however it is spelt', () => {
    fc.assert(
      fc.property(frames, spelling, fc.nat(), json, (frame, spelling, at, planted) => {
        const sound = JSON.stringify(frame)
        // A brace inside a string may be hit too: then it is text, and stays.
        const braces = [...sound.matchAll(/\{/g)].map((match) => match.index)
        const brace = braces[at % braces.length] ?? 0
        const more = sound[brace + 1] === '}' ? '' : ','
        const text = `${sound.slice(0, brace + 1)}"${spelling}":${JSON.stringify(planted)}${more}${sound.slice(brace + 1)}`
        for (const decoded of [decodeClientFrame(text, unlimited), decodeServerFrame(text, unlimited)]) {
          expect(ownsPrototypeKey(decoded)).toBe(false)
          if (decoded.ok && decoded.frame !== null) expect(Object.getPrototypeOf(decoded.frame)).toBe(Object.prototype)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  function ownsPrototypeKey(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false
    return Object.hasOwn(value, '__proto__') || Object.values(value).some(ownsPrototypeKey)
  }

  test.each(['__proto__', '\\u005f_proto__', '__pr\\u006Fto__'])('as %s, and what stands beside it is kept', (key) => {
    const text = `{"kind":"chunk","n":1,"chunk":0,"content":{"a":1,"${key}":{"polluted":true},"b":[{"${key}":1,"c":2}]}}`
    expect(decodeServerFrame(text, unlimited)).toEqual({
      ok: true,
      frame: { kind: 'chunk', n: 1, chunk: 0, content: { a: 1, b: [{ c: 2 }] } },
    })
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  test('as a value it is only a word', () => {
    const text = '{"kind":"chunk","n":1,"chunk":0,"content":["__proto__"]}'
    expect(decodeServerFrame(text, unlimited)).toMatchObject({ frame: { content: ['__proto__'] } })
  })

  test('it cannot stand in for a field that is missing', () => {
    expect(decodeServerFrame('{"kind":"started","__proto__":{"n":1}}', unlimited).ok).toBe(false)
  })
})

test('what is encoded is one line, whatever is in it', () => {
  const content = toJson({ text: 'a\nb\r\u2028' })
  if (!content.ok) throw new Error(content.reason)
  expect(encode({ kind: 'chunk', n: 1, chunk: 0, content: content.json })).not.toContain('\n')
})
