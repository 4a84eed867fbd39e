import { type Json, limits, type Range, type WireError } from '@backchat/protocol'
import { expect, test } from 'vitest'
import {
  append,
  begin,
  cancel,
  confirmTaken,
  emptyJournal,
  finish,
  forget,
  type Journal,
  mostEntries,
  mostRanges,
  settle,
} from './journal.js'
import type { BeginOperation, Ending, RunFence } from './operations.js'

const asking = (n: number, over: Partial<BeginOperation> = {}): BeginOperation => ({
  op: 'begin',
  fence: { session: 's', epoch: 'e', attempt: 1 },
  n,
  mode: 'stream',
  owner: 'me',
  idempotent: false,
  onlyLookUp: false,
  from: 0,
  ...over,
})
const run = (n: number, owner = 'me'): RunFence => ({ session: 's', epoch: 'e', n, owner })
const reply = (text: string): Ending => ({ ok: true, message: JSON.stringify(text) as Json })
const failure: WireError = { code: 'HANDLER_FAILED', message: 'It threw.', mayHaveExecuted: true }

/** A journal with one node, the owner `me`: any other one is gone. */
const node = () => {
  const journal = emptyJournal()
  return {
    journal,
    begin: (n: number, over: Partial<BeginOperation> = {}) => {
      const operation = asking(n, over)
      return begin(journal, operation, (owner) => owner === operation.owner, 0)
    },
    yields: (n: number, first: number, ...texts: readonly string[]) =>
      append(journal, { op: 'chunks', run: run(n), first, chunks: texts.map(stored) }),
    finish: (n: number, ending: Ending, { count = 0, bytes = 10, owner = 'me' } = {}) =>
      finish(journal, { op: 'finish', run: run(n, owner), count, ending, bytes }),
  }
}
const stored = (text: string) => ({ content: JSON.stringify(text) as Json, bytes: 10 })

test('a request that is begun twice starts once', () => {
  const { begin } = node()
  expect(begin(1)).toEqual({ op: 'begin', status: 'new' })
  expect(begin(1)).toEqual({ op: 'begin', status: 'started', owner: 'me', first: 0, chunks: [] })
})

test('an answer is found again until the client has confirmed it, then the number is settled for ever', () => {
  const { begin, finish, journal } = node()
  begin(1)
  expect(finish(1, reply('hi'))).toEqual({ op: 'finish', status: 'ok', count: 0 })
  const found = { op: 'begin', status: 'ended', ending: reply('hi'), count: 0, first: 0, chunks: [] }
  expect(begin(1)).toEqual(found)
  expect(begin(1)).toEqual(found)
  settle(journal, 1, [])
  expect(begin(1)).toEqual({ op: 'begin', status: 'settled' })
  expect(isEmpty(journal)).toBe(true)
})

test('the journal forgets by floor and ranges, and ignores numbers that go backwards', () => {
  const { begin, finish, journal } = node()
  for (let n = 1; n <= 8; n++) {
    begin(n)
    finish(n, reply('hi'))
  }
  settle(journal, 2, [
    [4, 5],
    [8, 8],
  ])
  expect(journal.entries.entries().map(([n]) => n)).toEqual([3, 6, 7])
  settle(journal, 1, [])
  expect(journal.entries.entries().map(([n]) => n)).toEqual([3, 6, 7])
  expect(begin(1).status).toBe('settled')
  settle(journal, 8, [])
  expect(isEmpty(journal)).toBe(true)
})

test('who only looks up starts nothing', () => {
  const { begin, journal } = node()
  expect(begin(1, { onlyLookUp: true })).toEqual({ op: 'begin', status: 'new' })
  expect(isEmpty(journal)).toBe(true)
  begin(1)
  expect(begin(1, { onlyLookUp: true }).status).toBe('started')
})

test('a run ends once: an ending from another owner, or a second one, changes nothing', () => {
  const { begin, finish } = node()
  begin(1)
  expect(finish(1, reply('not mine'), { owner: 'other' }).status).toBe('fenced')
  finish(1, reply('first'))
  expect(finish(1, reply('second')).status).toBe('fenced')
  expect(begin(1)).toMatchObject({ status: 'ended', ending: reply('first') })
})

