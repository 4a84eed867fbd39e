import { expect, test } from 'vitest'
import { Watch } from './watch.js'

test('it says what the clock said when it was read, until it is read again', () => {
  let now = 1_000
  const watch = new Watch(() => now)
  expect(watch.read()).toBe(1_000)
  now = 2_000
  expect(watch.at).toBe(1_000)
  expect(watch.read()).toBe(2_000)
  expect(watch.at).toBe(2_000)
})
