/** The nemesis for a short while, with a fixed seed: `pnpm nemesis` takes its time. */

import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { forget, nemesis } from '../../nemesis/nemesis.js'

const script = fileURLToPath(new URL('../../nemesis/server.mjs', import.meta.url))

test('cut, deaf, slow, frozen, killed and restarted for 15 s: no promise is broken', { timeout: 180_000 }, async () => {
  const outcome = await nemesis({ script, store: 'memory', seed: 3, forMs: 15_000, clients: 10 })
  const { figures, violations } = outcome
  console.log(JSON.stringify(figures))
  expect(violations.slice(0, 10)).toEqual([])
  // Where nothing happens nothing can be broken.
  expect(Object.keys(figures.struck)).toHaveLength(8)
  expect(figures.asked).toBeGreaterThan(1_000)
  expect(figures.streams.exact).toBeGreaterThan(0)
  expect(figures.pushes.appended).toBeGreaterThan(100)
  expect(figures.pushes.resets).toBeGreaterThan(0)
  forget(outcome)
})
