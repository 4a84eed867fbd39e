import { expect, test } from 'vitest'
import { newRecord } from '../session-record.js'
import { SessionsInMemory } from './sessions.js'

const recordOf = (user: string, client: string) =>
  newRecord({
    op: 'greet',
    user,
    client,
    secretHash: 'hash',
    attempt: 1,
    lastPush: 0,
    floor: 0,
    settled: [],
    page: 'page',
    owner: 'me',
    newSession: `${user}/${client}`,
    newEpoch: 'epoch',
  })

const tableOf = (...names: readonly (readonly [user: string, client: string])[]) => {
  const table = new SessionsInMemory()
  const records = names.map(([user, client]) => recordOf(user, client))
  for (const record of records) table.add(record)
  return { table, records }
}

test('a session is found by its id, and by user and client together', () => {
  const { table, records } = tableOf(['ann', '1'], ['bob', '1'])
  expect(table.get('bob/1')).toBe(records[1])
  expect(table.find('bob', '1')).toBe(records[1])
  expect(table.find('bob', '2')).toBeUndefined()
  expect(table.find('eve', '1')).toBeUndefined()
  expect([...table.all()]).toEqual(records)
})

test('names from the network are only names', () => {
  const { table, records } = tableOf(['__proto__', 'constructor'])
  expect(table.find('__proto__', 'constructor')).toBe(records[0])
  expect(table.find('toString', 'valueOf')).toBeUndefined()
  expect(table.get('hasOwnProperty')).toBeUndefined()
})

test('the session that has been without a link for longest comes first, of one user or of all', () => {
  const { table, records } = tableOf(['ann', '1'], ['ann', '2'], ['bob', '1'])
  const [ann1, ann2, bob1] = records
  for (const record of records) table.hold(record, 'me')
  expect(table.longestWithout()).toBeUndefined()
  for (const record of [bob1, ann2, ann1]) if (record) table.release(record, 5)
  expect(table.longestWithout()).toBe(bob1)
  expect(table.longestWithoutOf('ann')).toBe(ann2)
  if (ann2) table.hold(ann2, 'me')
  expect(table.longestWithoutOf('ann')).toBe(ann1)
  expect(table.longestWithoutOf('eve')).toBeUndefined()
})

test('all sessions of a holder are released at once, and stand where their time says', () => {
  const { table, records } = tableOf(['ann', '1'], ['ann', '2'], ['bob', '1'], ['bob', '2'])
  const [ann1, ann2, bob1, bob2] = records
  if (ann1) table.release(ann1, 10)
  if (ann2) table.release(ann2, 30)
  if (bob1) table.hold(bob1, 'gone')
  if (bob2) table.hold(bob2, 'me')
  table.releaseAllOf('gone', 20)
  table.releaseAllOf('never heard of', 20)
  expect(table.withoutSince(30, 9)).toEqual([ann1, bob1, ann2])
  expect(table.withoutSince(29, 9)).toEqual([ann1, bob1])
  expect(table.withoutSince(30, 1)).toEqual([ann1])
  expect(bob2?.link).toEqual({ state: 'held', owner: 'me' })
})

test('nothing is left of a session that was removed', () => {
  const { table, records } = tableOf(['ann', '1'], ['ann', '2'])
  const [one, two] = records
  if (one === undefined || two === undefined) throw new Error('no record')
  table.release(one, 1)
  table.hold(two, 'me')
  table.remove(one)
  table.remove(two)
  table.releaseAllOf('me', 1)
  expect(table.size).toBe(0)
  expect(table.countOf('ann')).toBe(0)
  expect(table.longestWithout()).toBeUndefined()
  expect(table.find('ann', '1')).toBeUndefined()
})
