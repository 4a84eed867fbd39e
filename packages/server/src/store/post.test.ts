import { type Json, limits } from '@backchat/protocol'
import { expect, test } from 'vitest'
import type { Operation } from './operations.js'
import { beginning, opened, runOf } from './test-store.js'

const ending = { ok: true, message: '"done"' as Json } as const

/** Two nodes, `me` and `other`, and a session that `me` holds while `other` runs its request 1. */
const twoNodes = () => {
  const nodes = opened()
  nodes.enlist('other')
  const old = nodes.fenceOf({ owner: 'other' })
  nodes.ask(beginning(old, 1, { owner: 'other', mode: 'stream' }))
  const fence = nodes.fenceOf({ attempt: 2 })
  const { session } = fence
  nodes.renew('other', { seen: 9 })
  return { ...nodes, fence, session, run: runOf(fence, 1, 'other') }
}
const chunk = { content: '"a"' as Json, bytes: 3 }
const confirming = { op: 'confirm', push: 0, floor: 0, settled: [], chunks: [] } as const

test('a session that comes by another node leaves its old one a note', () => {
  const { fenceOf, notesOf, enlist } = opened()
  enlist('other')
  const { session } = fenceOf()
  fenceOf({ attempt: 2 })
  expect(notesOf('me')).toEqual([])
  fenceOf({ attempt: 5, owner: 'other' })
  expect(notesOf('me')).toEqual([{ note: 'superseded', session, attempt: 5 }])
  expect(notesOf('other')).toEqual([])
})

test('a push by another node leaves a note to who holds the link, one by itself leaves none', () => {
  const { append, notesOf, ask, session } = twoNodes()
  append({ to: 'all' })
  expect(notesOf('me')).toEqual([])
  append({ to: 'all' }, 'hi', 'other')
  append({ to: 'all' }, 'hi', 'other')
  expect(notesOf('me')).toEqual([{ note: 'push', session }])
  ask({ op: 'renew', owner: 'me', leaseMs: 5_000, sessionTtlMs: 1_000, seen: 9 })
  ask({ op: 'detach', user: 'ann', client: 'c', attempt: 2, page: 'page' })
  append({ to: 'all' }, 'hi', 'other')
  expect(notesOf('me')).toEqual([])
  expect(notesOf('other')).toEqual([])
})

test.each([
  ['chunks', { op: 'chunks', first: 0, chunks: [chunk] }],
  ['an end', { op: 'finish', count: 0, ending, bytes: 6 }],
  ['that it was refused', { op: 'forget' }],
] as const)('a run writes %s: the node that has the link begins it again', (_, written) => {
  const { ask, notesOf, session, run } = twoNodes()
  expect(ask({ ...written, run }).status).toBe('ok')
  expect(notesOf('me')).toEqual([{ note: 'run', session, n: 1 }])
  expect(notesOf('other')).toEqual([])
})

test('what was not written leaves no note', () => {
  const { ask, notesOf, run } = twoNodes()
  expect(ask({ op: 'chunks', run, first: 7, chunks: [chunk] }).status).toBe('fenced')
  expect(ask({ op: 'finish', run: { ...run, n: 2 }, count: 0, ending, bytes: 6 }).status).toBe('fenced')
  expect(notesOf('me')).toEqual([])
})

test('a run on the node that has the link leaves no note', () => {
  const { ask, notesOf, fence } = twoNodes()
  ask(beginning(fence, 2, { mode: 'stream' }))
  ask({ op: 'chunks', run: runOf(fence, 2), first: 0, chunks: [chunk] })
  ask({ op: 'finish', run: runOf(fence, 2), count: 1, ending, bytes: 6 })
  ask({ ...confirming, fence, chunks: [[2, 1]] })
  ask({ ...confirming, fence, settled: [[2, 2]] })
  expect(ask({ op: 'cancel', fence, n: 3 }).status).toBe('none')
  expect([...notesOf('me'), ...notesOf('other')]).toEqual([])
})

test('a cancel reaches the owner of the run', () => {
  const { ask, notesOf, fence, session } = twoNodes()
  expect(ask({ op: 'cancel', fence, n: 1 })).toEqual({ op: 'cancel', status: 'started', owner: 'other' })
  expect(notesOf('other')).toEqual([{ note: 'cancel', session, n: 1 }])
})

test('what the reader took reaches the owner of the run: only the newest, and only news', () => {
  const { ask, notesOf, fence, session, run } = twoNodes()
  ask({ op: 'chunks', run, first: 0, chunks: [chunk, chunk, chunk] })
  for (const next of [1, 2]) ask({ ...confirming, fence, chunks: [[1, next]] })
  expect(notesOf('other')).toEqual([{ note: 'took', session, n: 1, next: 2 }])
  ask({ op: 'renew', owner: 'other', leaseMs: 5_000, sessionTtlMs: 1_000, seen: 99 })
  ask({ ...confirming, fence, chunks: [[1, 2]] })
  expect(notesOf('other')).toEqual([])
})

