import fc from 'fast-check'
import { expect, test } from 'vitest'
import { redialMs } from './backoff.js'

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const waited = fc.double({ min: 0, max: 1e12, noNaN: true })

test('a delay is as long as was waited already, and up to 1.25 times as much more, at most 9 s', () => {
  fc.assert(
    fc.property(waited, random, (waitedMs, drawn) => {
      const delay = redialMs(waitedMs, drawn)
      expect(delay).toBeGreaterThanOrEqual(Math.min(waitedMs, 4_000))
      expect(delay).toBeLessThanOrEqual(Math.min(Math.max(2.25 * waitedMs, waitedMs + 200), 9_000))
    }),
  )
})

test('the first delay is a random part of 200 ms; chance is worth no less later', () => {
  expect([0, 0.5, 1].map((drawn) => redialMs(0, drawn))).toEqual([0, 100, 200])
  expect([0, 0.5, 1].map((drawn) => redialMs(100, drawn))).toEqual([100, 200, 300])
  expect([0, 0.5, 1].map((drawn) => redialMs(1_000, drawn))).toEqual([1_000, 1_625, 2_250])
  expect([0, 0.5, 1].map((drawn) => redialMs(3_600_000, drawn))).toEqual([4_000, 6_500, 9_000])
})

test('whatever chance says, a client is back at most 2.25 times the outage later, or 200 ms and the outage, or 9 s', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.array(random, { maxLength: 200, size: 'max' }),
      (outageMs, draws) => {
        let waitedMs = 0
        for (const drawn of draws) if (waitedMs < outageMs) waitedMs += redialMs(waitedMs, drawn)
        expect(waitedMs).toBeLessThanOrEqual(outageMs + Math.min(Math.max(2.25 * outageMs, outageMs + 200), 9_000))
      },
    ),
  )
})
