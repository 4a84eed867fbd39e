import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { json } from './arbitrary/frames.js'
import { isWireMessage } from './guards.js'
import type { JsonObject } from './json.js'
import { limits } from './limits.js'
import { type Message, parties, pushDefaults, replyDefaults, requestDefaults } from './message.js'
import { expandMessage, type MessageParts, plainMessage, wireMessage } from './wire-message.js'

const message: Message = {
  id: 'V1StGXR8_Z5jdHi6B-myT',
  type: 'text',
  from: 'user',
  to: 'ai',
  content: { text: 'hello' },
  sessionId: 's1',
  timestamp: '2026-11-02T10:00:00.000Z',
  metadata: { locale: 'en' },
}

function onTheWire(parts: MessageParts, defaults = requestDefaults): unknown {
  const encoded = wireMessage(parts, defaults)
  return encoded.ok ? JSON.parse(encoded.json) : encoded.reason
}

const anyFields = {
  id: fc.string(),
  type: fc.constantFrom('text', 'response', 'system', 'rename', ''),
  from: fc.constantFrom(...parties),
  to: fc.constantFrom(...parties),
  timestamp: fc.constant(message.timestamp),
}

const anyMessage: fc.Arbitrary<Message> = fc.record({
  ...anyFields,
  content: json,
  sessionId: fc.constant('s1'),
  metadata: json.map((value): JsonObject => (value === null ? {} : { value })),
})

test.each([
  ['request', requestDefaults],
  ['reply', replyDefaults],
  ['push', pushDefaults],
])('a %s arrives with all eight fields as they were', (_frame, defaults) => {
  fc.assert(
    fc.property(anyMessage, (message) => {
      const wire = onTheWire(message, defaults)
      expect(isWireMessage(wire)).toBe(true)
      if (isWireMessage(wire)) expect(expandMessage(wire, defaults, 's1')).toEqual(message)
    }),
  )
})

test('what a client says and answers is encoded as what anybody says with the same defaults', () => {
  fc.assert(
    fc.property(anyMessage, (message) => {
      const { from, to } = requestDefaults
      expect(plainMessage(message, message.type)).toEqual(wireMessage({ ...message, from, to }, requestDefaults))
      expect(plainMessage(message)).toEqual(wireMessage({ ...message, ...replyDefaults }, replyDefaults))
    }),
  )
})

test('what it says beside metadata does not depend on whether there is any', () => {
  const anything = fc.record({
    ...anyFields,
    content: fc.anything({ withBigInt: true, withDate: true, withMap: true }),
  })
  fc.assert(
    fc.property(anything, fc.constantFrom(requestDefaults, replyDefaults, pushDefaults), (parts, defaults) => {
      expect(wireMessage(parts, defaults)).toEqual(wireMessage({ ...parts, metadata: {} }, defaults))
    }),
  )
})

describe('left out on the wire [P-7]', () => {
  const { id, timestamp } = message

  test('all that a reply means anyway', () => {
    const parts = { id, timestamp, type: 'response', from: 'ai', to: 'user', content: null, metadata: {} } as const
    expect(onTheWire(parts, replyDefaults)).toEqual({ id, timestamp })
  })

  test('all that a push means anyway', () => {
    expect(onTheWire({ id, timestamp, type: 'system', from: 'system', to: 'user' }, pushDefaults)).toEqual({
      id,
      timestamp,
    })
  })

  test('never the type of a request', () => {
    expect(onTheWire({ id, timestamp, type: 'text', from: 'user', to: 'ai' })).toEqual({ id, timestamp, type: 'text' })
  })

  test('always the session id', () => {
    expect(onTheWire(message)).not.toHaveProperty('sessionId')
  })
})

test('what the receiver adds to metadata wins', () => {
  const wire = { id: 'r', timestamp: message.timestamp, metadata: { replyTo: 'forged', kept: 1 } }
  expect(expandMessage(wire, replyDefaults, 's1', { replyTo: 'q' })).toEqual({
    id: 'r',
    type: 'response',
    from: 'ai',
    to: 'user',
    content: null,
    sessionId: 's1',
    timestamp: message.timestamp,
    metadata: { replyTo: 'q', kept: 1 },
  })
})

test.each([
  ['null', null],
  ['what JSON takes for null', Number.NaN],
  ['a toJSON that gives null', { toJSON: () => null }],
])('content that is left out: %s', (_, content) => {
  const { id, timestamp } = message
  for (const metadata of [undefined, {}]) {
    const parts = { id, timestamp, type: 'text', from: 'user', to: 'ai', content, metadata } as const
    expect(onTheWire(parts)).toEqual({ id, timestamp, type: 'text' })
  }
})

test.each([[undefined], [{ locale: 'en' }]])(
  'content may nest as deep as a frame allows, and no deeper: metadata %o',
  (metadata) => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])
    const most = limits.depth - 2
    expect(wireMessage({ ...message, metadata, content: nested(most) }, requestDefaults)).toMatchObject({ ok: true })
    expect(onTheWire({ ...message, metadata, content: nested(most + 1) })).toBe(
      `content: it is nested deeper than ${most}`,
    )
  },
)

describe('refused by its author, with the field that is wrong', () => {
  // What callers without types may pass.
  const parts = (odd: object): MessageParts => ({ ...message, ...odd })

  test.each([
    [{ content: () => 1 }, 'content: it is a function'],
    [{ content: { toJSON: () => undefined } }, 'content: its toJSON() gives nothing'],
    [{ metadata: [] }, 'metadata: it is not an object'],
    [{ metadata: 'x' }, 'metadata: it is not an object'],
    [{ metadata: Symbol('x') }, 'metadata: it is a symbol'],
    [{ type: undefined }, 'type: it is not a string'],
    [{ type: 7 }, 'type: it is not a string'],
    [{ to: 'everybody' }, 'from, to: each is one of user, ai, system'],
    [{ from: undefined }, 'from, to: each is one of user, ai, system'],
  ])('%o', (odd, reason) => {
    expect(onTheWire(parts(odd))).toBe(reason)
  })

  test.each([
    ['a function', () => 1, 'content: it is a function'],
    ['a symbol', Symbol('x'), 'content: it is a symbol'],
    ['a toJSON that gives nothing', { toJSON: () => undefined }, 'content: its toJSON() gives nothing'],
    [
      'what answers every question',
      new Proxy({}, { get: () => () => undefined }),
      'content: its toJSON() gives nothing',
    ],
  ])('%s, where there is no metadata', (_, content, reason) => {
    expect(onTheWire(parts({ content, metadata: undefined }))).toBe(reason)
  })

  test('a proxy that was revoked: nothing is thrown', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(onTheWire(parts({ content: proxy, metadata: undefined }))).toMatch(/^content: .*revoked/)
  })

  test('a type that a client makes up', () => {
    expect(plainMessage(message, ['text'] as unknown as string)).toEqual({
      ok: false,
      reason: 'type: it is not a string',
    })
  })

  test('a BigInt in it', () => {
    expect(onTheWire(parts({ content: 1n }))).toMatch(/^content: .*BigInt/)
  })
})
