import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Operation } from '@backchat/server/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LmdbStore, lmdbStore } from '../index.js'
import { fenceOf, placeOf, sessionOf, sessions, textOf } from './batches.js'
import { buildChild, Neighbour, writeUntilKilled } from './spawned.js'

let script: string
let home: string

beforeAll(async () => {
  script = await buildChild()
  home = await mkdtemp(join(tmpdir(), 'backchat-crash-'))
})

afterAll(() => rm(home, { recursive: true, force: true }))

/** What is kept of a batch: its request, and its push. */
const kept = (store: LmdbStore, batch: number, attempt: number) => {
  const { index, n } = placeOf(batch)
  const fence = fenceOf(index, attempt)
  const [begun, read] = store.apply([
    { op: 'begin', fence, n, mode: 'stream', owner: 'reader', idempotent: false, onlyLookUp: true, from: 0 },
    { op: 'read', fence, after: n - 1, most: 1 },
  ])
  return { begun, pushes: read?.op === 'read' && read.status === 'ok' ? read.pushes : undefined }
}

const isWhole = (batch: number) => ({
  begun: {
    op: 'begin',
    status: 'ended',
    ending: { ok: true, message: `"end ${batch}"` },
    count: 1,
    first: 0,
    chunks: [JSON.stringify(textOf(batch))],
  },
  pushes: [{ push: placeOf(batch).n, message: `"push ${batch}"` }],
})
const isAbsent = { begun: { op: 'begin', status: 'new' }, pushes: [] }

test('killed in the middle of writes, again and again: every answered batch is there, and no half one', {
  timeout: 60_000,
}, async () => {
  const path = join(home, 'killed')
  let first = 0
  for (let round = 0; round < 8; round++) {
    const attempt = 2 * round + 1
    const last = await writeUntilKilled(script, { path, first, attempt, killAfterMs: 7 + ((round * 37) % 90) })
    expect(last).toBeGreaterThanOrEqual(first)
    const store = lmdbStore({ path })
    store.apply([{ op: 'enlist', owner: 'reader', leaseMs: 60_000 }])
    for (let index = 0; index < sessions; index++) {
      expect(store.apply([sessionOf(index, attempt + 1, 'reader')])).toMatchObject([{ status: 'ok', resumed: true }])
    }
    for (let batch = Math.max(0, last - 20); batch <= last; batch++) {
      expect(kept(store, batch, attempt + 1)).toEqual(isWhole(batch))
    }
    // The next one may have been kept when the process died before it could say so.
    const next = kept(store, last + 1, attempt + 1)
    const isKept = next.begun?.status !== 'new'
    expect(next).toEqual(isKept ? isWhole(last + 1) : isAbsent)
    expect(kept(store, last + 2, attempt + 1)).toEqual(isAbsent)
    await store.close()
    first = isKept ? last + 2 : last + 1
  }
})

test('what a process has answered is whole for another one, while it goes on writing', {
  timeout: 60_000,
}, async () => {
  const path = join(home, 'looked at')
  const store = lmdbStore({ path })
  store.apply([{ op: 'enlist', owner: 'reader', leaseMs: 60_000 }])
  const found: unknown[] = []
  const expected: unknown[] = []
  const meanwhile = (batch: number) => {
    const { begun, pushes } = kept(store, batch, 1)
    // The writer may have gone on until this one was settled.
    if (begun?.status === 'settled') return
    found.push({ begun, pushes })
    expected.push(isWhole(batch))
  }
  const last = await writeUntilKilled(script, { path, first: 0, attempt: 1, killAfterMs: 700, meanwhile })
  expect(found.length).toBeGreaterThan(0)
  expect(found).toEqual(expected)
  expect(kept(store, last, 1)).toEqual(isWhole(last))
  await store.close()
})

