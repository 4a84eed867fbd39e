import { BackchatError, type ErrorCode } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { errorOf, failureOf, mapThrown } from './error.js'

const made = (code: ErrorCode, more: { retryAfterMs?: number; failure?: unknown } = {}) =>
  new BackchatError({ code, message: 'said so', stage: 'started', mayHaveExecuted: true, retryable: false, ...more })
const message = { id: 'm1', type: 'text' }

test('whatever is thrown, nothing of it is told to the peer', () => {
  const hostile = {
    get message(): string {
      throw new Error('secret')
    },
  }
  for (const thrown of [
    null,
    undefined,
    '',
    'secret',
    5,
    Symbol('secret'),
    new Error('secret'),
    hostile,
    made('TIMEOUT'),
  ]) {
    expect(mapThrown(thrown, true)).toEqual({
      wire: { code: 'HANDLER_FAILED', message: 'The handler failed.', mayHaveExecuted: true },
      unexpected: true,
    })
  }
})

test('it may have executed exactly when the handler was called', () => {
  expect(mapThrown(new Error('x'), true).wire.mayHaveExecuted).toBe(true)
  expect(mapThrown(new Error('x'), false).wire.mayHaveExecuted).toBe(false)
  expect(mapThrown(made('OVERLOADED'), false).wire.mayHaveExecuted).toBe(false)
})

test('codes by which one refuses are passed on, with their message and delay', () => {
  for (const code of ['RATE_LIMITED', 'OVERLOADED', 'UNAUTHORIZED', 'INVALID_MESSAGE'] as const) {
    expect(mapThrown(made(code, { retryAfterMs: 5 }), false)).toEqual({
      wire: { code, message: 'said so', mayHaveExecuted: false, retryAfterMs: 5 },
      unexpected: false,
    })
  }
})

test('a refusal on purpose carries what was said at the time', () => {
  const content = { reason: 'read only' }
  const thrown = failureOf(content, message)
  const { wire, unexpected } = mapThrown(thrown, true)
  content.reason = 'changed since'
  expect(wire).toMatchObject({ code: 'FAILURE', failure: { reason: 'read only' } })
  expect(unexpected).toBe(false)
})

test('a failure that somebody else made, or that is not JSON, is none', () => {
  expect(mapThrown(made('FAILURE', { failure: 'of another server' }), true).wire.code).toBe('HANDLER_FAILED')
  expect(
    mapThrown(
      failureOf(() => {}, message),
      true,
    ).wire.code,
  ).toBe('HANDLER_FAILED')
})

test('the application is given an error that says everything', () => {
  const cause = new Error('the database')
  const error = errorOf(
    { code: 'RATE_LIMITED', message: 'Slow down.', mayHaveExecuted: false, retryAfterMs: 5 },
    { requestId: 'm1', cause },
  )
  expect(error).toBeInstanceOf(BackchatError)
  expect(error).toMatchObject({ code: 'RATE_LIMITED', requestId: 'm1', retryAfterMs: 5, retryable: true, cause })
})
