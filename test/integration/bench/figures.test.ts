/** What the benchmark makes of what it measured: figures that are wrong look as good as others. */

import { expect, test } from 'vitest'
import { busiestSecond } from '../../bench/limits.js'
import { Samples } from '../../bench/load/percentiles.js'
import { floor, memory } from '../../bench/peers/peers.js'
import { inDigits } from '../../bench/report/in-words.js'
import { median, summaryOf } from '../../bench/report/summary.js'

test('a percentile is a sample that was seen, and so many are not above it', () => {
  const samples = new Samples()
  for (let n = 1_000; n >= 1; n--) samples.add(n)
  expect([50, 99, 99.9, 100].map((percent) => samples.percentile(percent))).toEqual([500, 990, 999, 1_000])
  samples.add(2_000)
  expect(samples.percentile(100)).toBe(2_000)
})

test('the median of an even number lies between the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([9, 1, 3])).toBe(3)
})

test('ratios compare what stands in one round; a round without the floor has none', () => {
  const rounds = [
    { [floor]: { '1×64': 100 }, [memory]: { '1×64': 50 } },
    { [floor]: { '1×64': 10 }, [memory]: { '1×64': 20 } },
    { [memory]: { '1×64': 1_000 } },
    { [floor]: { '1×64': 10 }, [memory]: { '1×64': 10 } },
  ]
  const figure = summaryOf(rounds, [floor, memory])['1×64']?.[memory]
  expect(figure).toEqual({ median: 35, ratio: 1, span: [0.5, 2], reached: true })
})

test('less is better where it says so', () => {
  const rounds = [{ [floor]: { cpu: 10 }, [memory]: { cpu: 12 } }]
  expect(summaryOf(rounds, [floor, memory]).cpu?.[memory]?.reached).toBe(false)
})

test('the busiest second is any second, not one of the clock', () => {
  expect(busiestSecond([0, 500, 900, 950, 1_050, 1_400, 5_000, 9_000])).toBe(5 / 8)
})

test('figures have three digits that count', () => {
  expect([123_456, 12.345, 0.1234, Number.NaN].map(inDigits)).toEqual(['123,000', '12.3', '0.12', '–'])
})
