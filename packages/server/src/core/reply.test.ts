import { expandMessage, requestDefaults } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { encodeAnswer, encodeReply, replyTo } from './reply.js'

const asked = expandMessage({ id: 'q', timestamp: '2026-01-01T00:00:00.000Z', type: 'text' }, requestDefaults, 's')
const wallMs = Date.UTC(2026, 0, 2)
const maker = { clock: { now: () => 0, wall: () => wallMs, after: () => () => {} }, ids: { message: () => 'a' } }

test.each([undefined, null, 'hé', { text: 'hi' }])(
  'an answer that nobody looks at travels as a reply does: %j',
  (content) => {
    expect(encodeAnswer(content, 'a', wallMs)).toEqual(encodeReply(replyTo(asked, content, maker)))
  },
)

test('what is not JSON is refused', () => {
  expect(() => encodeAnswer(() => {}, 'a', wallMs)).toThrow('The reply is not JSON')
})
