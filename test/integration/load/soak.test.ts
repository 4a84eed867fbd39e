/** The soak for a short while: `pnpm soak` takes half an hour, and judges memory, too. */

import { expect, test } from 'vitest'
import { soak } from '../../load/soak.js'

test('three rounds of faults: everything that was asked is answered, and neither timers nor handles are left', async () => {
  const folder = new URL('../../load/', import.meta.url)
  const figures = await soak({ folder, rounds: 3, roundMs: 6_000, rate: 40, clients: 5, seed: 1, linksBefore: 0 })
  const { looks, struck, unsettled, endings } = figures
  expect(looks).toHaveLength(3)
  expect(Object.keys(struck)).toHaveLength(6)
  expect(Object.keys(looks.at(-1)?.ends ?? {})).toEqual(['ok'])
  expect([unsettled, endings]).toEqual([0, []])
  const [first, , last] = looks
  for (const side of ['server', 'clients'] as const) {
    expect(last?.[side].timers, side).toBeLessThanOrEqual((first?.[side].timers ?? 0) + 10)
    expect(last?.[side].handles, side).toBeLessThanOrEqual((first?.[side].handles ?? 0) + 10)
  }
}, 180_000)
