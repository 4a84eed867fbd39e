import { Ranges } from '@backchat/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Numbers } from './numbers.js'

const limited = (window: number, ranges: number) => {
  const numbers = new Numbers<string>()
  numbers.limit({ messageBytes: 1, window, ranges })
  return numbers
}

test('what has a number is found under it until it is settled, even while that cannot be told', () => {
  const numbers = limited(6, 1)
  for (const name of ['a', 'b', 'c', 'd', 'e']) numbers.give(name)
  for (const n of [2, 4]) numbers.settle(n)
  expect(numbers.size).toBe(3)
  expect([1, 2, 3, 4, 5, 6].map((n) => numbers.find(n))).toEqual(['a', undefined, 'c', undefined, 'e', undefined])
  expect(numbers.entries()).toEqual([
    [1, 'a'],
    [3, 'c'],
    [5, 'e'],
  ])
})

test('numbers ascend from 1 and are never given twice', () => {
  const numbers = new Numbers<string>()
  expect([numbers.give('held'), numbers.give('held')]).toEqual([1, 2])
  numbers.settle(1)
  numbers.settle(2)
  expect(numbers.give('held')).toBe(3)
})

test('the floor rises over what is settled without a hole, and the rest are ranges', () => {
  const numbers = new Numbers<string>()
  for (let n = 1; n <= 6; n += 1) numbers.give('held')
  for (const n of [1, 3, 4, 6]) numbers.settle(n)
  expect(numbers.floor).toBe(1)
  expect(numbers.settled).toEqual([
    [3, 4],
    [6, 6],
  ])
  numbers.settle(2)
  expect(numbers.floor).toBe(4)
})

test('a full window gives nothing until a number is settled', () => {
  const numbers = limited(2, 64)
  numbers.give('held')
  numbers.give('held')
  expect(numbers.free).toBe(false)
  numbers.settle(2)
  expect(numbers.free).toBe(true)
})

test('a number that would need one range too many is held back, counts in the window, and is told when holes close', () => {
  const numbers = limited(6, 1)
  for (let n = 1; n <= 6; n += 1) numbers.give('held')
  numbers.settle(2)
  numbers.settle(4)
  expect(numbers.settled).toEqual([[2, 2]])
  numbers.give('held')
  expect(numbers.free).toBe(false)
  numbers.settle(3)
  expect(numbers.settled).toEqual([[2, 4]])
  expect(numbers.free).toBe(true)
})

test('what is told are the ranges of what is settled, while there are not too many', () => {
  const given = Array.from({ length: 40 }, (_, index) => index + 1)
  fc.assert(
    fc.property(fc.shuffledSubarray(given), (order) => {
      const numbers = new Numbers<string>()
      const ranges = new Ranges()
      for (const _ of given) numbers.give('held')
      for (const n of order) {
        numbers.settle(n)
        ranges.add(n)
        expect([numbers.floor, numbers.settled]).toEqual([ranges.floor, ranges.above])
      }
    }),
  )
})

test('whatever the order, the bounds hold, and in the end everything is told', () => {
  const order = fc.shuffledSubarray(
    Array.from({ length: 60 }, (_, index) => index + 1),
    { minLength: 60 },
  )
  fc.assert(
    fc.property(order, fc.integer({ min: 1, max: 5 }), (order, ranges) => {
      const numbers = limited(100, ranges)
      for (let n = 1; n <= 60; n += 1) numbers.give('held')
      for (const n of order) {
        numbers.settle(n)
        expect(numbers.settled.length).toBeLessThanOrEqual(ranges)
      }
      expect([numbers.floor, numbers.settled]).toEqual([60, []])
    }),
  )
})