test('a number that was cancelled before its request arrived never runs', () => {
  const { begin, journal } = node()
  expect(cancel(journal, 3)).toEqual({ op: 'cancel', status: 'none' })
  expect(begin(3).status).toBe('settled')
  expect(begin(2).status).toBe('new')
})

test('a cancel tells whose run is to be aborted, and what that run still says is not written', () => {
  const { begin, yields, finish, journal } = node()
  begin(1)
  expect(cancel(journal, 1)).toEqual({ op: 'cancel', status: 'started', owner: 'me' })
  expect(yields(1, 0, 'a').status).toBe('fenced')
  expect(finish(1, reply('late')).status).toBe('fenced')
  expect(forget(journal, run(1)).status).toBe('fenced')
  expect(begin(1).status).toBe('settled')
  expect(isEmpty(journal)).toBe(true)
})

test('a cancel that comes after the end drops the answer', () => {
  const { begin, finish, journal } = node()
  begin(1)
  finish(1, reply('hi'))
  expect(cancel(journal, 1)).toEqual({ op: 'cancel', status: 'ended' })
  expect(isEmpty(journal)).toBe(true)
})

test('what a run says after the client has settled its number is not written', () => {
  const { begin, yields, finish, journal } = node()
  begin(1)
  settle(journal, 1, [])
  expect(yields(1, 0, 'a').status).toBe('fenced')
  expect(finish(1, reply('late')).status).toBe('fenced')
  expect(begin(1).status).toBe('settled')
})

test('a run that was refused before it started is forgotten, so that its number may come again', () => {
  const { begin, journal } = node()
  begin(1)
  expect(forget(journal, run(1, 'other')).status).toBe('fenced')
  expect(forget(journal, run(1)).status).toBe('ok')
  expect(begin(1).status).toBe('new')
})

test('a request whose owner is gone has an unknown outcome, for ever, and its owner writes nothing any more', () => {
  const { begin, finish } = node()
  begin(1, { owner: 'dead' })
  expect(begin(1)).toEqual({ op: 'begin', status: 'unknown' })
  expect(finish(1, reply('late'), { owner: 'dead' }).status).toBe('fenced')
  expect(begin(1, { idempotent: true })).toEqual({ op: 'begin', status: 'unknown' })
})

test('a stream of which chunks were had has run, though nothing is known of it', () => {
  const { begin } = node()
  expect(begin(1, { from: 1 })).toEqual({ op: 'begin', status: 'lost' })
  expect(begin(1).status).toBe('new')
})

test('an idempotent request whose owner is gone is taken over, unless its reader has begun to read', () => {
  const { begin, finish } = node()
  begin(1, { owner: 'dead' })
  begin(2, { owner: 'dead' })
  begin(3, { owner: 'dead' })
  expect(begin(1, { idempotent: true }).status).toBe('new')
  expect(begin(2, { idempotent: true, from: 1 }).status).toBe('unknown')
  expect(begin(3, { idempotent: true, onlyLookUp: true }).status).toBe('unknown')
  expect(finish(1, reply('late'), { owner: 'dead' }).status).toBe('fenced')
  expect(finish(1, reply('mine')).status).toBe('ok')
})

test('chunks resume exactly at the one that is wanted, before and after the end', () => {
  const { begin, yields, finish } = node()
  begin(1)
  yields(1, 0, 'a', 'b')
  yields(1, 2, 'c')
  expect(begin(1, { from: 1 })).toEqual({
    op: 'begin',
    status: 'started',
    owner: 'me',
    first: 1,
    chunks: ['"b"', '"c"'],
  })
  expect(finish(1, reply('end'), { count: 3 })).toEqual({ op: 'finish', status: 'ok', count: 3 })
  expect(begin(1, { from: 2 })).toEqual({
    op: 'begin',
    status: 'ended',
    ending: reply('end'),
    count: 3,
    first: 2,
    chunks: ['"c"'],
  })
})

test('a chunk that was taken is not kept: who asks for it again is told that it is lost', () => {
  const { begin, yields, finish, journal } = node()
  begin(1)
  yields(1, 0, 'a', 'b', 'c')
  confirmTaken(journal, 1, 2)
  expect(begin(1, { from: 1 })).toEqual({ op: 'begin', status: 'lost' })
  expect(begin(1, { from: 2 })).toMatchObject({ status: 'started', first: 2, chunks: ['"c"'] })
  finish(1, reply('end'), { count: 3 })
  confirmTaken(journal, 1, 3)
  expect(journal.endedBytes).toBe(10)
  expect(begin(1, { from: 3 })).toMatchObject({ status: 'ended', count: 3, chunks: [] })
})

