import { expect, test } from 'vitest'
import { RateLimit } from './rate-limit.js'

const limited = (perSecond: number, burst: number) => {
  const clock = { time: 0 }
  return { clock, limit: new RateLimit({ perSecond, burst }, { now: () => clock.time }) }
}

test('a burst is let through, then it says when to come again', () => {
  const { limit } = limited(2, 3)
  for (let n = 0; n < 3; n += 1) expect(limit.take('s')).toBeUndefined()
  expect(limit.take('s')).toEqual({
    code: 'RATE_LIMITED',
    message: 'Too many messages, too fast.',
    mayHaveExecuted: false,
    retryAfterMs: 500,
  })
})

test('who comes when told is let through, however often it was refused before', () => {
  const { limit, clock } = limited(2, 1)
  limit.take('s')
  for (clock.time = 0; clock.time < 400; clock.time += 100) limit.take('s')
  const { retryAfterMs = 0 } = limit.take('s') ?? {}
  expect(retryAfterMs).toBe(100)
  clock.time += retryAfterMs
  expect(limit.take('s')).toBeUndefined()
})

test('a bucket never holds more than a burst', () => {
  const { limit, clock } = limited(100, 2)
  clock.time = 60_000
  expect([limit.take('s'), limit.take('s'), limit.take('s')?.code]).toEqual([undefined, undefined, 'RATE_LIMITED'])
})

test('sessions do not pay for each other, and one that is over is forgotten', () => {
  const { limit } = limited(1, 1)
  limit.take('a')
  expect(limit.take('b')).toBeUndefined()
  expect(limit.take('a')?.code).toBe('RATE_LIMITED')
  limit.forget('a')
  expect(limit.take('a')).toBeUndefined()
})