test.each(['ack', 'hello'])('that a run is not waited for any more reaches its owner by %s', (way) => {
  const { ask, greet, notesOf, fence, session } = twoNodes()
  if (way === 'ack') ask({ ...confirming, fence, floor: 1 })
  else greet({ attempt: 3, floor: 1 })
  expect(notesOf('other')).toEqual([{ note: 'settled', session, n: 1 }])
})

const ends: Record<string, (nodes: ReturnType<typeof twoNodes>, epoch: string) => unknown> = {
  'a word of its client': ({ ask, fence }) => ask({ op: 'end', fence }),
  'a new epoch': ({ greet }) => greet({ attempt: 3, epoch: 'another' }),
}

test.each(Object.entries(ends))(
  'the end of a session by %s reaches owners of its runs, and not who is told',
  (_, end) => {
    const nodes = twoNodes()
    end(nodes, nodes.fence.epoch)
    expect(nodes.notesOf('other')).toEqual([{ note: 'over', session: nodes.session, user: 'ann' }])
    expect(nodes.notesOf('me')).toEqual([])
  },
)

test('the end of a session by time, or for room, reaches whoever runs something for it, asked it or holds it', () => {
  const { ask, greet, fenceOf, notesOf, renew, enlist, later } = opened({ maxSessionsPerUser: 1 })
  for (const owner of ['third', 'fourth']) enlist(owner)
  const fence = fenceOf()
  ask(beginning(fence, 1))
  ask({ ...asking(fence.session, 'third') })
  ask({ op: 'detach', user: 'ann', client: 'c', attempt: 1, page: 'page' })
  expect(greet({ client: 'new', owner: 'fourth' })).toMatchObject({ over: [{ session: fence.session }] })
  const over = { note: 'over', session: fence.session, user: 'ann' }
  expect(notesOf('me')).toContainEqual(over)
  expect(notesOf('third')).toEqual([over])
  ask({ op: 'detach', user: 'ann', client: 'new', attempt: 1, page: 'page' })
  ask(asking('session 2', 'me'))
  later(1_000, 'me', 'third', 'fourth')
  expect(renew('third', { sessionTtlMs: 1_000, seen: 9 })).toMatchObject({
    over: [{ session: 'session 2' }],
    notes: [],
  })
  expect(notesOf('me')).toContainEqual({ note: 'over', session: 'session 2', user: 'ann' })
})

test('notes stay until they were seen, and one that was left anew meanwhile stays, too', () => {
  const { append, notesOf, renew, fenceOf, session } = twoNodes()
  const bob = fenceOf({ user: 'bob' }).session
  append({ to: 'session', session }, 'hi', 'other')
  append({ to: 'session', session: bob }, 'hi', 'other')
  const both = [
    { note: 'push', session },
    { note: 'push', session: bob },
  ]
  expect(renew('me')).toMatchObject({ last: 2, notes: both })
  expect(renew('me')).toMatchObject({ last: 2, notes: both })
  expect(renew('me', { seen: 1 })).toMatchObject({ last: 2, notes: [both[1]] })
  append({ to: 'session', session: bob }, 'hi', 'other')
  expect(renew('me', { seen: 2 })).toMatchObject({ last: 3, notes: [both[1]] })
  expect(renew('me', { seen: 3 })).toMatchObject({ last: 3, notes: [] })
  expect(notesOf('me')).toEqual([])
})

test('who has ended gets no notes', () => {
  const { ask, append, renew, enlist } = twoNodes()
  append({ to: 'all' }, 'hi', 'other')
  ask({ op: 'retire', owner: 'me' })
  append({ to: 'all' }, 'hi', 'other')
  enlist('me')
  expect(renew('me')).toMatchObject({ last: 0, notes: [] })
})

test('listeners are told for whom there is a note, once a batch, until they stop', () => {
  const { store, append, session } = twoNodes()
  const heard: string[] = []
  store.listen(() => {
    throw new Error('a listener')
  })
  const stop = store.listen((owner) => heard.push(owner))
  const push: Operation = {
    op: 'append',
    target: { to: 'session', session },
    message: '1' as Json,
    bytes: 1,
    owner: 'other',
  }
  store.apply([push, push])
  expect(heard).toEqual(['me'])
  append({ to: 'all' })
  expect(heard).toEqual(['me'])
  stop()
  store.apply([push])
  expect(heard).toEqual(['me'])
})

function asking(session: string, owner: string) {
  return {
    op: 'append',
    target: { to: 'session', session },
    message: '"?"' as Json,
    bytes: 3,
    owner,
    ask: { timeoutMs: 60_000 },
  } as const
}

test('there are never more notes than things that they are about', () => {
  const { ask, append, notesOf, fence, run } = twoNodes()
  for (let round = 0; round < 3 * limits.asks; round++) {
    append({ to: 'all' }, 'hi', 'other')
    ask({ op: 'chunks', run, first: round, chunks: [chunk] })
    ask({ ...confirming, fence, chunks: [[1, round + 1]] })
  }
  expect(notesOf('me').length).toBe(2)
  expect(notesOf('other').length).toBe(1)
})
