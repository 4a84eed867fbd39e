import { Ranges, type RequestMode } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { Desk } from './desk.js'
import { nothing } from './ending.js'
import { chunkOf, json, replyTo } from './test-node.js'
import { Turn } from './turn.js'

const ok = { ok: true, message: json('hi') } as const
const error = (mayHaveExecuted: boolean) => ({ code: 'HANDLER_FAILED', message: 'No.', mayHaveExecuted }) as const

const request = (mode: RequestMode, from = 0) =>
  ({
    kind: 'request',
    n: 1,
    mode,
    from,
    leftMs: 1_000,
    message: { id: 'i', timestamp: '2026-01-01T00:00:00.000Z', type: 'text' },
  }) as const

/** A desk that waits for request 1, about which the store has answered. */
const waiting = (mode: RequestMode, next = 0) => {
  const desk = new Desk({ link: 7, user: 'ann', fence: { session: 's', epoch: 'e', attempt: 1 } })
  const turn = new Turn(0)
  desk.wait(request(mode, next), 0).begun = true
  return {
    desk,
    turn,
    frames: () => turn.effects.flatMap((effect) => (effect.kind === 'transmit' ? [effect.frame] : [])),
  }
}

test('an answer goes out once, to the link that waits', () => {
  const { desk, turn, frames } = waiting('request')
  desk.ended(1, ok, 0, turn)
  desk.ended(1, ok, 0, turn)
  desk.started(1, turn)
  expect(frames()).toEqual([replyTo(1, 'hi')])
  expect(turn.effects).toMatchObject([{ link: 7 }])
  expect(desk.size).toBe(0)
})

test('nothing is told of a request that nobody waits for', () => {
  const { desk, turn, frames } = waiting('stream')
  desk.ended(2, ok, 0, turn)
  desk.chunks(2, 0, [json('a')], turn)
  desk.started(2, turn)
  desk.failed(2, error(true), turn)
  desk.refused(2, error(false), turn)
  expect(frames()).toEqual([])
})

test('nothing is told before the store has said what is known', () => {
  const { desk, turn, frames } = waiting('stream')
  desk.wait(request('stream'), 0)
  desk.started(1, turn)
  desk.chunks(1, 0, [json('a')], turn)
  desk.ended(1, ok, 1, turn)
  expect(frames()).toEqual([])
  expect(desk.has(1)).toBe(true)
})

test('of the chunks that are stored the link gets those it lacks, and never one after a hole', () => {
  const { desk, turn, frames } = waiting('stream', 1)
  desk.chunks(1, 0, [json('a'), json('b')], turn)
  desk.chunks(1, 3, [json('d')], turn)
  desk.chunks(1, 2, [json('c')], turn)
  desk.chunks(1, 1, [json('b')], turn)
  expect(frames()).toEqual([chunkOf(1, 1, 'b'), chunkOf(1, 2, 'c')])
})

test('a request begins with no chunk: whoever wants chunks asks for a stream', () => {
  const { desk } = waiting('request', 3)
  expect(desk.find(1)?.next).toBe(0)
})

test('a stream is told how many chunks there were, in its reply and in its error', () => {
  const { desk, turn, frames } = waiting('stream')
  desk.ended(1, ok, 3, turn)
  desk.wait({ ...request('stream', 0), n: 2 }, 0).begun = true
  desk.ended(2, { ok: false, error: error(true) }, 4, turn)
  expect(frames()).toEqual([
    { ...replyTo(1, 'hi'), count: 3 },
    { kind: 'error', n: 2, count: 4, error: error(true) },
  ])
})

test.each([
  { ending: ok, told: { kind: 'started', n: 1 } },
  { ending: { ok: false, error: error(true) } as const, told: { kind: 'started', n: 1 } },
  { ending: { ok: false, error: error(false) } as const, told: { kind: 'error', n: 1, error: error(false) } },
])('a send is told that it was recorded, or that it certainly did not run: $told.kind', ({ ending, told }) => {
  const { desk, turn, frames } = waiting('send')
  desk.ended(1, ending, 0, turn)
  expect(frames()).toEqual([told])
})

test('what the client has settled is waited for no more', () => {
  const { desk } = waiting('request')
  for (const n of [2, 3]) desk.wait({ ...request('request'), n }, 0)
  desk.forgetAll(new Ranges(1, [[3, 3]]))
  expect([1, 2, 3].map((n) => desk.has(n))).toEqual([false, true, false])
  desk.forgetAll()
  expect(desk.size).toBe(0)
})

test('what was a send when it ran has no reply for who asks again as a request', () => {
  const { desk, turn, frames } = waiting('request')
  desk.ended(1, { ok: true, message: nothing }, 0, turn)
  expect(frames()).toMatchObject([{ kind: 'error', n: 1, error: { code: 'REPLY_LOST', mayHaveExecuted: true } }])
})
