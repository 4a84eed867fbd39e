import { expect, test } from 'vitest'
import { Confirmations } from './confirmations.js'

test('nothing owed, nothing due', () => {
  expect(new Confirmations().wakeAt()).toBe(Number.POSITIVE_INFINITY)
})

test('the first fact waits 200 ms for others, and they do not put it off', () => {
  const confirmations = new Confirmations()
  confirmations.owe(false, 1_000)
  confirmations.owe(false, 1_150)
  expect(confirmations.wakeAt()).toBe(1_200)
})

test('32 facts are told at once', () => {
  const confirmations = new Confirmations()
  for (let fact = 1; fact < 32; fact += 1) confirmations.owe(false, 1_000)
  expect(confirmations.wakeAt()).toBe(1_200)
  confirmations.owe(false, 1_010)
  expect(confirmations.wakeAt()).toBe(1_010)
})

test('what must not wait is told at once', () => {
  const confirmations = new Confirmations()
  confirmations.owe(true, 1_000)
  expect(confirmations.wakeAt()).toBe(1_000)
})

test('what was told is owed no more', () => {
  const confirmations = new Confirmations()
  confirmations.owe(true, 1_000)
  confirmations.told()
  expect(confirmations.wakeAt()).toBe(Number.POSITIVE_INFINITY)
  confirmations.owe(false, 2_000)
  expect(confirmations.wakeAt()).toBe(2_200)
})
