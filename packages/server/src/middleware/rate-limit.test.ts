import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RateLimit } from './rate-limit.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a burst is let through, then it says when to come again', async () => {
  const limit = new RateLimit({ perSecond: 2, burst: 3 })
  for (let n = 0; n < 3; n += 1) expect(await limit.take('s', 'ann')).toBeUndefined()
  vi.advanceTimersByTime(400)
  expect(await limit.take('s', 'ann')).toEqual({
    code: 'RATE_LIMITED',
    message: 'Too many messages, too fast.',
    mayHaveExecuted: false,
    retryAfterMs: 1_100,
  })
})

test('who comes when told is let through, however often it was refused before', async () => {
  const limit = new RateLimit({ perSecond: 2, burst: 1 })
  await limit.take('s', 'ann')
  for (let n = 0; n < 4; n += 1) {
    vi.advanceTimersByTime(100)
    await limit.take('s', 'ann')
  }
  const { retryAfterMs = 0 } = (await limit.take('s', 'ann')) ?? {}
  expect(retryAfterMs).toBe(100)
  vi.advanceTimersByTime(retryAfterMs)
  expect(await limit.take('s', 'ann')).toBeUndefined()
})

test('a window never holds more than a burst', async () => {
  const limit = new RateLimit({ perSecond: 100, burst: 2 })
  vi.advanceTimersByTime(60_000)
  expect([await limit.take('s', 'ann'), await limit.take('s', 'ann'), (await limit.take('s', 'ann'))?.code]).toEqual([
    undefined,
    undefined,
    'RATE_LIMITED',
  ])
})

test('sessions do not pay for each other, and one that is over is forgotten', async () => {
  const limit = new RateLimit({ perSecond: 1, burst: 1 })
  await limit.take('a', 'ann')
  expect(await limit.take('b', 'ann')).toBeUndefined()
  expect((await limit.take('a', 'ann'))?.code).toBe('RATE_LIMITED')
  limit.forget('a')
  expect(await limit.take('a', 'ann')).toBeUndefined()
})

test('all sessions of a user share one allowance, and what it refuses costs the session nothing', async () => {
  const limit = new RateLimit({ perSecond: 1, burst: 2, perUser: { perSecond: 2, burst: 2 } })
  await limit.take('a', 'ann')
  await limit.take('b', 'ann')
  expect(await limit.take('a', 'ann')).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 1_000 })
  expect(await limit.take('c', 'bob')).toBeUndefined()
  vi.advanceTimersByTime(1_000)
  expect(await limit.take('a', 'ann')).toBeUndefined()
  expect(await limit.take('a', 'ann')).toMatchObject({ code: 'RATE_LIMITED' })
})

test('what a session is refused costs its user nothing', async () => {
  const limit = new RateLimit({ perSecond: 0.1, burst: 1, perUser: { perSecond: 0.1, burst: 2 } })
  for (let n = 0; n < 4; n += 1) await limit.take('a', 'ann')
  expect(await limit.take('b', 'ann')).toBeUndefined()
})

test('a wall clock that is put back puts nobody off for longer than a window', async () => {
  const limit = new RateLimit({ perSecond: 1, burst: 1 })
  await limit.take('s', 'ann')
  vi.setSystemTime(Date.now() - 3_600_000)
  expect((await limit.take('s', 'ann'))?.retryAfterMs).toBe(1_000)
  vi.advanceTimersByTime(1_000)
  expect(await limit.take('s', 'ann')).toBeUndefined()
})

test('nothing is left when it is closed', async () => {
  const limit = new RateLimit({ perSecond: 1, burst: 1, perUser: { perSecond: 1, burst: 1 } })
  await limit.take('s', 'ann')
  expect(vi.getTimerCount()).toBe(2)
  limit.close()
  expect(vi.getTimerCount()).toBe(0)
})

test('a guest is forgotten with its session; what another user has used stays used', async () => {
  const limit = new RateLimit({ perSecond: 1, burst: 1, perUser: { perSecond: 0.01, burst: 1 } })
  const before = vi.getTimerCount()
  await limit.take('a', 'guest')
  await limit.take('b', 'ann')
  limit.forget('a', 'guest')
  limit.forget('b')
  expect(vi.getTimerCount()).toBe(before + 1)
  expect((await limit.take('c', 'ann'))?.code).toBe('RATE_LIMITED')
  limit.close()
})
