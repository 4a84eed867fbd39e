import { expect, test } from 'vitest'
import { virtualIds } from './ids.js'
import { between, pick, random } from './random.js'

const take = (chance: () => number, count: number) => Array.from({ length: count }, () => chance())

test('the same seed and name draw the same numbers', () => {
  expect(take(random(3).stream('ann'), 5)).toEqual(take(random(3).stream('ann'), 5))
  expect(take(random(3).stream('ann'), 5)).not.toEqual(take(random(4).stream('ann'), 5))
})

test('what one stream draws changes no other', () => {
  const seed = random(3)
  take(seed, 10)
  take(seed.stream('bob'), 10)
  expect(take(seed.stream('ann'), 5)).toEqual(take(random(3).stream('ann'), 5))
})

test('the number of a key does not depend on what was drawn, and differs from key to key', () => {
  const chance = random(3)
  const before = chance.at(1_234.5)
  take(chance, 10)
  expect(chance.at(1_234.5)).toBe(before)
  expect(new Set(Array.from({ length: 1_000 }, (_, ms) => chance.at(ms))).size).toBe(1_000)
  expect(random(4).at(1_234.5)).not.toBe(before)
})

test('numbers are spread evenly, also over the first draws of many seeds', () => {
  const ofKeys = Array.from({ length: 10_000 }, (_, ms) => random(1).at(ms))
  const ofSeeds = Array.from({ length: 10_000 }, (_, seed) => random(seed)())
  for (const draws of [take(random(1), 10_000), ofSeeds, ofKeys]) {
    const tenths = new Map<number, number>()
    for (const draw of draws) tenths.set(Math.floor(draw * 10), (tenths.get(Math.floor(draw * 10)) ?? 0) + 1)
    expect([...tenths.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    for (const count of tenths.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150)
  }
})

test('between includes both ends, and pick reaches everything', () => {
  const chance = random(1)
  expect(new Set(Array.from({ length: 200 }, () => between(chance, 2, 4)))).toEqual(new Set([2, 3, 4]))
  expect(new Set(Array.from({ length: 200 }, () => pick(chance, ['a', 'b', 'c'])))).toEqual(new Set(['a', 'b', 'c']))
})

test('ids are repeatable, differ, and have the form of real ones', () => {
  const ids = virtualIds(random(1))
  const made = [ids.id(), ids.client(), ids.secret(), ids.message()]
  expect(made).toEqual([
    expect.stringMatching(/^[\w-]{21}$/),
    expect.stringMatching(/^[\w-]{22}$/),
    expect.stringMatching(/^[\w-]{43}$/),
    expect.stringMatching(/^[\w-]{21}$/),
  ])
  const again = virtualIds(random(1))
  expect([again.id(), again.client(), again.secret(), again.message()]).toEqual(made)
  expect(new Set(Array.from({ length: 1_000 }, ids.id)).size).toBe(1_000)
  expect(Buffer.from(made[1] ?? '', 'base64url').toString('base64url')).toBe(made[1])
  expect(Buffer.from(made[2] ?? '', 'base64url').toString('base64url')).toBe(made[2])
})
