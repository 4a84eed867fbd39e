import { type Json, limits } from '@backchat/protocol'
import { expect, test } from 'vitest'
import type { Operation, Target } from './operations.js'
import { beginning, opened, runOf } from './test-store.js'

test('the first hello makes a record, the next one finds it with journal and log', () => {
  const { greet, ask, append, fenceOf } = opened()
  const fence = fenceOf()
  ask(beginning(fence, 1))
  append({ to: 'session', session: fence.session })
  const found = greet({ attempt: 2, epoch: fence.epoch })
  expect(found).toEqual({
    op: 'greet',
    status: 'ok',
    session: fence.session,
    epoch: fence.epoch,
    resumed: true,
    head: 1,
    over: [],
  })
  expect(ask(beginning({ ...fence, attempt: 2 }, 1)).status).toBe('started')
})

test('a hello without an epoch finds the record, too: its welcome was lost', () => {
  const { greet, fenceOf } = opened()
  const fence = fenceOf()
  expect(greet({ attempt: 2 })).toMatchObject({ session: fence.session, resumed: true })
})

test('a stale hello, and one with another secret, touch nothing', () => {
  const { greet, ask, fenceOf } = opened()
  const fence = fenceOf({ attempt: 5 })
  expect(greet({ attempt: 5 })).toEqual({ op: 'greet', status: 'stale' })
  expect(greet({ attempt: 4, floor: 9, epoch: 'another' })).toEqual({ op: 'greet', status: 'stale' })
  expect(greet({ attempt: 6, floor: 9, secretHash: 'guessed' })).toEqual({ op: 'greet', status: 'not-yours' })
  expect(greet({ attempt: 1, secretHash: 'guessed' })).toEqual({ op: 'greet', status: 'not-yours' })
  expect(ask(beginning(fence, 1)).status).toBe('new')
})

test('the same client id of another user is another session', () => {
  const { fenceOf } = opened()
  expect(fenceOf({ user: 'ann' }).session).not.toBe(fenceOf({ user: 'bob', secretHash: 'other' }).session)
})

test('another epoch is another record, and the old one is over', () => {
  const { greet, ask, fenceOf } = opened()
  const old = fenceOf()
  ask({ op: 'join', session: old.session, room: 'lobby' })
  const result = greet({ attempt: 2, epoch: 'forgotten' })
  expect(result).toMatchObject({ status: 'ok', resumed: false, over: [{ session: old.session, user: 'ann' }] })
  expect(ask(beginning(old, 1)).status).toBe('fenced')
  expect(ask({ op: 'forget', run: runOf(old, 1) }).status).toBe('gone')
})

test('a client that has seen more pushes than there are gets a new record: the store went back in time', () => {
  const { greet, append, fenceOf } = opened()
  const fence = fenceOf()
  append({ to: 'all' })
  expect(greet({ attempt: 2, epoch: fence.epoch, lastPush: 1 })).toMatchObject({ resumed: true, head: 1 })
  expect(greet({ attempt: 3, epoch: fence.epoch, lastPush: 2 })).toMatchObject({ resumed: false, head: 0 })
})

test('what a hello reports settled is forgotten and never runs, in a new record too', () => {
  const { ask, fenceOf } = opened()
  const first = fenceOf({ floor: 3, settled: [[5, 5]] })
  expect(ask(beginning(first, 3)).status).toBe('settled')
  expect(ask(beginning(first, 4)).status).toBe('new')
  const second = fenceOf({ attempt: 2, epoch: first.epoch, floor: 5 })
  expect(ask(beginning(second, 4)).status).toBe('settled')
})

test('every operation of an older attempt is fenced, and changes nothing', () => {
  const { ask, append, fenceOf } = opened()
  const old = fenceOf()
  append({ to: 'all' })
  const fence = fenceOf({ attempt: 2 })
  const late: readonly Operation[] = [
    beginning(old, 1),
    { op: 'cancel', fence: old, n: 2 },
    { op: 'confirm', fence: old, push: 1, floor: 9, settled: [], chunks: [] },
    { op: 'read', fence: old, after: 0, most: 9 },
    { op: 'answer', fence: old, push: 1, ending: { ok: true, message: '1' as Json } },
    { op: 'end', fence: old },
  ]
  expect(ask({ op: 'detach', user: 'ann', client: 'c', attempt: 1, page: 'page' }).status).toBe('fenced')
  for (const operation of late) expect(ask(operation)).toEqual({ op: operation.op, status: 'fenced' })
  expect(ask(beginning(fence, 1)).status).toBe('new')
  expect(ask(beginning(fence, 2)).status).toBe('new')
  expect(ask({ op: 'read', fence, after: 0, most: 9 })).toMatchObject({ head: 1, pushes: [{ push: 1 }] })
})

