import { describe, expect, test } from 'vitest'
import { BackchatError, type CodedError, type ErrorParts } from './index.js'

const timeout: ErrorParts = {
  code: 'TIMEOUT',
  message: 'No reply came within 30 s; ask for the state before trying again.',
  requestId: 'V1StGXR8_Z5jdHi6B-myT',
  type: 'text',
  stage: 'sent',
  mayHaveExecuted: true,
  retryable: false,
  trace: [
    { stage: 'queued', atMs: 1 },
    { stage: 'sent', atMs: 2 },
  ],
}

test('an error says all that is known', () => {
  const error = new BackchatError(timeout)
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({
    name: 'BackchatError',
    code: 'TIMEOUT',
    requestId: 'V1StGXR8_Z5jdHi6B-myT',
    type: 'text',
    stage: 'sent',
    mayHaveExecuted: true,
    retryable: false,
    trace: timeout.trace,
  })
  expect(error.cause).toBeUndefined()
})

describe('its message', () => {
  test('says what to do, and in the same line where the message got stuck', () => {
    expect(new BackchatError(timeout).message).toBe(
      'No reply came within 30 s; ask for the state before trying again. ' +
        '[text V1StGXR8_Z5jdHi6B-myT: sent, but not confirmed by the server; it may have run]',
    )
  })

  test('says more of where it got stuck, if more is known', () => {
    const { message } = new BackchatError({ ...timeout, where: 'on link 3, which was lost' })
    expect(message).toMatch(/: sent, but not confirmed by the server: on link 3, which was lost; it may have run\]$/)
    expect(new BackchatError({ ...timeout, where: '' }).message).toBe(new BackchatError(timeout).message)
  })

  test('says when it did not run', () => {
    const { message } = new BackchatError({ ...timeout, stage: 'queued', mayHaveExecuted: false })
    expect(message).toMatch(/: waiting in the client, never sent; it did not run\]$/)
  })

  test('does not doubt that what was running ran', () => {
    expect(new BackchatError({ ...timeout, stage: 'started' }).message).toMatch(/: its handler was running\]$/)
    expect(new BackchatError({ ...timeout, stage: 'replied' }).message).toMatch(/: its handler had replied\]$/)
  })

  test('is one line, whatever a server wrote', () => {
    expect(new BackchatError({ ...timeout, message: 'first\r\n  second\nthird' }).message).toMatch(
      /^first second third \[.*\]$/,
    )
  })

  test('says no more than the sentence when it is about no message', () => {
    const error = new BackchatError({ ...timeout, requestId: undefined, type: undefined, message: 'Closed.' })
    expect(error.message).toBe('Closed.')
    expect(error.requestId).toBe('')
  })

  test('says no more than the sentence when the id is empty, and calls a message without a type a message', () => {
    expect(new BackchatError({ ...timeout, requestId: '' }).message).toBe(timeout.message)
    expect(new BackchatError({ ...timeout, type: undefined }).message).toContain(`[message ${timeout.requestId}: sent`)
  })

  test('is what toString and the stack begin with', () => {
    const error = new BackchatError(timeout)
    expect(String(error)).toBe(`BackchatError TIMEOUT: ${error.message}`)
    expect(error.stack).toContain(error.message)
  })
})

test('what is not known is empty', () => {
  const { code, message, stage, mayHaveExecuted, retryable } = timeout
  const error = new BackchatError({ code, message, stage, mayHaveExecuted, retryable })
  expect(error).toMatchObject({ requestId: '', type: '', trace: [] })
  expect(Object.hasOwn(error, 'cause')).toBe(false)
})

test('a delay is always a number where the code promises one', () => {
  expect(new BackchatError({ ...timeout, code: 'RATE_LIMITED', retryAfterMs: 200 }).retryAfterMs).toBe(200)
  expect(new BackchatError({ ...timeout, code: 'OVERLOADED' }).retryAfterMs).toBe(0)
  expect(new BackchatError(timeout).retryAfterMs).toBeUndefined()
})

test('as JSON it is metadata alone: no cause, no stack, nothing that the handler said', () => {
  const cause = Object.assign(new Error('token hunter2'), { token: 'hunter2' })
  const text = JSON.stringify(new BackchatError({ ...timeout, code: 'FAILURE', failure: { secret: 'hunter2' }, cause }))
  expect(text).not.toContain('hunter2')
  expect(JSON.parse(text)).toEqual({
    name: 'BackchatError',
    code: 'FAILURE',
    message: expect.stringContaining('No reply came'),
    requestId: timeout.requestId,
    type: 'text',
    stage: 'sent',
    mayHaveExecuted: true,
    retryable: false,
    trace: timeout.trace,
  })
})

test('the cause is kept for whoever debugs, out of sight of what prints properties', () => {
  const cause = new Error('ECONNREFUSED')
  const error = new BackchatError({ ...timeout, cause })
  expect(error.cause).toBe(cause)
  expect(Object.keys(error)).not.toContain('cause')
})

describe('BackchatError.is', () => {
  test('knows its own', () => {
    expect(BackchatError.is(new BackchatError(timeout))).toBe(true)
  })

  test('knows those of another copy of the package, which instanceof does not', async () => {
    // A query makes it another module of the same source.
    const path: string = './backchat-error.js?copy'
    const copy: typeof import('./backchat-error.js') = await import(path)
    const error = new copy.BackchatError(timeout)
    expect(copy.BackchatError).not.toBe(BackchatError)
    expect(error instanceof BackchatError).toBe(false)
    expect(BackchatError.is(error)).toBe(true)
  })

  test.each([
    undefined,
    null,
    'TIMEOUT',
    0,
    new Error('TIMEOUT'),
    { ...timeout, name: 'BackchatError' },
    JSON.parse(JSON.stringify(new BackchatError(timeout))),
  ])('does not take %s for one', (value) => {
    expect(BackchatError.is(value)).toBe(false)
  })

  test('tells the kinds apart by code', () => {
    const error: unknown = new BackchatError({ ...timeout, code: 'RATE_LIMITED', retryAfterMs: 200 })
    const delay: number | undefined =
      BackchatError.is(error) && error.code === 'RATE_LIMITED' ? error.retryAfterMs : undefined
    expect(delay).toBe(200)
    const overloaded = (given: CodedError<'OVERLOADED'>): number => given.retryAfterMs
    expect(overloaded).toBeTypeOf('function')
  })
})
