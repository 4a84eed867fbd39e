import { appendFile, cp, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json } from '@backchat/protocol'
import type { GreetOperation, Operation, Owner } from '@backchat/server/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from './database.js'
import { type LmdbStore, type LmdbStoreOptions, lmdbStore } from './index.js'

let home: string
let paths = 0

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'backchat-lmdb-'))
})

afterAll(() => rm(home, { recursive: true, force: true }))

const newPath = () => join(home, `${++paths}`)

const greet = (attempt: number): GreetOperation => ({
  op: 'greet',
  user: 'ann',
  client: 'c',
  secretHash: 'hash',
  attempt,
  lastPush: 0,
  floor: 0,
  settled: [],
  page: 'page',
  owner: 'me',
  newSession: `session ${attempt}`,
  newEpoch: `epoch ${attempt}`,
})
const enlist = { op: 'enlist', owner: 'me', leaseMs: 60_000 } as const
const push = (text: string): Operation => {
  const message = JSON.stringify(text) as Json
  return { op: 'append', target: { to: 'all' }, message, bytes: text.length + 2, owner: 'me' }
}

/** Makes a session, and closes the store. */
const withSession = async (open: () => LmdbStore): Promise<void> => {
  const store = open()
  store.apply([enlist, greet(1), push('hi')])
  await store.close()
}

/** Whether the session is there when it is opened. */
const hasSession = async (open: () => LmdbStore, attempt = 2): Promise<boolean> => {
  const store = open()
  const [result] = store.apply([greet(attempt)])
  await store.close()
  return result?.op === 'greet' && result.status === 'ok' && result.resumed
}

test('a relative path is that of the folder in which the store was opened, wherever the process goes', async () => {
  const before = process.cwd()
  process.chdir(home)
  const store = lmdbStore({ path: `./${++paths}` })
  process.chdir(before)
  // The second batch changes a session that is there already, which is written to a file that is opened then.
  for (const batch of [[enlist, greet(1)], [push('hi')]]) expect(() => store.apply(batch)).not.toThrow()
  await store.close()
  expect(await hasSession(() => lmdbStore({ path: join(home, `${paths}`) }))).toBe(true)
})

test.each(['process', 'power'] as const)(
  'in mode %s sessions are there when it is opened again',
  async (durability) => {
    const path = newPath()
    const open = () => lmdbStore({ path, durability })
    await withSession(open)
    expect(await hasSession(open)).toBe(true)
  },
)

test('the data of another boot is not opened, and goes', async () => {
  const path = newPath()
  const open = () => lmdbStore({ path })
  await withSession(open)
  const [folder = ''] = await readdir(path)
  await rename(join(path, folder), join(path, 'process-00000000-0000-0000-0000-000000000000'))
  expect(await hasSession(open)).toBe(false)
  expect(await readdir(path)).toEqual([folder])
})

test('what was flushed is there after another boot, too', async () => {
  const path = newPath()
  const open = () => lmdbStore({ path, durability: 'power' })
  await withSession(open)
  await lmdbStore({ path }).close()
  expect(await hasSession(open)).toBe(true)
})

test.each(['process', 'power'] as const)('in mode %s a copy starts empty, wherever it is put', async (durability) => {
  const path = newPath()
  const copy = newPath()
  await withSession(() => lmdbStore({ path, durability }))
  await cp(path, copy, { recursive: true })
  expect(await hasSession(() => lmdbStore({ path: copy, durability }))).toBe(false)
  expect(await hasSession(() => lmdbStore({ path: copy, durability }), 3)).toBe(true)
  expect(await hasSession(() => lmdbStore({ path, durability }))).toBe(true)
  await rm(path, { recursive: true })
  await cp(copy, path, { recursive: true })
  expect(await hasSession(() => lmdbStore({ path, durability }), 4)).toBe(false)
})