test('a run writes its chunks and its end whatever becomes of links', () => {
  const { ask, fenceOf } = opened()
  const old = fenceOf()
  ask(beginning(old, 1, { mode: 'stream' }))
  const fence = fenceOf({ attempt: 2 })
  const chunk = { content: '"a"' as Json, bytes: 3 }
  expect(ask({ op: 'chunks', run: runOf(old, 1), first: 0, chunks: [chunk] }).status).toBe('ok')
  const ending = { ok: true, message: '{}' as Json } as const
  expect(ask({ op: 'finish', run: runOf(old, 1), count: 1, ending, bytes: 2 })).toMatchObject({
    status: 'ok',
    count: 1,
  })
  expect(ask(beginning(fence, 1, { mode: 'stream' }))).toMatchObject({ status: 'ended', ending, chunks: ['"a"'] })
  ask({ op: 'confirm', fence, push: 0, floor: 0, settled: [], chunks: [[1, 1]] })
  expect(ask(beginning(fence, 1, { mode: 'stream' })).status).toBe('lost')
})

test('pushes are numbered where they are appended, for each session by itself', () => {
  const { append, ask, fenceOf } = opened()
  const ann = fenceOf()
  append({ to: 'session', session: ann.session })
  const bob = fenceOf({ user: 'bob' })
  expect(append({ to: 'all' }, 'both')).toEqual([
    { session: ann.session, push: 2 },
    { session: bob.session, push: 1 },
  ])
  expect(ask({ op: 'read', fence: ann, after: 1, most: 9 })).toEqual({
    op: 'read',
    status: 'ok',
    head: 2,
    pushes: [{ push: 2, message: '"both"' }],
  })
})

test('a push reaches the sessions of a user, and those of a room but for who is excepted', () => {
  const { append, ask, fenceOf } = opened()
  const one = fenceOf({ client: '1' }).session
  const two = fenceOf({ client: '2' }).session
  const bob = fenceOf({ user: 'bob' }).session
  for (const session of [one, bob]) expect(ask({ op: 'join', session, room: 'lobby' }).status).toBe('ok')
  const reached = (target: Target) => append(target).map(({ session }) => session)
  expect(reached({ to: 'user', user: 'ann' })).toEqual([one, two])
  expect(reached({ to: 'room', room: 'lobby' })).toEqual([one, bob])
  expect(reached({ to: 'room', room: 'lobby', except: [bob] })).toEqual([one])
  ask({ op: 'leave', session: one, room: 'lobby' })
  expect(reached({ to: 'room', room: 'lobby' })).toEqual([bob])
})

test('a target that meets no session stores nothing', () => {
  const { append, ask } = opened()
  for (const target of [
    { to: 'session', session: 'nobody' },
    { to: 'user', user: 'nobody' },
    { to: 'room', room: 'empty' },
    { to: 'all' },
  ] as const) {
    expect(append(target)).toEqual([])
  }
  expect(ask({ op: 'join', session: 'nobody', room: 'lobby' }).status).toBe('gone')
})

test('what retention took is told as a gap, to who reads and to who comes back', () => {
  const { append, ask, greet, fenceOf } = opened()
  const fence = fenceOf()
  for (let push = 0; push < limits.logPushes + 3; push++) append({ to: 'all' })
  expect(ask({ op: 'read', fence, after: 1, most: 1 })).toMatchObject({
    gap: { from: 2, to: 3 },
    pushes: [{ push: 4 }],
  })
  expect(ask({ op: 'read', fence, after: 3, most: 1 })).not.toHaveProperty('gap')
  expect(greet({ attempt: 2, lastPush: 2 })).toMatchObject({ gap: { from: 3, to: 3 }, head: limits.logPushes + 3 })
  expect(greet({ attempt: 3, lastPush: 3 })).not.toHaveProperty('gap')
})

