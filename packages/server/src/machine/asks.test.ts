import { type Json, limits } from '@backchat/protocol'
import { expect, test } from 'vitest'
import type { AskEnding, Result } from '../store/operations.js'
import { Asks, endingOf } from './asks.js'
import { failed, TestStore } from './test-store.js'

const message = '{}' as Json
const appended = (push: number): Result => ({ op: 'append', status: 'ok', appended: [{ session: 's', push }] })
const nowhere: Result = { op: 'append', status: 'ok', appended: [] }
const full: Result = { op: 'append', status: 'ok', appended: [], full: true }
const given: Result = { op: 'withdraw', status: 'ok', given: true, push: 9 }
const notGiven: Result = { op: 'withdraw', status: 'ok', given: false }
const answer: AskEnding = { ok: true, message: '"yes"' as Json }

/** Asks of a node, its store, and what was brought to links. */
const asking = () => {
  const store = new TestStore()
  const brought: unknown[] = []
  const asks = new Asks({ owner: () => 'me', bring: (session, push) => brought.push([session, push]) })
  const ask = (key: number, timeoutMs = 1_000, bytes = 2, turnAt = 0) =>
    store.act(turnAt, (turn) =>
      asks.asked({ kind: 'asked', key, at: 0, session: 's', message, bytes, timeoutMs }, turn),
    )
  const wake = (now: number) => store.act(now, (turn) => asks.wake(turn))
  const outcomes = () =>
    store.effects.map((effect) => {
      if (effect.kind !== 'answered') return effect.kind
      const { key, outcome } = effect
      return outcome.ok
        ? `${key} ok ${outcome.message}`
        : `${key} ${outcome.error.code} at ${outcome.stage}, ${outcome.error.mayHaveExecuted ? 'may have run' : 'not run'}`
    })
  return { asks, store, brought, ask, wake, outcomes }
}

/** One that the client was asked under number 5. */
const open = (timeoutMs?: number) => {
  const stage = asking()
  stage.ask(1, timeoutMs)
  stage.store.answer(appended(5), 10)
  return stage
}

test('a question is appended, brought to the link, and settled by the answer', () => {
  const { asks, store, brought, ask, outcomes } = asking()
  ask(1)
  const target = { to: 'session', session: 's' }
  expect(store.answer(appended(5), 10)).toEqual({
    op: 'append',
    target,
    message,
    bytes: 2,
    owner: 'me',
    ask: { timeoutMs: 1_000 },
  })
  expect(brought).toEqual([['s', { push: 5, message, leftMs: 990 }]])
  store.act(20, (turn) => asks.answered('s', 5, answer, turn))
  store.act(21, (turn) => asks.answered('s', 5, answer, turn))
  store.act(22, (turn) => asks.abandoned(1, turn))
  expect(outcomes()).toEqual(['1 ok "yes"'])
  expect(asks.wakeAt()).toBe(Number.POSITIVE_INFINITY)
  expect(asks.size).toBe(0)
})

test('its time runs from the call, also when the turn comes late', () => {
  const { asks, store, brought, ask, outcomes } = asking()
  ask(1, 1_000, 2, 300)
  expect(asks.wakeAt()).toBe(1_000)
  expect(store.answer(appended(5), 310)).toMatchObject({ ask: { timeoutMs: 700 } })
  expect(brought).toEqual([['s', { push: 5, message, leftMs: 690 }]])
  expect(outcomes()).toEqual([])
})

test('nobody is asked once the time is over', () => {
  const { asks, store, ask, outcomes } = asking()
  ask(1, 1_000, 2, 999)
  expect(store.asked).toHaveLength(1)
  ask(2, 1_000, 2, 1_000)
  expect(store.asked).toHaveLength(1)
  expect(outcomes()).toEqual(['2 TIMEOUT at queued, not run'])
  expect(asks.size).toBe(1)
})

test.each([
  [
    'an error of the handler',
    { ok: false, error: { code: 'NO_HANDLER', message: '', mayHaveExecuted: false } },
    'NO_HANDLER at replied, not run',
  ],
  ['a page that is gone', { ok: 'unknown' }, 'OUTCOME_UNKNOWN at sent, may have run'],
  ['a log that was trimmed', { ok: 'trimmed' }, 'EXPIRED at queued, not run'],
] as const)('%s settles it', (_, ending, outcome) => {
  const { asks, store, outcomes } = open()
  store.act(20, (turn) => asks.answered('s', 5, ending, turn))
  expect(outcomes()).toEqual([`1 ${outcome}`])
})

test.each([
  ['no such session', nowhere, 'SESSION_GONE at queued, not run'],
  ['too many open questions', full, 'OVERLOADED at queued, not run'],
  ['a store that failed', failed, 'OUTCOME_UNKNOWN at queued, may have run'],
] as const)('%s: the client is not waited for', (_, result, outcome) => {
  const { asks, store, ask, outcomes } = asking()
  ask(1)
  store.answer(result, 10)
  expect(outcomes()).toEqual([`1 ${outcome}`])
  expect(asks.wakeAt()).toBe(Number.POSITIVE_INFINITY)
})

