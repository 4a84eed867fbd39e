import { expect, test } from 'vitest'
import { type Change, type Limits, Rules, type Sample } from './rules.js'

const off: Limits = {
  windowMs: 60_000,
  stuckHandlers: undefined,
  errorRate: undefined,
  eventLoopDelay: undefined,
  queueGrowth: undefined,
  authFailures: undefined,
}

/** Takes a sample each second; says what changed, as `+rule` and `-rule`. */
const watch = (limits: Partial<Limits>) => {
  const rules = new Rules({ ...off, ...limits })
  let at = 0
  let sample: Sample = {
    at,
    silentMs: [],
    handled: 0,
    failed: 0,
    eventLoopDelayMs: 0,
    queue: 0,
    authFailures: 0,
  }
  const changes = (otherwise: Partial<Sample> = {}, passMs = 1_000): readonly Change[] => {
    at += passMs
    sample = { ...sample, ...otherwise, at }
    return rules.take(sample)
  }
  const sees = (otherwise: Partial<Sample> = {}, passMs = 1_000): string =>
    changes(otherwise, passMs)
      .map(({ state, rule }) => `${state === 'raised' ? '+' : '-'}${rule}`)
      .join(' ')
  return { sees, changes }
}

test('a stuck handler raises one alert, however long it is stuck, and resolves it when it ends', () => {
  const { sees } = watch({ stuckHandlers: { afterMs: 30_000 } })
  expect(sees({ silentMs: [29_999] })).toBe('')
  expect(sees({ silentMs: [30_000, 10] })).toBe('+stuck-handlers')
  expect(sees({ silentMs: [31_000, 30_500] })).toBe('')
  expect(sees({ silentMs: [100] })).toBe('-stuck-handlers')
  expect(sees({ silentMs: [100] })).toBe('')
  expect(sees({ silentMs: [30_001] })).toBe('+stuck-handlers')
})

test('an alert says what was measured against what', () => {
  const { changes } = watch({ stuckHandlers: { afterMs: 30_000 } })
  expect(changes({ silentMs: [40_000, 50_000, 1] })).toEqual([
    {
      rule: 'stuck-handlers',
      state: 'raised',
      message: '2 handler(s) have said nothing for 30000 ms or longer.',
      value: 2,
      limit: 0,
    },
  ])
})

test('the error rate is that of the window, and of enough requests', () => {
  const { sees } = watch({ errorRate: { share: 0.1, least: 20 }, windowMs: 10_000 })
  expect(sees()).toBe('')
  // All of few.
  expect(sees({ handled: 19, failed: 19 })).toBe('')
  // What was before the window does not count.
  expect(sees({}, 11_000)).toBe('')
  expect(sees({ handled: 119, failed: 28 })).toBe('')
  expect(sees({ handled: 139, failed: 32 })).toBe('+error-rate')
  expect(sees({ handled: 140, failed: 33 })).toBe('')
  expect(sees({ handled: 200, failed: 33 })).toBe('-error-rate')
  expect(sees({}, 20_000)).toBe('')
})

test('an error rate without requests is none, and is resolved', () => {
  const { sees } = watch({ errorRate: { share: 0.5, least: 2 }, windowMs: 5_000 })
  sees()
  expect(sees({ handled: 4, failed: 4 })).toBe('+error-rate')
  expect(sees({}, 5_000)).toBe('-error-rate')
})

test('one slow moment of the event loop is none; two in a row are', () => {
  const { sees } = watch({ eventLoopDelay: { ms: 200 } })
  expect(sees({ eventLoopDelayMs: 500 })).toBe('')
  expect(sees({ eventLoopDelayMs: 100 })).toBe('')
  expect(sees({ eventLoopDelayMs: 500 })).toBe('')
  expect(sees({ eventLoopDelayMs: 200 })).toBe('+event-loop-delay')
  expect(sees({ eventLoopDelayMs: 900 })).toBe('')
  expect(sees({ eventLoopDelayMs: 199 })).toBe('-event-loop-delay')
})

test('a queue that grows and grows is told of until it is short again', () => {
  const { sees } = watch({ queueGrowth: { least: 100, samples: 3 } })
  expect(sees({ queue: 200 })).toBe('')
  expect(sees({ queue: 201 })).toBe('')
  expect(sees({ queue: 202 })).toBe('')
  // Long, but no longer than before.
  expect(sees({ queue: 202 })).toBe('')
  for (const queue of [203, 204]) expect(sees({ queue })).toBe('')
  expect(sees({ queue: 205 })).toBe('+queue-growth')
  expect(sees({ queue: 150 })).toBe('')
  expect(sees({ queue: 99 })).toBe('-queue-growth')
  // Growing, but short.
  for (const queue of [10, 20, 30, 40]) expect(sees({ queue })).toBe('')
})

test('refused strangers are counted over the window', () => {
  const { sees } = watch({ authFailures: { most: 5 }, windowMs: 10_000 })
  expect(sees({ authFailures: 50 })).toBe('')
  expect(sees({ authFailures: 55 })).toBe('')
  expect(sees({ authFailures: 56 })).toBe('+auth-failures')
  expect(sees({}, 5_000)).toBe('')
  expect(sees({}, 6_000)).toBe('-auth-failures')
})

test('rules that are off say nothing', () => {
  const { sees } = watch({})
  const bad = { silentMs: [1e9], handled: 1e6, failed: 1e6, eventLoopDelayMs: 1e6, queue: 1e6, authFailures: 1e6 }
  for (let n = 1; n < 10; n += 1) expect(sees({ ...bad, queue: n * 1e6 })).toBe('')
})
