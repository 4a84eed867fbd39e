import { storeInMemory } from '@backchat/server/store'
import { describe, expect, test } from 'vitest'
import { faults, withFault } from './faults.js'
import { sameAsReference } from './model.js'
import type { OpenedStore, StoreBounds } from './store-case.js'
import { storeConformance } from './store-conformance.js'

const open = (bounds: StoreBounds): OpenedStore => {
  let now = 0
  return {
    store: storeInMemory({ ...bounds, now: () => now }),
    advance: (ms) => {
      now += ms
    },
  }
}

const cases = storeConformance.filter(({ needs }) => needs !== 'reopen')

describe('the memory store', () => {
  for (const { name, run } of cases) test(name, () => run(open))
})

test('every case has a name of its own', () => {
  expect(new Set(storeConformance.map(({ name }) => name)).size).toBe(storeConformance.length)
})

test('the memory store answers like itself', async () => {
  await sameAsReference({ open, runs: 50 })
})

/** The names of the cases that a fault fails. */
const caughtBy = async (fault: keyof typeof faults): Promise<readonly string[]> => {
  const planted = faults[fault]
  if (planted === undefined) throw new Error(`There is no fault ${fault}.`)
  const caught: string[] = []
  for (const { name, run } of cases) {
    await run((bounds) => withFault(open(bounds), planted)).catch(() => caught.push(name))
  }
  return caught
}

describe('a fault is caught', () => {
  for (const fault of Object.keys(faults)) {
    test(fault, async () => {
      expect(await caughtBy(fault)).not.toEqual([])
    })
  }
})

test('a store that answers otherwise than the memory store is found, with the operations that show it', async () => {
  const planted = faults['a gap is one too short'] ?? {}
  const played = sameAsReference({ open: (bounds) => withFault(open(bounds), planted), runs: 1_000, seed: 7 })
  await expect(played).rejects.toThrow(/\.gap\.to is/)
})

test('a case that needs what a store has not says so', async () => {
  const [needy] = storeConformance.filter(({ needs }) => needs === 'reopen')
  await expect(needy?.run(open)).rejects.toThrow('needs a store that can be opened again')
})