test('a question that is too large is not asked', () => {
  const { store, ask, outcomes } = asking()
  ask(2, 1_000, limits.messageBytes)
  store.answer(nowhere, 0)
  store.effects.splice(0)
  ask(1, 1_000, limits.messageBytes + 1)
  expect(store.asked).toEqual([])
  expect(outcomes()).toEqual(['1 TOO_LARGE at queued, not run'])
})

test('at its deadline it is withdrawn, and whether it may have run, the store says', () => {
  const never = open()
  never.wake(1_000)
  expect(never.store.answer(notGiven, 1_000)).toEqual({ op: 'withdraw', session: 's', push: 5, owner: 'me' })
  expect(never.outcomes()).toEqual(['1 TIMEOUT at queued, not run'])
  expect(never.brought).toHaveLength(1)
  const perhaps = open()
  perhaps.wake(1_000)
  perhaps.store.answer(given, 1_000)
  expect(perhaps.outcomes()).toEqual(['1 TIMEOUT at sent, may have run'])
  expect(perhaps.brought.at(-1)).toEqual(['s', { push: 9, withdraws: 5 }])
})

test.each([
  ['fails', failed, 'TIMEOUT at sent, may have run'],
  ['says that the session is over', { op: 'withdraw', status: 'gone' }, 'SESSION_GONE at sent, may have run'],
] as const)('when the store %s as it is withdrawn, it may have run', (_, result, outcome) => {
  const { store, wake, outcomes } = open()
  wake(1_000)
  store.answer(result, 1_000)
  expect(outcomes()).toEqual([`1 ${outcome}`])
})

test('each question of a session has an answer of its own', () => {
  const { asks, store, ask, outcomes } = asking()
  for (const key of [1, 2]) {
    ask(key)
    store.answer(appended(key), 10)
  }
  for (const push of [1, 2]) store.act(20, (turn) => asks.answered('s', push, answer, turn))
  expect(outcomes()).toEqual(['1 ok "yes"', '2 ok "yes"'])
})

test('a caller that gives up settles with ABORTED, once', () => {
  const { asks, store, outcomes, wake } = open()
  store.act(100, (turn) => asks.abandoned(1, turn))
  store.act(101, (turn) => asks.abandoned(1, turn))
  store.answer(given, 102)
  expect(store.asked).toEqual([])
  wake(1_000)
  expect(outcomes()).toEqual(['1 ABORTED at sent, may have run'])
})

test('who gives up before the store has said the number has it withdrawn then', () => {
  const { asks, store, ask, outcomes } = asking()
  ask(1)
  store.act(1, (turn) => asks.abandoned(1, turn))
  expect(store.asked.map(({ op }) => op)).toEqual(['append'])
  store.answer(appended(5), 10)
  store.answer(notGiven, 11)
  expect(outcomes()).toEqual(['1 ABORTED at queued, not run'])
})

test('an answer that was faster than the withdrawal counts', () => {
  const { asks, store, wake, outcomes } = open()
  wake(1_000)
  store.answer({ op: 'withdraw', status: 'ended' }, 1_000)
  expect(outcomes()).toEqual([])
  store.act(1_100, (turn) => asks.answered('s', 5, answer, turn))
  expect(outcomes()).toEqual(['1 ok "yes"'])
})

test('a store that does not say is not waited for beyond a second', () => {
  const { wake, outcomes, store } = open()
  wake(1_000)
  wake(1_999)
  expect(outcomes()).toEqual([])
  wake(2_000)
  expect(outcomes()).toEqual(['1 TIMEOUT at sent, may have run'])
  store.answer(given, 2_001)
  expect(outcomes()).toHaveLength(1)
})

test('the end of the session, and of the server, end what is open', () => {
  const over = open()
  over.store.act(20, (turn) => over.asks.over('s', turn))
  over.store.act(20, (turn) => over.asks.over('another', turn))
  expect(over.outcomes()).toEqual(['1 SESSION_GONE at sent, may have run'])
  const closed = open()
  const error = { code: 'CLOSED', message: '', mayHaveExecuted: true } as const
  closed.store.act(20, (turn) => closed.asks.endAll(error, turn))
  expect(closed.outcomes()).toEqual(['1 CLOSED at sent, may have run'])
  expect(closed.store.asked).toMatchObject([{ op: 'withdraw', push: 5 }])
  closed.store.answer(notGiven, 21)
  expect(closed.outcomes()).toHaveLength(1)
})

test('a question that was ended before the store has said its number is brought to nobody', () => {
  const { asks, store, brought, ask, outcomes } = asking()
  ask(1)
  store.act(1, (turn) => asks.endAll({ code: 'CLOSED', message: '', mayHaveExecuted: true }, turn))
  store.answer(appended(5), 10)
  expect([brought, outcomes()]).toEqual([[], ['1 CLOSED at sent, may have run']])
})

test('what a client says is kept as JSON, an error as it is', () => {
  const wire = { id: 'i', timestamp: '2026-01-01T00:00:00.000Z', content: 1 }
  expect(endingOf({ kind: 'answer', push: 5, message: wire })).toEqual({ ok: true, message: JSON.stringify(wire) })
  const error = { code: 'NO_HANDLER', message: '', mayHaveExecuted: false } as const
  expect(endingOf({ kind: 'answerError', push: 5, error })).toEqual({ ok: false, error })
})
