import { BackchatError } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { createLogger } from './log.js'

const written = (level?: 'debug') => {
  const lines: string[] = []
  const log = createLogger({ ...(level && { level }), destination: { write: (line) => void lines.push(line) } })
  return { log, lines }
}

test('a record is one line, whatever it holds', () => {
  const { log, lines } = written()
  log.info({ type: 'a\nb\u2028c' }, 'one\nrecord')
  expect(lines).toHaveLength(1)
  expect(lines[0]?.trimEnd()).not.toContain('\n')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ name: 'backchat', type: 'a\nb\u2028c', msg: 'one\nrecord' })
})

test('the level decides what is written', () => {
  const quiet = written()
  quiet.log.debug({}, 'left out')
  expect(quiet.lines).toEqual([])
  const loud = written('debug')
  loud.log.debug({}, 'written')
  expect(loud.lines).toHaveLength(1)
})

test.each([
  'token',
  'secret',
  'password',
  'authorization',
  'cookie',
  'set-cookie',
  'accessToken',
  'refreshToken',
  'apiKey',
])('%s is made unreadable, also inside of what is logged', (name) => {
  const { log, lines } = written()
  log.child({ headers: { [name]: 'hush' } }).warn({ [name]: 'hush' }, 'careless')
  log.error({ user: { [name]: 'hush' } }, 'careless')
  expect(lines).toHaveLength(2)
  expect(lines.join()).not.toContain('hush')
  expect(lines.join()).toContain('[redacted]')
})

test('of an error its message and causes are written, but neither tokens nor what a handler said', () => {
  const { log, lines } = written()
  const cause = new Error('denied: Authorization: Bearer hush and eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.hush')
  const error = new BackchatError({
    code: 'FAILURE',
    message: 'The handler refused.',
    stage: 'started',
    mayHaveExecuted: true,
    retryable: false,
    failure: { reason: 'hush' },
    cause,
  })
  log.error({ err: error }, error.message)
  expect(lines.join()).not.toContain('hush')
  expect(lines.join()).toContain('denied')
  expect(JSON.parse(lines[0] ?? '').err).toMatchObject({ code: 'FAILURE', stage: 'started', mayHaveExecuted: true })
})

test('what is thrown may be anything', () => {
  const { log, lines } = written()
  for (const err of ['text', null, 5, { code: 1 }]) log.error({ err }, 'failed')
  expect(lines).toHaveLength(4)
})
