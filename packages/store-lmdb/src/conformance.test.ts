import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Operation } from '@backchat/server/store'
import { type OpenStore, sameAsReference, storeConformance } from '@backchat/testing/store'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { lmdbStore } from './index.js'
import { type LmdbStore, storeOf } from './lmdb-store.js'

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

/** Several stores on one path, one of which has its turn in each batch: as processes that share it, or that follow each other. */
const openSeveral = (turnOf: (batch: number) => number): OpenStore => {
  return (bounds) => {
    opened += 1
    const path = join(home, `${opened}`)
    let now = 0
    let batch = 0
    const stores = new Map<number, LmdbStore>()
    const openedFor = (turn: number): LmdbStore => {
      const store = stores.get(turn) ?? storeOf({ path, ...bounds, now: () => now }, impatient)
      stores.set(turn, store)
      return store
    }
    const store = {
      apply: (operations: readonly Operation[]) => openedFor(turnOf(batch++)).apply(operations),
      close: async () => {
        for (const store of stores.values()) await store.close()
      },
    }
    return {
      store,
      advance: (ms) => {
        now += ms
      },
    }
  }
}

const impatient = { mostLoadedBytes: 64 * 1024 * 1024, patience: 1 }

const turns = [0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 0, 1, 0, 2, 2]

test('it answers the same when several processes share it', { timeout: 120_000 }, async () => {
  await sameAsReference({ open: openSeveral((batch) => turns[batch % turns.length] ?? 0), runs: 60 })
})

test('it answers the same when each of its processes is gone after some batches', { timeout: 120_000 }, async () => {
  await sameAsReference({ open: openSeveral((batch) => Math.floor(batch / 5)), runs: 40 })
})

test('it answers the same when hardly anything stays loaded', { timeout: 120_000 }, async () => {
  const open: OpenStore = (bounds) => {
    opened += 1
    let now = 0
    const store = storeOf(
      { path: join(home, `${opened}`), ...bounds, now: () => now },
      { mostLoadedBytes: 5_000, patience: 16 },
    )
    return {
      store,
      advance: (ms) => {
        now += ms
      },
    }
  }
  await sameAsReference({ open, runs: 40 })
})
