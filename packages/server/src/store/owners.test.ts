import type { Json } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { beginning, opened, runOf } from './test-store.js'

const ending = { ok: true, message: '"done"' as Json } as const

test('an owner lives for as long as it renews its lease', () => {
  const { fenceOf, ask, enlist, later } = opened()
  enlist('other')
  const fence = fenceOf()
  ask(beginning(fence, 1, { owner: 'other' }))
  later(60_000, 'me', 'other')
  expect(ask(beginning(fence, 1))).toMatchObject({ status: 'started', owner: 'other' })
})

test('the first who meets a run whose owner let its lease run out ends that owner for ever', () => {
  const { fenceOf, ask, enlist, renew, clock } = opened()
  enlist('other')
  const fence = fenceOf()
  for (const n of [1, 2, 3]) ask(beginning(fence, n, { owner: 'other' }))
  clock.now += 5_000
  expect(ask(beginning(fence, 1)).status).toBe('unknown')
  expect(ask({ op: 'finish', run: runOf(fence, 2, 'other'), count: 0, ending, bytes: 6 }).status).toBe('fenced')
  expect(ask({ op: 'chunks', run: runOf(fence, 2, 'other'), first: 0, chunks: [] }).status).toBe('fenced')
  expect(ask({ op: 'forget', run: runOf(fence, 2, 'other') }).status).toBe('fenced')
  expect(ask(beginning(fence, 9, { owner: 'other' })).status).toBe('fenced')
  expect(renew('other')).toEqual({ op: 'renew', status: 'gone' })
  expect(ask(beginning(fence, 3, { idempotent: true }))).toMatchObject({ status: 'new', again: true })
})

test('an owner whose lease ran out goes on if nobody has looked meanwhile', () => {
  const { fenceOf, ask, renew, clock } = opened()
  const fence = fenceOf()
  ask(beginning(fence, 1))
  clock.now += 60_000
  expect(ask(beginning(fence, 1)).status).toBe('started')
  expect(ask({ op: 'finish', run: runOf(fence, 1), count: 0, ending, bytes: 6 }).status).toBe('ok')
  expect(renew('me').status).toBe('ok')
})

test.each([
  ['a renewal', ({ renew }: ReturnType<typeof opened>) => renew('me')],
  ['a hello', ({ greet }: ReturnType<typeof opened>) => greet({ user: 'bob' })],
])('%s ends all others whose lease ran out', (_, look) => {
  const node = opened()
  node.enlist('other')
  node.clock.now += 4_999
  look(node)
  expect(node.renew('other').status).toBe('ok')
  node.clock.now += 5_000
  look(node)
  expect(node.renew('other').status).toBe('gone')
})

test('a node that begins again ends its older incarnations at once, and no other node', () => {
  const { enlist, renew } = opened()
  enlist('one', 'node 1')
  enlist('two', 'node 2')
  enlist('nobody knows where')
  enlist('one again', 'node 1')
  expect(renew('one').status).toBe('gone')
  for (const owner of ['two', 'nobody knows where', 'one again']) expect(renew(owner).status).toBe('ok')
})

test('an owner that retires ends at once', () => {
  const { fenceOf, ask, enlist, renew } = opened()
  enlist('other')
  const fence = fenceOf()
  ask(beginning(fence, 1, { owner: 'other' }))
  expect(ask({ op: 'retire', owner: 'other' })).toEqual({ op: 'retire', status: 'ok' })
  expect(ask({ op: 'retire', owner: 'other' }).status).toBe('ok')
  expect(ask(beginning(fence, 1)).status).toBe('unknown')
  expect(renew('other').status).toBe('gone')
})

test('who was never enlisted starts nothing, and holds no session', () => {
  const { fenceOf, ask, renew, later } = opened()
  const fence = fenceOf({ owner: 'stranger' })
  expect(ask(beginning(fence, 1, { owner: 'stranger' })).status).toBe('fenced')
  expect(renew('stranger').status).toBe('gone')
  later(60_000, 'me')
  expect(renew('me', { sessionTtlMs: 60_000 })).toMatchObject({ over: [{ session: fence.session, user: 'ann' }] })
})

test('a session without a link ends after its time, whoever looks', () => {
  const { fenceOf, ask, greet, enlist, renew, later } = opened()
  enlist('other')
  const fence = fenceOf()
  fenceOf({ user: 'bob' })
  ask({ op: 'detach', user: 'ann', client: 'c', attempt: 1, page: 'page' })
  later(119_999, 'me', 'other')
  expect(renew('other')).toMatchObject({ over: [] })
  later(1, 'me')
  expect(renew('other')).toMatchObject({ over: [] })
  expect(ask({ op: 'end', fence }).status).toBe('gone')
  expect(greet({ attempt: 2, epoch: fence.epoch })).toMatchObject({ resumed: false })
})

test('a session that came back in time lives on, and so does one that a late word of its old link calls detached', () => {
  const { fenceOf, ask, greet, renew, later } = opened()
  const fence = fenceOf()
  ask({ op: 'detach', user: 'ann', client: 'c', attempt: 1, page: 'page' })
  later(100_000, 'me')
  expect(greet({ attempt: 2, epoch: fence.epoch })).toMatchObject({ resumed: true })
  expect(ask({ op: 'detach', user: 'ann', client: 'c', attempt: 1, page: 'page' }).status).toBe('fenced')
  later(200_000, 'me')
  expect(renew('me')).toMatchObject({ over: [] })
})

test('the time without a link counts from the first detach', () => {
  const { fenceOf, ask, renew, later } = opened()
  const { session } = fenceOf()
  ask({ op: 'detach', user: 'ann', client: 'c', attempt: 1, page: 'page' })
  later(60_000, 'me')
  ask({ op: 'detach', user: 'ann', client: 'c', attempt: 1, page: 'page' })
  later(60_000)
  expect(renew('me')).toMatchObject({ over: [{ session, user: 'ann' }] })
})

test('the sessions of an owner that ended are without a link from the end of its lease', () => {
  const { fenceOf, enlist, renew, later } = opened()
  enlist('other')
  const { session } = fenceOf({ owner: 'other' })
  // Nobody looks for a while.
  later(20_000)
  later(104_999, 'me')
  expect(renew('me')).toMatchObject({ over: [] })
  later(1)
  expect(renew('me')).toMatchObject({ over: [{ session, user: 'ann' }] })
})

test('one look ends at most 100 sessions', () => {
  const { fenceOf, ask, renew, later } = opened()
  for (let client = 0; client < 150; client++) {
    fenceOf({ user: `${client}` })
    ask({ op: 'detach', user: `${client}`, client: 'c', attempt: 1, page: 'page' })
  }
  later(119_000, 'me')
  later(1_000)
  expect(renew('me')).toMatchObject({ over: { length: 100 } })
  expect(renew('me')).toMatchObject({ over: { length: 50 } })
})
