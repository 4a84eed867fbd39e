import { type JsonValue, limits } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { failed, returned } from './ending.js'
import { json } from './test-node.js'

test('a reply is kept as it is, with its size', () => {
  expect(returned('request', json('hi'), 4)).toEqual({ ending: { ok: true, message: '"hi"' }, bytes: 4 })
})

test('the reply to a send is dropped, however large', () => {
  expect(returned('send', json('unread'), limits.replyBytes + 1)).toEqual({
    ending: { ok: true, message: 'null' },
    bytes: 4,
  })
})

test('a reply that is too large becomes an error that says it ran', () => {
  expect(returned('stream', json('huge'), limits.replyBytes).ending.ok).toBe(true)
  expect(returned('stream', json('huge'), limits.replyBytes + 1)).toMatchObject({
    ending: { ok: false, error: { code: 'TOO_LARGE', mayHaveExecuted: true } },
  })
})

test('a failure that is too large, or too deep for the wire, becomes an error that says it ran', () => {
  const failure = (said: JsonValue) => failed({ code: 'FAILURE', message: 'No.', mayHaveExecuted: true, failure: said })
  expect(failure({ reason: 'no' }).ending).toMatchObject({
    ok: false,
    error: { code: 'FAILURE', failure: { reason: 'no' } },
  })
  const tooLarge = { ok: false, error: { code: 'TOO_LARGE', mayHaveExecuted: true } }
  const room = limits.replyBytes - failure('').bytes
  expect(failure('x'.repeat(room)).bytes).toBe(limits.replyBytes)
  expect(failure('x'.repeat(room + 1)).ending).toMatchObject(tooLarge)
  let deep: JsonValue = 0
  for (let level = 0; level < limits.depth; level++) deep = [deep]
  const message = 'The handler failed, and of its failure it is nested deeper than 62.'
  expect(failure(deep).ending).toMatchObject({ ok: false, error: { ...tooLarge.error, message } })
})
