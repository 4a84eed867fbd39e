import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Range } from './frames.js'
import { Ranges } from './ranges.js'

const most = 60
const all = Array.from({ length: most }, (_, index) => index + 1)
const number = fc.integer({ min: 1, max: most })

/** What a set of numbers looks like as a floor and ranges. */
function summary(numbers: ReadonlySet<number>): { floor: number; above: Range[] } {
  let floor = 0
  while (numbers.has(floor + 1)) floor++
  const above: Range[] = []
  for (let n = floor + 1; n <= most; n++) {
    if (!numbers.has(n)) continue
    const from = n
    while (numbers.has(n + 1)) n++
    above.push([from, n])
  }
  return { floor, above }
}

const shown = (ranges: Ranges) => ({ floor: ranges.floor, above: ranges.above })

const anySet = fc.array(number, { maxLength: most, size: 'max' }).map((numbers) => new Set(numbers))

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('add' as const), n: number }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('merge' as const), numbers: anySet }) },
)

test('it agrees with a set of numbers, whatever is added and merged', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const ranges = new Ranges()
      const model = new Set<number>()
      for (const step of steps) {
        if (step.do === 'add') {
          expect(ranges.add(step.n)).toBe(!model.has(step.n))
          model.add(step.n)
        } else {
          const { floor, above } = summary(step.numbers)
          ranges.merge(floor, above)
          for (const n of step.numbers) model.add(n)
        }
        expect(shown(ranges)).toEqual(summary(model))
        expect(all.filter((n) => ranges.has(n))).toEqual(all.filter((n) => model.has(n)))
      }
    }),
  )
})

test('it can tell beforehand whether a number would need one more range', () => {
  fc.assert(
    fc.property(anySet, number, (numbers, n) => {
      const { floor, above } = summary(numbers)
      const ranges = new Ranges(floor, above)
      const foretold = ranges.wouldSplit(n)
      ranges.add(n)
      expect(ranges.above.length > above.length).toBe(foretold)
    }),
  )
})

test('bounding fills the lowest holes and takes nothing out', () => {
  fc.assert(
    fc.property(anySet, fc.integer({ min: 0, max: 10 }), (numbers, count) => {
      const { floor, above } = summary(numbers)
      const ranges = new Ranges(floor, above)
      ranges.bound(count)
      expect(ranges.above).toEqual(above.slice(Math.max(0, above.length - count)))
      for (const n of numbers) expect(ranges.has(n)).toBe(true)
      if (above.length <= count) expect(ranges.floor).toBe(floor)
    }),
  )
})

test('an older report of the peer changes nothing', () => {
  const ranges = new Ranges(10, [[12, 14]])
  ranges.merge(3, [
    [5, 6],
    [13, 13],
  ])
  expect(shown(ranges)).toEqual({ floor: 10, above: [[12, 14]] })
})

test('ranges that a frame holds do not change under it', () => {
  const ranges = new Ranges(0, [
    [3, 4],
    [8, 9],
  ])
  const held = ranges.above
  ranges.add(5)
  ranges.merge(4, [[20, 30]])
  ranges.bound(0)
  expect(held).toEqual([
    [3, 4],
    [8, 9],
  ])
})

test('the highest number that there is can be added', () => {
  const ranges = new Ranges()
  ranges.add(Number.MAX_SAFE_INTEGER)
  ranges.add(Number.MAX_SAFE_INTEGER - 1)
  expect(ranges.above).toEqual([[Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER]])
})

test('a peer that overlaps its ranges, or leaves them unsorted, does no harm', () => {
  const ranges = new Ranges()
  ranges.merge(0, [
    [8, 9],
    [3, 5],
    [4, 8],
  ])
  expect(shown(ranges)).toEqual({ floor: 0, above: [[3, 9]] })
})

test('the number of the floor is there already', () => {
  const ranges = new Ranges(3)
  expect(ranges.add(3)).toBe(false)
  expect(ranges.add(4)).toBe(true)
})