test('a file of a newer layout is refused, and stays as it is', async () => {
  const path = newPath()
  await withSession(() => lmdbStore({ path }))
  const [folder = ''] = await readdir(path)
  const database = openDatabase({ path: join(path, folder), flushes: false })
  database.about.putSync('layout', 99)
  await database.root.close()
  expect(() => lmdbStore({ path })).toThrow(/newer version of @backchat\/store-lmdb \(layout 99/)
  const again = openDatabase({ path: join(path, folder), flushes: false })
  expect([...again.sessions.getKeys()]).toHaveLength(1)
  await again.root.close()
})

/** The folder with the data, and the names of the change logs in it. */
const logsOf = async (path: string) => {
  const [folder = ''] = await readdir(path)
  const data = join(path, folder)
  return { data, logs: (await readdir(data)).filter((name) => name.startsWith('changes-')) }
}

const headOf = (path: string, attempt: number) => {
  const store = lmdbStore({ path })
  const [result] = store.apply([greet(attempt)])
  return { head: result?.op === 'greet' && result.status === 'ok' ? result.head : undefined, closed: store.close() }
}

test('what only the change log says is there when the store is opened again, but for a line that was cut short', async () => {
  const path = newPath()
  const store = lmdbStore({ path })
  store.apply([enlist, greet(1)])
  for (const text of ['one', 'two', 'three']) store.apply([push(text)])
  await store.close()
  const { data, logs } = await logsOf(path)
  expect(logs).toHaveLength(1)
  await appendFile(join(data, logs[0] ?? ''), '[9,["four"],[["session 1",')
  const { head, closed } = headOf(path, 2)
  await closed
  expect(head).toBe(3)
  // It was carried out.
  expect((await logsOf(path)).logs).toEqual([])
})

test('a store whose change log is gone starts empty, and one that nobody knows goes', async () => {
  const path = newPath()
  const store = lmdbStore({ path })
  store.apply([enlist, greet(1)])
  store.apply([push('one')])
  await store.close()
  const { data, logs } = await logsOf(path)
  await rm(join(data, logs[0] ?? ''))
  await writeFile(join(data, 'changes-of-nobody'), 'whatever')
  expect(await hasSession(() => lmdbStore({ path }))).toBe(false)
  expect((await logsOf(path)).logs).toEqual([])
})

test('a batch that writes to tables, too, is whole in one place: not in the change log', async () => {
  const path = newPath()
  const store = lmdbStore({ path })
  store.apply([enlist, greet(1)])
  store.apply([push('one')])
  const { data, logs } = await logsOf(path)
  const sizeOf = async () => (await stat(join(data, logs[0] ?? ''))).size
  const size = await sizeOf()
  store.apply([push('two'), { op: 'join', session: 'session 1', room: 'x' }])
  expect(await sizeOf()).toBe(size)
  store.apply([push('three')])
  expect(await sizeOf()).toBeGreaterThan(size)
  await store.close()
  const { head, closed } = headOf(path, 2)
  await closed
  expect(head).toBe(3)
})

test('what was begun and forgotten before its row knew of it does not come back', async () => {
  const path = newPath()
  const store = lmdbStore({ path })
  const begin = (attempt: number, onlyLookUp: boolean): Operation => {
    const fence = { session: 'session 1', epoch: 'epoch 1', attempt }
    return { op: 'begin', fence, n: 1, mode: 'request', owner: 'me', idempotent: false, onlyLookUp, from: 0 }
  }
  const run = { session: 'session 1', epoch: 'epoch 1', n: 1, owner: 'me' }
  store.apply([enlist, greet(1)])
  // In the change log.
  expect(store.apply([begin(1, false)])).toMatchObject([{ status: 'new' }])
  // In rows, which are again as they were; that the change log is over is news to them.
  expect(
    store.apply([
      { op: 'forget', run },
      { op: 'join', session: 'session 1', room: 'x' },
    ]),
  ).toMatchObject([{ status: 'ok' }, {}])
  await store.close()
  const other = lmdbStore({ path })
  other.apply([greet(2)])
  expect(other.apply([begin(2, true)])).toMatchObject([{ status: 'new' }])
  await other.close()
})

test('a change log that is long goes to rows', async () => {
  const path = newPath()
  const store = lmdbStore({ path, mapSize: 16 * 1024 * 1024 })
  store.apply([enlist, greet(1)])
  const sizes = []
  for (let batch = 1; batch <= 40; batch++) {
    store.apply([push('x'.repeat(60_000))])
    const { data, logs } = await logsOf(path)
    sizes.push((await stat(join(data, logs[0] ?? ''))).size)
  }
  await store.close()
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1024 * 1024)
  expect(sizes.filter((size) => size === 0).length).toBeGreaterThan(0)
  const { head, closed } = headOf(path, 2)
  await closed
  expect(head).toBe(40)
})

