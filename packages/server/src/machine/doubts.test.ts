import { expect, test } from 'vitest'
import { Doubts } from './doubts.js'
import { failed, TestStore } from './test-store.js'

const start = (n: number, epoch = 'e') => ({ session: 's', epoch, n, owner: 'me' })
const nobody = () => false
const forgotten = { op: 'forget', status: 'ok' } as const

/** Doubts about the starts 1 and 2, and their store. */
const doubting = () => {
  const store = new TestStore()
  const doubts = new Doubts()
  for (const n of [1, 2]) doubts.add(start(n))
  const takeBack = (isAsked: (session: string, n: number) => boolean = nobody) =>
    store.act(0, (turn) => doubts.takeBack(isAsked, turn))
  return { store, doubts, takeBack }
}

test('each start in doubt is taken back, until the store has answered', () => {
  const { store, takeBack } = doubting()
  takeBack()
  expect(store.asked).toEqual([1, 2].map((n) => ({ op: 'forget', run: start(n) })))
  store.answer(failed, 1)
  store.answer({ op: 'forget', status: 'fenced' }, 1)
  takeBack()
  expect(store.asked).toEqual([{ op: 'forget', run: start(1) }])
  store.answer(forgotten, 2)
  takeBack()
  expect(store.asked).toEqual([])
})

test('what is being asked for again is left alone: the answer will tell', () => {
  const { store, takeBack } = doubting()
  takeBack((session, n) => session === 's' && n === 1)
  expect(store.asked).toEqual([{ op: 'forget', run: start(2) }])
})

test('what runs after all is not in doubt, and nothing is under a new name', () => {
  const { store, doubts, takeBack } = doubting()
  doubts.clear('s', 1)
  doubts.clear('another', 2)
  takeBack()
  expect(store.asked).toEqual([{ op: 'forget', run: start(2) }])
  doubts.clearAll()
  takeBack()
  expect(store.asked).toHaveLength(1)
})

test('a newer doubt about the same number is not settled by an older answer', () => {
  const { store, doubts, takeBack } = doubting()
  doubts.clear('s', 2)
  takeBack()
  doubts.add(start(1, 'another epoch'))
  store.answer(forgotten, 1)
  takeBack()
  expect(store.asked).toEqual([{ op: 'forget', run: start(1, 'another epoch') }])
})

test('what is being taken back is told until the store has answered, and asked for once', () => {
  const { store, doubts, takeBack } = doubting()
  expect(doubts.isTakenBack('s', 1)).toBe(false)
  takeBack()
  takeBack()
  expect(store.asked).toHaveLength(2)
  expect([1, 2, 3].map((n) => doubts.isTakenBack('s', n))).toEqual([true, true, false])
  store.answer(failed, 1)
  store.answer(forgotten, 1)
  expect([1, 2].map((n) => doubts.isTakenBack('s', n))).toEqual([false, false])
  takeBack()
  doubts.clearAll()
  expect(doubts.isTakenBack('s', 1)).toBe(false)
})
