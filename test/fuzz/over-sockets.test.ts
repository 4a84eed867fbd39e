/** A share of what `pnpm fuzz --sockets --frames 100000` does at length. */

import { expect, test } from 'vitest'
import { fuzzOverSockets } from './over-sockets.js'

test('3,000 frames over real sockets: no crash, no growth, nothing left, and a neighbour is answered all the time', async () => {
  const folder = new URL('../load/', import.meta.url)
  const { frames, answers, handled, grows } = await fuzzOverSockets({ folder, seed: 2, frames: 3_000 })
  expect(frames).toBeGreaterThanOrEqual(3_000)
  expect(answers).toBeGreaterThan(40)
  // It must not be that nothing gets through.
  expect(handled).toBeGreaterThan(100)
  expect(grows).toBe(false)
})
