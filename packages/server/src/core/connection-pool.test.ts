import { expect, test } from 'vitest'
import type { Connection } from '../api.js'
import { ConnectionPool } from './connection-pool.js'

const connection = (id: string, session: string, user: string): Connection => ({
  id,
  session: { id: session },
  user: { id: user },
  resumed: false,
  remoteAddress: undefined,
  headers: {},
  connectedAt: '2026-01-01T00:00:00.000Z',
  state: {},
  close: () => {},
})

test('a connection is found by its link, session and user', () => {
  const pool = new ConnectionPool()
  const first = connection('c1', 's1', 'ann')
  const second = connection('c2', 's2', 'ann')
  pool.add(1, first)
  pool.add(2, second)
  expect(pool.ofLink(1)).toBe(first)
  expect(pool.ofSession('s2')).toBe(second)
  expect(pool.ofUser('ann')).toEqual([first, second])
  expect(pool.sessionOf('c1')).toBe('s1')
  expect(pool.size).toBe(2)
  expect(pool.ofUser('bob')).toEqual([])
})

test('what is live can be looked at, all or a part, without what may hold a secret', () => {
  const pool = new ConnectionPool()
  pool.add(1, connection('c1', 's1', 'ann'))
  pool.add(2, connection('c2', 's2', 'ann'))
  pool.add(3, connection('c3', 's3', 'bob'))
  const ids = (filter?: Parameters<typeof pool.snapshots>[0]) => pool.snapshots(filter).map(({ id }) => id)
  expect(ids()).toEqual(['c1', 'c2', 'c3'])
  expect(ids({ user: 'ann' })).toEqual(['c1', 'c2'])
  expect(ids({ session: 's3' })).toEqual(['c3'])
  expect(ids({ id: 'c2' })).toEqual(['c2'])
  expect(ids({ id: 'c2', user: 'bob' })).toEqual([])
  expect(ids({ session: 's3', user: 'ann' })).toEqual([])
  const [before] = pool.snapshots({ id: 'c1' })
  expect(before).toMatchObject({ session: { id: 's1' }, user: { id: 'ann' }, resumed: false })
  expect(before).not.toHaveProperty('headers')
  pool.end(1)
  expect(pool.ofId('c1')).toBeUndefined()
  expect(ids()).toEqual(['c2', 'c3'])
})

test('after its link ended a connection still leads to its session', () => {
  const pool = new ConnectionPool()
  pool.add(1, connection('c1', 's1', 'ann'))
  expect(pool.end(1)?.id).toBe('c1')
  expect(pool.end(1)).toBeUndefined()
  expect(pool.isLive(1)).toBe(false)
  expect(pool.size).toBe(0)
  expect(pool.ofSession('s1')).toBeUndefined()
  expect(pool.ofUser('ann')).toEqual([])
  expect(pool.sessionOf('c1')).toBe('s1')
  expect(pool.ofLink(1)?.id).toBe('c1')
})

test('the end of an older link does not hide the newer one of the same session', () => {
  const pool = new ConnectionPool()
  const newer = connection('c2', 's1', 'ann')
  pool.add(1, connection('c1', 's1', 'ann'))
  pool.add(2, newer)
  pool.end(1)
  expect(pool.ofSession('s1')).toBe(newer)
  expect(pool.ofUser('ann')).toEqual([newer])
})

test('only so many ended connections are remembered, the latest', () => {
  const pool = new ConnectionPool(2)
  for (const link of [1, 2, 3]) {
    pool.add(link, connection(`c${link}`, 's', 'ann'))
    pool.end(link)
  }
  expect(pool.sessionOf('c1')).toBeUndefined()
  expect(pool.ofLink(1)).toBeUndefined()
  expect(pool.sessionOf('c2')).toBe('s')
  expect(pool.sessionOf('c3')).toBe('s')
})

test('of a connection that is released only the names are left, and they lead to its session', () => {
  const pool = new ConnectionPool()
  const heavy = { ...connection('c1', 's1', 'ann'), user: { id: 'ann', claims: {} }, state: { big: true } }
  pool.add(1, heavy)
  pool.release(1)
  expect(pool.ofLink(1)).toBe(heavy)
  pool.end(1)
  expect(pool.ofLink(1)).toBe(heavy)
  pool.release(1)
  expect(pool.ofLink(1)).toBeUndefined()
  expect(pool.namesOf(1)).toEqual({ id: 'c1', session: { id: 's1' }, user: { id: 'ann' } })
  expect(pool.sessionOf('c1')).toBe('s1')
  expect(pool.isLive(1)).toBe(false)
  pool.release(2)
})
