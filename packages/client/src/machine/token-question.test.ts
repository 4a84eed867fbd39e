import { expect, test } from 'vitest'
import type { Effect } from './effects.js'
import { TokenQuestion } from './token-question.js'

const questioning = () => {
  const effects: Effect[] = []
  const question = new TokenQuestion({
    emit: (effect) => effects.push(effect),
    transmit: () => {},
    owe: () => {},
  })
  return { question, fetches: () => effects.length }
}

test('who asks while a question is open waits for the same answer', () => {
  const { question, fetches } = questioning()
  expect(question.ask(0)).toBe(10_000)
  expect(question.ask(9_999)).toBe(10_000)
  expect(fetches()).toBe(1)
})

test('a question that was open for 10 s is asked again', () => {
  const { question, fetches } = questioning()
  question.ask(0)
  expect(question.ask(10_000)).toBe(20_000)
  expect(fetches()).toBe(2)
})

test('an answer counts once, and only to the newest question', () => {
  const { question } = questioning()
  question.ask(0)
  question.ask(10_000)
  expect([question.answer(1), question.answer(2), question.answer(2)]).toEqual([false, true, false])
  expect(question.ask(10_001)).toBe(20_001)
})
