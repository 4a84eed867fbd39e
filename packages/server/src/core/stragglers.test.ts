import { expect, test } from 'vitest'
import { Stragglers } from './stragglers.js'

const never = new Promise(() => {})
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('a session has so many, and others do not pay for them', () => {
  const stragglers = new Stragglers(2)
  stragglers.add('s', never)
  expect(stragglers.isFull('s')).toBe(false)
  stragglers.add('s', never)
  expect(stragglers.isFull('s')).toBe(true)
  expect(stragglers.isFull('another session')).toBe(false)
})

test('one that settles, however it does, makes room; and nothing is left of a session without any', async () => {
  const stragglers = new Stragglers(1)
  for (const work of [async () => {}, () => Promise.reject(new Error('no'))]) {
    stragglers.add('s', work())
    expect(stragglers.isFull('s')).toBe(true)
    await settled()
    expect(stragglers.isFull('s')).toBe(false)
  }
  expect(stragglers.size).toBe(0)
})

test('those of a session that is over are forgotten', async () => {
  const stragglers = new Stragglers(1)
  stragglers.add('s', Promise.resolve())
  stragglers.forget('s')
  expect(stragglers.size).toBe(0)
  await settled()
  expect(stragglers.size).toBe(0)
})