test('a run in one process is waited for in another, and its end is found there', { timeout: 30_000 }, async () => {
  const path = join(home, 'shared')
  const store = lmdbStore({ path })
  const neighbour = await Neighbour.start(script, path)
  const fence = fenceOf(0, 1)
  const begin = (n: number, owner: string): Operation => {
    return { op: 'begin', fence, n, mode: 'request', owner, idempotent: false, onlyLookUp: false, from: 0 }
  }
  const renew = { op: 'renew', owner: 'here', leaseMs: 5_000, sessionTtlMs: 60_000, seen: 0 } as const
  store.apply([{ op: 'enlist', owner: 'here', leaseMs: 5_000 }])
  await neighbour.apply({ op: 'enlist', owner: 'there', leaseMs: 60_000 })
  store.apply([sessionOf(0, 1, 'here')])
  expect(await neighbour.apply(begin(1, 'there'), begin(2, 'there'))).toMatchObject([
    { status: 'new' },
    { status: 'new' },
  ])
  expect(store.apply([begin(1, 'here')])).toMatchObject([{ status: 'started', owner: 'there' }])
  const ending = { ok: true, message: '"done"' } as never
  const run = { session: fence.session, epoch: fence.epoch, n: 1, owner: 'there' }
  await neighbour.apply({ op: 'finish', run, count: 0, ending, bytes: 6 })
  expect(store.apply([renew])).toMatchObject([{ notes: [{ note: 'run', session: fence.session, n: 1 }] }])
  expect(store.apply([begin(1, 'here')])).toMatchObject([{ status: 'ended', ending }])
  // What is written here is read there, though it had the record loaded.
  store.apply([{ op: 'append', target: { to: 'all' }, message: '1' as never, bytes: 1, owner: 'here' }])
  expect(await neighbour.apply({ op: 'read', fence, after: 0, most: 9 })).toMatchObject([
    { head: 1, pushes: [{ push: 1 }] },
  ])
  // Its lease has a minute to go, but its process is gone.
  expect(store.apply([begin(2, 'here')])).toMatchObject([{ status: 'started' }])
  await neighbour.kill()
  expect(store.apply([begin(2, 'here')])).toMatchObject([{ status: 'unknown' }])
  await store.close()
})

test('a process that is killed while it is asked leaves the others free to write', { timeout: 30_000 }, async () => {
  const path = join(home, 'contended')
  const writing = writeUntilKilled(script, { path, first: 0, attempt: 1, killAfterMs: 300 })
  const store = lmdbStore({ path })
  const { pid } = process
  for (let round = 0; round < 300; round++) {
    store.apply([{ op: 'enlist', owner: `${pid} ${round % 10}`, leaseMs: 5_000 }])
    if (round % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await writing
  expect(store.apply([{ op: 'enlist', owner: 'last', leaseMs: 5_000 }])).toEqual([{ op: 'enlist', status: 'ok' }])
  await store.close()
})

test.runIf(process.platform === 'linux')(
  'a batch that the disk has no room for fails whole, and those before it are there',
  { timeout: 30_000 },
  async () => {
    const path = join(home, 'full')
    const neighbour = await Neighbour.start(script, path, 500)
    const text = JSON.stringify('x'.repeat(60_000)) as never
    const push = { op: 'append', target: { to: 'all' }, message: text, bytes: 60_002, owner: 'there' } as const
    await neighbour.apply({ op: 'enlist', owner: 'there', leaseMs: 5_000 }, sessionOf(0, 1, 'there'))
    let kept = 0
    const fill = async () => {
      for (; kept < 100; kept += 2) await neighbour.apply(push, push)
    }
    await expect(fill()).rejects.toThrow('The batch was not stored')
    expect(await neighbour.apply({ op: 'enlist', owner: 'there too', leaseMs: 5_000 })).toMatchObject([
      { status: 'ok' },
    ])
    await neighbour.kill()
    const store = lmdbStore({ path })
    const hello = sessionOf(0, 2, 'here')
    expect(store.apply([hello])).toMatchObject([{ status: 'ok', resumed: true, head: kept }])
    await store.close()
  },
)
