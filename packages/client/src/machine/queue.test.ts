import { expect, test } from 'vitest'
import { Queue } from './queue.js'

test('what came first goes first', () => {
  const queue = new Queue<string>(10)
  queue.push('a')
  queue.push('b')
  expect(queue.first).toBe('a')
  queue.delete('a')
  expect(queue.first).toBe('b')
  queue.delete('b')
  expect(queue.first).toBeUndefined()
})

test('a full queue takes nothing more, until something leaves it', () => {
  const queue = new Queue<string>(2)
  expect([queue.push('a'), queue.push('b'), queue.push('c')]).toEqual([true, true, false])
  queue.delete('a')
  expect(queue.push('c')).toBe(true)
})

test('one may go before all others, even when it is full', () => {
  const queue = new Queue<string>(1)
  queue.push('a')
  queue.pushFirst('init')
  expect(queue.first).toBe('init')
  queue.delete('init')
  expect(queue.first).toBe('a')
})
