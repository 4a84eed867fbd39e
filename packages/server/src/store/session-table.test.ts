import type { Json } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { newRecord } from './session-record.js'
import { SessionTable } from './session-table.js'

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
    newSession: `${user}/${client}`,
    newEpoch: 'epoch',
  })

const tableOf = (...names: readonly (readonly [user: string, client: string])[]) => {
  const table = new SessionTable()
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

test('the oldest without a link is the one that lost its link first, of one user or of all', () => {
  const { table, records } = tableOf(['ann', '1'], ['ann', '2'], ['bob', '1'], ['bob', '2'])
  const [ann1, ann2, bob1] = records
  expect(table.oldestDetached()).toBeUndefined()
  for (const record of [bob1, ann2, ann1]) if (record) table.detach(record)
  expect(table.oldestDetached()).toBe(bob1)
  expect(table.oldestDetachedOf('ann')).toBe(ann2)
  if (ann2) table.attach(ann2)
  expect(table.oldestDetachedOf('ann')).toBe(ann1)
  expect(table.oldestDetachedOf('eve')).toBeUndefined()
})

test('nothing is left of a session that was removed', () => {
  const { table, records } = tableOf(['ann', '1'])
  const [record] = records
  if (record === undefined) throw new Error('no record')
  record.log.push('"hi"' as Json, 4)
  table.detach(record)
  table.remove(record)
  expect(table.size).toBe(0)
  expect(table.countOf('ann')).toBe(0)
  expect(table.oldestDetached()).toBeUndefined()
  expect(table.find('ann', '1')).toBeUndefined()
})
