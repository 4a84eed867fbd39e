/** A planned restart costs nothing: SIGTERM with 200 requests under way, and another process on the same port and store. */

import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { forget } from '../../nemesis/nemesis.js'
import { plannedRestart } from '../../nemesis/planned-restart.js'

const script = fileURLToPath(new URL('../../nemesis/server.mjs', import.meta.url))

test.each(['lmdb', 'memory'] as const)(
  'of 200 requests under way all are answered, once, with the %s store',
  {
    timeout: 120_000,
  },
  async (store) => {
    const plan = { script, store, seed: 1, requests: 200, clients: 20, slowestMs: 3_000, drainMs: 10_000 }
    const outcome = await plannedRestart(plan)
    const { figures, violations } = outcome
    console.log(JSON.stringify(figures))
    expect(violations.slice(0, 10)).toEqual([])
    expect(figures.asked).toBe(200)
    expect(figures.right).toBe(200)
    forget(outcome)
  },
)