test('a chunk that is not the next one is not written, and a stream with a hole never looks whole', () => {
  const { begin, yields, finish } = node()
  begin(1)
  yields(1, 0, 'a')
  expect(yields(1, 2, 'c').status).toBe('fenced')
  expect(finish(1, reply('end'), { count: 3 }).status).toBe('fenced')
  expect(begin(1, { from: 1 }).status).toBe('lost')
})

test('an error may end a stream whatever was stored of it', () => {
  const { begin, yields, finish } = node()
  begin(1)
  yields(1, 0, 'a')
  expect(finish(1, { ok: false, error: failure }, { count: 3 })).toEqual({ op: 'finish', status: 'ok', count: 1 })
  expect(begin(1, { from: 1 })).toMatchObject({ status: 'ended', ending: { ok: false, error: failure }, count: 1 })
})

test('stored answers are bounded: the one that ended first is lost first, and that it ran stays known', () => {
  const { begin, finish, journal } = node()
  const half = limits.journalBytes / 2
  for (const n of [1, 2, 3, 4]) begin(n)
  finish(2, reply('first'), { bytes: half })
  finish(1, reply('second'), { bytes: half / 2 })
  finish(3, reply('third'), { bytes: half / 2 })
  expect(begin(2).status).toBe('ended')
  finish(4, reply('fourth'), { bytes: half })
  expect([1, 2, 3, 4].map((n) => begin(n).status)).toEqual(['ended', 'lost', 'ended', 'ended'])
  expect(journal.endedBytes).toBe(limits.journalBytes)
  settle(journal, 4, [])
  expect(isEmpty(journal)).toBe(true)
})

test('the newest answer is kept however large it is', () => {
  const { begin, yields, finish, journal } = node()
  begin(1)
  begin(2)
  finish(1, reply('small'))
  yields(2, 0, 'a')
  finish(2, reply('large'), { count: 1, bytes: limits.replyBytes })
  expect(begin(1).status).toBe('lost')
  expect(begin(2).status).toBe('ended')
  expect(journal.endedBytes).toBe(limits.replyBytes + 10)
})

test('a journal holds a bounded number of requests; what it holds is found even then', () => {
  const { begin } = node()
  for (let n = 1; n <= mostEntries; n++) expect(begin(n).status).toBe('new')
  expect(begin(mostEntries + 1)).toEqual({ op: 'begin', status: 'full' })
  expect(begin(mostEntries + 1, { onlyLookUp: true }).status).toBe('new')
  expect(begin(1).status).toBe('started')
})

test('settled numbers take a bounded number of ranges, and none of them ever runs again', () => {
  const { begin, journal } = node()
  begin(2)
  const everyOther: Range[] = Array.from({ length: mostRanges + 1 }, (_, index) => [2 * index + 3, 2 * index + 3])
  settle(journal, 0, everyOther)
  expect(journal.settled.above.length).toBeLessThanOrEqual(mostRanges)
  expect(begin(2).status).toBe('settled')
  expect(begin(3).status).toBe('settled')
  const open = 2 * mostRanges + 2
  expect(begin(open).status).toBe('new')
})

const isEmpty = (journal: Journal): boolean =>
  journal.entries.size === 0 && journal.ended.size === 0 && journal.endedBytes === 0

test('it makes no difference whether a confirmation is of a few numbers or of more than the journal knows', () => {
  for (const floor of [2, 5, 1_000_000]) {
    const { journal, begin } = node()
    for (const n of [1, 2, 4]) begin(n)
    finish(journal, { op: 'finish', run: run(1), count: 0, ending: reply('one'), bytes: 5 })
    const left = [1, 2, 4].filter((n) => n > floor)
    expect(settle(journal, floor, [])).toEqual([2, 4].filter((n) => n <= floor).map((n) => ({ n, owner: 'me' })))
    expect(journal.entries.entries().map(([n]) => n)).toEqual(left)
    expect([journal.ended.size, journal.endedBytes]).toEqual([0, 0])
  }
})
