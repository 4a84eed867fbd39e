import { type Json, limits } from '@backchat/protocol'
import { expect, test } from 'vitest'
import type { Ending, Fence } from './operations.js'
import { opened } from './test-store.js'

const yes: Ending = { ok: true, message: '"yes"' as Json }

/** A session that `me` holds, and another node. */
const asked = () => {
  const nodes = opened()
  nodes.enlist('other')
  const fence = nodes.fenceOf()
  const { session } = fence
  const asking = (owner = 'other', timeoutMs = 60_000) =>
    nodes.ask({
      op: 'append',
      target: { to: 'session', session },
      message: '"sure?"' as Json,
      bytes: 7,
      owner,
      ask: { timeoutMs },
    })
  const reading = (after = 0, by: Fence = fence) => {
    const result = nodes.ask({ op: 'read', fence: by, after, most: 99 })
    if (result.status !== 'ok') throw new Error(result.status)
    return result.pushes
  }
  const answering = (push: number, by: Fence = fence) => nodes.ask({ op: 'answer', fence: by, push, ending: yes })
  const withdrawing = (push: number, owner = 'other') => nodes.ask({ op: 'withdraw', session, push, owner })
  return { ...nodes, fence, session, asking, reading, answering, withdrawing }
}

test('an ask is a push with the time that is left for its answer', () => {
  const { asking, reading, clock } = asked()
  expect(asking()).toMatchObject({ appended: [{ push: 1 }] })
  clock.now += 15_000
  expect(reading()).toEqual([{ push: 1, message: '"sure?"', leftMs: 45_000 }])
  clock.now += 50_000
  expect(reading()).toEqual([{ push: 1, message: '"sure?"', leftMs: 0 }])
})

test.each(['other', 'me'])('the first answer counts, and is left for who asked: %s', (owner) => {
  const { asking, answering, notesOf, renew, session, store } = asked()
  asking(owner)
  renew('me', { seen: 9 })
  const heard: string[] = []
  store.listen((hinted) => heard.push(hinted))
  expect(answering(1)).toEqual({ op: 'answer', status: 'ok' })
  expect(heard).toEqual([owner])
  expect(answering(1)).toEqual({ op: 'answer', status: 'known' })
  expect(notesOf(owner)).toEqual([{ note: 'answered', session, push: 1, answer: yes }])
})

test('an answer to what was not asked changes nothing', () => {
  const { append, answering, notesOf } = asked()
  append({ to: 'all' })
  expect(answering(1).status).toBe('known')
  expect(answering(7).status).toBe('known')
  expect(notesOf('me')).toEqual([])
})

test('who reads an ask after its answer is not asked again', () => {
  const { asking, answering, reading } = asked()
  asking()
  answering(1)
  expect(reading()).toEqual([{ push: 1, withdraws: 1 }])
})

test('an ask that was never given is withdrawn in its place', () => {
  const { asking, withdrawing, reading, answering } = asked()
  asking()
  expect(withdrawing(1)).toEqual({ op: 'withdraw', status: 'ok', given: false })
  expect(withdrawing(1)).toEqual({ op: 'withdraw', status: 'ended' })
  expect(reading()).toEqual([{ push: 1, withdraws: 1 }])
  expect(answering(1).status).toBe('known')
})

test('an ask that a link may have had is withdrawn by a push of its own', () => {
  const { asking, withdrawing, reading, notesOf, session } = asked()
  asking()
  reading()
  expect(withdrawing(1)).toEqual({ op: 'withdraw', status: 'ok', given: true, push: 2 })
  expect(reading(1)).toEqual([{ push: 2, withdraws: 1 }])
  expect(notesOf('me')).toEqual([{ note: 'push', session }])
})

test('what the node with the link appends is given at once', () => {
  const { asking, withdrawing } = asked()
  asking('me')
  expect(withdrawing(1, 'me')).toMatchObject({ given: true, push: 2 })
})

test('what a node appends that has ended and may not know it counts as given', () => {
  const { asking, withdrawing, ask } = asked()
  ask({ op: 'retire', owner: 'me' })
  asking('me')
  expect(withdrawing(1, 'me')).toMatchObject({ given: true })
})

test('nothing that is appended while there is no link is given', () => {
  const { asking, withdrawing, ask } = asked()
  ask({ op: 'detach', user: 'ann', client: 'c', attempt: 1, page: 'page' })
  asking('me')
  expect(withdrawing(1, 'me')).toMatchObject({ given: false })
})

test.each(['a confirmation', 'a hello'])('what the client has by %s was given', (way) => {
  const { asking, withdrawing, ask, greet, fence } = asked()
  asking()
  if (way === 'a hello') greet({ attempt: 2, lastPush: 1 })
  else ask({ op: 'confirm', fence, push: 1, floor: 0, settled: [], chunks: [] })
  expect(withdrawing(1)).toMatchObject({ given: true })
})

test('another page has forgotten what it was asked; what it was not given it will be asked', () => {
  const { asking, reading, greet, notesOf, session, fence } = asked()
  asking()
  reading()
  asking()
  greet({ attempt: 2, page: 'page' })
  expect(notesOf('other')).toEqual([])
  greet({ attempt: 3, page: 'reloaded', epoch: fence.epoch })
  expect(notesOf('other')).toEqual([{ note: 'answered', session, push: 1, answer: { ok: 'unknown' } }])
  expect(reading(0, { ...fence, attempt: 3 })).toEqual([
    { push: 1, withdraws: 1 },
    { push: 2, message: '"sure?"', leftMs: 60_000 },
  ])
})

test('an ask that is past retention and was never given ends; one that was given may still be answered', () => {
  const { asking, append, reading, answering, notesOf, session } = asked()
  asking()
  reading()
  asking()
  for (let push = 0; push < limits.logPushes; push++) append({ to: 'all' }, 'hi', 'other')
  expect(notesOf('other')).toEqual([{ note: 'answered', session, push: 2, answer: { ok: 'trimmed' } }])
  expect(answering(1).status).toBe('ok')
})

test('a session has at most 64 open asks; one that ended makes room, and so do those of an owner that ended', () => {
  const { asking, answering, ask, enlist } = asked()
  for (let push = 1; push <= limits.asks; push++) expect(asking().full).toBeUndefined()
  expect(asking('me')).toEqual({ op: 'append', status: 'ok', appended: [], full: true })
  answering(1)
  expect(asking('me')).toMatchObject({ appended: [{ push: limits.asks + 1 }] })
  enlist('third')
  expect(asking('third').full).toBe(true)
  ask({ op: 'retire', owner: 'other' })
  for (let push = 1; push < limits.asks; push++) expect(asking('third').full).toBeUndefined()
  expect(asking('third').full).toBe(true)
})

test('with the session its asks end', () => {
  const { asking, withdrawing, answering, notesOf, ask, fence, session } = asked()
  asking()
  ask({ op: 'end', fence })
  expect(notesOf('other')).toEqual([{ note: 'over', session, user: 'ann' }])
  expect(withdrawing(1)).toEqual({ op: 'withdraw', status: 'gone' })
  expect(answering(1).status).toBe('fenced')
  expect(asking()).toEqual({ op: 'append', status: 'ok', appended: [] })
})
