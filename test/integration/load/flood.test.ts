/** A small flood of hostile sockets: what must hold however slow the machine is. `pnpm flood` measures a large one. */

import { expect, test } from 'vitest'
import { flood } from '../../load/flood.js'

test('200 hostile sockets on a server for 100: honest clients are served, and nothing is left afterwards', async () => {
  const folder = new URL('../../load/', import.meta.url)
  const plan = { folder, sockets: 200, seconds: 8, clients: 5, maxConnections: 100, patienceMs: 60_000 }
  const { during, opened, mostSockets, goneAfterMs, heapBytes, endings } = await flood(plan)
  expect(during.failures).toEqual([])
  expect(during.connects.count).toBeGreaterThan(10)
  expect(during.requests.count).toBeGreaterThan(50)
  // All of them tried, and held what they got.
  expect(Object.keys(opened)).toHaveLength(10)
  expect(Math.min(...Object.values(opened))).toBeGreaterThanOrEqual(20)
  expect(mostSockets).toBeGreaterThan(100)
  expect(goneAfterMs).toBeDefined()
  expect(heapBytes.after).toBeLessThan(heapBytes.before + 10_000_000)
  expect(endings).toEqual([])
}, 180_000)
