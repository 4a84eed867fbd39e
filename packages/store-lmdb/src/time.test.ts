import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from './database.js'
import { StoreTime } from './time.js'

let home: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'backchat-time-'))
})

afterAll(() => rm(home, { recursive: true, force: true }))

test('time is the same for all processes of a boot', async () => {
  const database = openDatabase({ path: join(home, 'one'), flushes: false })
  const one = new StoreTime(database, 'boot 1')
  const before = one.now()
  const other = new StoreTime(database, 'boot 1').now()
  expect(other).toBeGreaterThanOrEqual(before)
  expect(other).toBeLessThan(before + 1_000)
  await database.root.close()
})

test('in another boot it goes on from the last time that was written', async () => {
  const database = openDatabase({ path: join(home, 'two'), flushes: false })
  const hour = 60 * 60 * 1_000
  const later = new StoreTime(database, 'boot 1').now() + hour
  new StoreTime(database, 'boot 1').write(later)
  for (const boot of ['boot 2', 'boot 2']) {
    const now = new StoreTime(database, boot).now()
    expect(now).toBeGreaterThanOrEqual(later)
    expect(now).toBeLessThan(later + 1_000)
  }
  await database.root.close()
})