test('a log is bounded by its bytes, too', () => {
  const { append, ask, fenceOf } = opened()
  const fence = fenceOf()
  for (let push = 0; push < 3; push++) append({ to: 'all' }, 'x'.repeat(limits.logBytes / 2 - 2))
  expect(ask({ op: 'read', fence, after: 0, most: 9 })).toMatchObject({ gap: { from: 1, to: 1 }, head: 3 })
})

test('pushes that the client has are forgotten, and are no gap', () => {
  const { append, ask, fenceOf } = opened()
  const fence = fenceOf()
  for (let push = 0; push < 3; push++) append({ to: 'all' })
  ask({ op: 'confirm', fence, push: 2, floor: 0, settled: [], chunks: [] })
  expect(ask({ op: 'read', fence, after: 2, most: 9 })).toEqual({
    op: 'read',
    status: 'ok',
    head: 3,
    pushes: [{ push: 3, message: '"hi"' }],
  })
})

test('the end of a session takes record, journal, log and rooms with it', () => {
  const { append, ask, greet, fenceOf } = opened()
  const fence = fenceOf()
  ask(beginning(fence, 1))
  ask({ op: 'join', session: fence.session, room: 'lobby' })
  expect(ask({ op: 'end', fence }).status).toBe('ok')
  expect(ask({ op: 'end', fence }).status).toBe('gone')
  expect(append({ to: 'room', room: 'lobby' })).toEqual([])
  expect(append({ to: 'all' })).toEqual([])
  expect(ask({ op: 'forget', run: runOf(fence, 1) }).status).toBe('gone')
  expect(greet({ attempt: 2, epoch: fence.epoch })).toMatchObject({ resumed: false })
})

test('at most 10 sessions of a user: the one that lost its link first goes first', () => {
  const { ask, greet, fenceOf } = opened()
  const fences = Array.from({ length: 10 }, (_, client) => fenceOf({ client: `${client}` }))
  expect(greet({ client: 'one more' })).toEqual({ op: 'greet', status: 'full' })
  expect(greet({ user: 'bob', client: 'one more' }).status).toBe('ok')
  for (const client of ['7', '3']) ask({ op: 'detach', user: 'ann', client, attempt: 1, page: 'page' })
  expect(greet({ client: 'one more' })).toMatchObject({ over: [{ session: fences[7]?.session, user: 'ann' }] })
  // The third was greeted again, so it is no longer without a link.
  expect(greet({ client: '3', attempt: 2 })).toMatchObject({ resumed: true, over: [] })
  expect(greet({ client: 'yet another' }).status).toBe('full')
})

test('at most maxSessions in all, and a record that is replaced needs no room', () => {
  const { ask, greet, fenceOf } = opened({ maxSessions: 2 })
  const ann = fenceOf({ user: 'ann' })
  fenceOf({ user: 'bob' })
  expect(greet({ user: 'eve' })).toEqual({ op: 'greet', status: 'full' })
  expect(greet({ user: 'bob', attempt: 2, epoch: 'forgotten' })).toMatchObject({ status: 'ok', resumed: false })
  ask({ op: 'detach', user: 'ann', client: 'c', attempt: 1, page: 'page' })
  expect(greet({ user: 'eve' })).toMatchObject({ status: 'ok', over: [{ session: ann.session, user: 'ann' }] })
})

test('a refused hello with a full store changes nothing', () => {
  const { greet, append, fenceOf } = opened({ maxSessions: 1 })
  const fence = fenceOf()
  greet({ user: 'eve' })
  expect(append({ to: 'all' })).toEqual([{ session: fence.session, push: 1 }])
})

test('the results of a batch stand in the places of its operations', () => {
  const { store, fenceOf } = opened()
  const fence = fenceOf()
  const results = store.apply([
    beginning(fence, 1),
    { op: 'append', target: { to: 'all' }, message: '1' as Json, bytes: 1, owner: 'me' },
    beginning(fence, 1),
  ])
  expect(results.map(({ op, status }) => [op, status])).toEqual([
    ['begin', 'new'],
    ['append', 'ok'],
    ['begin', 'started'],
  ])
  expect(store.close()).toBeUndefined()
})