test('a folder that cannot be made is named', async () => {
  const path = newPath()
  await mkdir(home, { recursive: true })
  await writeFile(path, 'a file')
  expect(() => lmdbStore({ path })).toThrow(`The store cannot write to its folder ${path}`)
})

test('a batch for which there is no room fails whole, and what makes room still goes', async () => {
  const store = lmdbStore({ path: newPath(), mapSize: 512 * 1024 })
  store.apply([enlist, greet(1)])
  const fence = { session: 'session 1', epoch: 'epoch 1', attempt: 1 }
  const fill = () => {
    for (let batch = 0; batch < 1_000; batch++) store.apply([push('first'), push('x'.repeat(100_000))])
  }
  expect(fill).toThrow(/The batch was not stored: .*mapSize/)
  const read = { op: 'read', fence, after: 0, most: 2_000 } as const
  const [before] = store.apply([read])
  if (before?.op !== 'read' || before.status !== 'ok') throw new Error('It cannot be read.')
  expect(before.pushes.length).toBe(before.head)
  // Of the failed batch the first push is not there either.
  expect(before.head % 2).toBe(0)
  store.apply([{ op: 'confirm', fence, push: before.head, floor: 0, settled: [], chunks: [] }])
  expect(store.apply([push('again')])).toMatchObject([{ appended: [{ push: before.head + 1 }] }])
  await store.close()
})

test('a batch that fails in the middle leaves nothing, in the file and in what is loaded', async () => {
  const path = newPath()
  const store = lmdbStore({ path })
  store.apply([enlist, greet(1)])
  const heard: Owner[] = []
  store.listen((owner) => heard.push(owner))
  const garbage = { op: 'nothing that there is' } as never
  expect(() =>
    store.apply([{ ...enlist, owner: 'other' }, { ...push('half'), owner: 'other' } as Operation, garbage]),
  ).toThrow()
  expect(heard).toEqual([])
  expect(store.apply([push('whole')])).toMatchObject([{ appended: [{ push: 1 }] }])
  expect(store.apply([{ op: 'renew', owner: 'other', leaseMs: 1, sessionTtlMs: 1, seen: 0 }])).toMatchObject([
    { status: 'gone' },
  ])
  await store.close()
})

test('it says how it is to be looked at', async () => {
  const store = lmdbStore({ path: newPath() })
  expect(store.pollMs).toBe(250)
  expect(store.sessionTtlMs).toBe(24 * 60 * 60 * 1_000)
  await store.close()
  expect(() => store.apply([enlist])).toThrow('The batch was not stored')
})

test('a push to very many sessions reaches each once', { timeout: 30_000 }, async () => {
  const store = lmdbStore({ path: newPath() })
  store.apply([enlist])
  const count = 1_200
  const hellos = Array.from({ length: count }, (_, index) => ({
    ...greet(1),
    user: `${index}`,
    newSession: `session ${index}`,
  }))
  store.apply(hellos)
  for (const number of [1, 2]) {
    const [result] = store.apply([push('all')])
    if (result?.op !== 'append') throw new Error('It has no result.')
    expect(new Set(result.appended.map(({ session }) => session)).size).toBe(count)
    expect(result.appended.every(({ push }) => push === number)).toBe(true)
  }
  await store.close()
})

test('an option that does not exist is refused, and so is a store without a place', () => {
  expect(() => lmdbStore({ path: newPath(), durable: 'power' } as LmdbStoreOptions)).toThrow(
    "The option of lmdbStore() has an unknown field 'durable'; there are path, durability, ",
  )
  for (const path of [undefined, '', 5])
    expect(() => lmdbStore({ path } as LmdbStoreOptions)).toThrow(
      'lmdbStore() needs path, a folder of this machine, not ',
    )
})
