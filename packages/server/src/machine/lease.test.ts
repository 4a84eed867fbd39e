import { expect, test } from 'vitest'
import type { Note, Result } from '../store/operations.js'
import { Lease } from './lease.js'
import { failed, TestStore } from './test-store.js'

const note: Note = { note: 'push', session: 's' }
const ok = (last: number, notes: readonly Note[] = []): Result => ({ op: 'renew', status: 'ok', last, notes, over: [] })
const gone: Result = { op: 'renew', status: 'gone' }

/** A lease that renews each second, its store, and a log of what it told. */
const leased = () => {
  const log: string[] = []
  const store = new TestStore()
  let names = 1
  const lease = new Lease({
    owner: 'owner 1',
    newOwner: () => {
      names += 1
      return `owner ${names}`
    },
    node: 'a',
    sessionTtlMs: 60_000,
    renewMs: 1_000,
    noted: ({ note }) => log.push(note),
    expired: ({ session }) => log.push(`expired ${session}`),
    renewed: () => log.push('renewed'),
    lost: () => log.push('lost'),
  })
  const begin = () => store.act(0, (turn) => lease.begin(turn))
  const wake = (now: number) => store.act(now, (turn) => lease.wake(turn))
  return { lease, log, store, begin, wake }
}

/** One that is held, and was renewed at 1,000. */
const held = () => {
  const stage = leased()
  stage.begin()
  stage.store.answer({ op: 'enlist', status: 'ok' }, 0)
  stage.wake(1_000)
  stage.store.answer(ok(0), 1_000)
  stage.log.splice(0)
  return stage
}

test('it begins once, and is renewed each second with what was seen', () => {
  const { lease, store, begin, wake } = leased()
  begin()
  begin()
  expect(store.asked).toEqual([{ op: 'enlist', owner: 'owner 1', node: 'a', leaseMs: 5_000 }])
  store.answer({ op: 'enlist', status: 'ok' }, 0)
  expect(lease.wakeAt()).toBe(1_000)
  wake(1_000)
  expect(store.answer(ok(7, [note]), 1_050)).toEqual({
    op: 'renew',
    owner: 'owner 1',
    leaseMs: 5_000,
    sessionTtlMs: 60_000,
    seen: 0,
  })
  expect(lease.wakeAt()).toBe(2_050)
  wake(2_050)
  expect(store.asked[0]).toMatchObject({ seen: 7 })
})

test('notes and sessions that ended are handed on', () => {
  const { log, wake, store } = held()
  wake(2_000)
  store.answer(
    {
      op: 'renew',
      status: 'ok',
      last: 2,
      notes: [note, { note: 'cancel', session: 's', n: 1 }],
      over: [{ session: 'x', user: 'u' }],
    },
    2_000,
  )
  expect(log).toEqual(['push', 'cancel', 'expired x', 'renewed'])
})

test('a hint looks at once; one that comes while the store is asked looks once more', () => {
  const { lease, store } = held()
  store.act(1_100, (turn) => lease.hinted('somebody else', turn))
  expect(store.asked).toEqual([])
  store.act(1_200, (turn) => lease.hinted('owner 1', turn))
  store.act(1_300, (turn) => lease.hinted('owner 1', turn))
  expect(store.asked).toHaveLength(1)
  store.answer(ok(0), 1_400)
  expect(store.asked).toHaveLength(1)
  store.answer(ok(0), 1_500)
  expect(store.asked).toEqual([])
})

test('an owner that is gone for the store loses everything and begins anew under another name', () => {
  const { lease, log, wake, store } = held()
  wake(2_000)
  store.answer(gone, 2_000)
  expect(log).toEqual(['lost'])
  expect(lease.owner).toBe('owner 2')
  expect(store.asked[0]).toMatchObject({ op: 'enlist', owner: 'owner 2' })
})

test('a store that fails is asked again, until the lease has run out', () => {
  const { lease, log, wake, store } = held()
  for (const now of [2_000, 3_000, 4_000, 5_000]) {
    wake(now)
    store.answer(failed, now)
  }
  expect(log).toEqual([])
  wake(6_000)
  store.answer(failed, 6_000)
  expect(log).toEqual(['lost'])
  expect(lease.owner).toBe('owner 2')
})

test('a store that says nothing is waited for until the lease has run out', () => {
  const { lease, log, wake, store } = held()
  wake(2_000)
  expect(lease.wakeAt()).toBe(6_000)
  wake(5_999)
  expect(log).toEqual([])
  wake(6_000)
  expect(log).toEqual(['lost'])
  // What is said to the old name is nothing to the new one.
  store.answer(gone, 6_001)
  expect(lease.owner).toBe('owner 2')
})

test('who was held up for longer than the lease asks first whether anybody noticed', () => {
  const { lease, log, wake, store } = held()
  wake(60_000)
  wake(60_000)
  expect(log).toEqual([])
  store.answer(ok(0), 60_100)
  expect(log).toEqual(['renewed'])
  expect(lease.owner).toBe('owner 1')
})

test('a store that fails at the first renewal has not lost the lease', () => {
  const { lease, log, store, begin, wake } = leased()
  begin()
  store.answer({ op: 'enlist', status: 'ok' }, 0)
  wake(1_000)
  store.answer(failed, 1_000)
  expect([log, lease.owner]).toEqual([[], 'owner 1'])
})

test('what the store says to one that has retired meanwhile counts no more', () => {
  const { lease, log, wake, store } = held()
  wake(2_000)
  store.act(2_100, (turn) => lease.retire(turn))
  store.answer(gone, 2_200)
  expect([log, store.asked]).toEqual([[], [{ op: 'retire', owner: 'owner 1' }]])
})

test('one that has retired asks nothing more', () => {
  const { lease, wake, store } = held()
  store.act(1_500, (turn) => lease.retire(turn))
  expect(store.answer({ op: 'retire', status: 'ok' }, 1_500)).toEqual({ op: 'retire', owner: 'owner 1' })
  expect(lease.wakeAt()).toBe(Number.POSITIVE_INFINITY)
  wake(9_000)
  store.act(9_000, (turn) => lease.look(turn))
  expect(store.asked).toEqual([])
})
