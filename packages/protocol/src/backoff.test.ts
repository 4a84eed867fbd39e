import fc from 'fast-check'
import { expect, test } from 'vitest'
import { redialMs } from './backoff.js'

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

test('a delay is never negative, never over the cap, and doubles its bound until there', () => {
  fc.assert(
    fc.property(fc.nat(5_000), random, (failures, drawn) => {
      const delay = redialMs(failures, drawn)
      expect(delay).toBeGreaterThanOrEqual(0)
      expect(delay).toBeLessThanOrEqual(Math.min(10_000, 200 * 2 ** failures))
    }),
  )
})

test('the jitter is full: the delay is the drawn share of its bound', () => {
  expect([0, 1, 5, 6, 400].map((failures) => redialMs(failures, 0.5))).toEqual([100, 200, 3_200, 5_000, 5_000])
  expect(redialMs(3, 0)).toBe(0)
})

test('what a refusal asked for is waited out, and the jitter comes on top', () => {
  fc.assert(
    fc.property(fc.nat(50), random, fc.nat(60_000), (failures, drawn, leastMs) => {
      const delay = redialMs(failures, drawn, leastMs)
      expect(delay).toBeGreaterThanOrEqual(leastMs)
      expect(delay).toBeCloseTo(leastMs + redialMs(failures, drawn), 6)
    }),
  )
})
