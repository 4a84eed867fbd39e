import { expect, test } from 'vitest'
import { Ring } from './ring.js'

test('the newest are kept, oldest first; each one more says which had to go', () => {
  const ring = new Ring<number>(3)
  expect([...ring.all()]).toEqual([])
  expect([1, 2].map((each) => ring.add(each))).toEqual([undefined, undefined])
  expect(ring.oldest).toBeUndefined()
  expect([...ring.all()]).toEqual([1, 2])
  expect([3, 4, 5, 6, 7].map((each) => ring.add(each))).toEqual([undefined, 1, 2, 3, 4])
  expect([...ring.all()]).toEqual([5, 6, 7])
  expect(ring.oldest).toBe(5)
  ring.add(8)
  expect([...ring.all()]).toEqual([6, 7, 8])
})

test('one that keeps a single thing keeps the newest', () => {
  const ring = new Ring<number>(1)
  for (const each of [1, 2, 3]) ring.add(each)
  expect([...ring.all()]).toEqual([3])
})
