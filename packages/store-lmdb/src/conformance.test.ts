import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OpenStore, sameAsReference, storeConformance } from '@backchat/testing/store'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { lmdbStore } from './index.js'

let home: string
let opened = 0

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'backchat-lmdb-'))
})

afterAll(() => rm(home, { recursive: true, force: true }))

/** Each store in a folder of its own. */
const open: OpenStore = (bounds) => {
  opened += 1
  const path = join(home, `${opened}`)
  let now = 0
  const openIt = () => lmdbStore({ path, ...bounds, now: () => now })
  let store = openIt()
  return {
    store,
    advance: (ms) => {
      now += ms
    },
    reopen: async () => {
      await store.close()
      store = openIt()
      return store
    },
  }
}

describe('conformance', () => {
  for (const { name, run } of storeConformance) test(name, () => run(open))
})

test('it answers like the memory store, whatever is asked', { timeout: 60_000 }, async () => {
  await sameAsReference({ open, runs: 100 })
})
