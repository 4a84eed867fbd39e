import { expect, test } from 'vitest'
import { Confirmations } from './confirmations.js'

test('nothing owed, nothing due', () => {
  expect(new Confirmations().wakeAt()).toBe(Number.POSITIVE_INFINITY)
})

test('the first fact waits for others, and they do not put it off', () => {
  const confirmations = new Confirmations()
  confirmations.owe(200, 1_000)
  confirmations.owe(200, 1_150)
  expect(confirmations.wakeAt()).toBe(1_200)
})

test('one that may wait less takes the others along', () => {
  const confirmations = new Confirmations()
  confirmations.owe(2_000, 1_000)
  confirmations.owe(200, 1_100)
  expect(confirmations.wakeAt()).toBe(1_300)
})

test('32 facts are told at once', () => {
  const confirmations = new Confirmations()
  for (let fact = 1; fact < 32; fact += 1) confirmations.owe(200, 1_000)
  expect(confirmations.wakeAt()).toBe(1_200)
  confirmations.owe(200, 1_010)
  expect(confirmations.wakeAt()).toBe(1_010)
})

test('what must not wait is told at once', () => {
  const confirmations = new Confirmations()
  confirmations.owe(0, 1_000)
  expect(confirmations.wakeAt()).toBe(1_000)
})

test('what was told is owed no more', () => {
  const confirmations = new Confirmations()
  confirmations.owe(0, 1_000)
  confirmations.told()
  expect(confirmations.wakeAt()).toBe(Number.POSITIVE_INFINITY)
  confirmations.owe(200, 2_000)
  expect(confirmations.wakeAt()).toBe(2_200)
})
