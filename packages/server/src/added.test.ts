import { expect, test } from 'vitest'
import { added, none } from './added.js'

test('the first item makes a list, the others go onto it, and none stays empty', () => {
  const one = added<number>(none, 1)
  expect([one, none]).toEqual([[1], []])
  expect(added(one, 2)).toBe(one)
  expect([one, none]).toEqual([[1, 2], []])
})
