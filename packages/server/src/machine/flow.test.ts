import { limits } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { Flow } from './flow.js'

test('a flow is open until a window of chunks is ahead of the reader', () => {
  const flow = new Flow()
  for (let chunk = 0; chunk < limits.streamWindow; chunk++) {
    expect(flow.open).toBe(true)
    flow.produce(1)
  }
  expect(flow.open).toBe(false)
  expect(flow.count).toBe(limits.streamWindow)
  flow.confirm(1)
  expect(flow.open).toBe(true)
  flow.produce(1)
  expect(flow.open).toBe(false)
  expect(flow.count).toBe(limits.streamWindow + 1)
})

test('a flow is open until as many bytes as the largest reply are ahead of the reader', () => {
  const flow = new Flow()
  flow.produce(limits.replyBytes - 1)
  flow.produce(1)
  expect(flow.open).toBe(false)
  flow.confirm(1)
  expect(flow.open).toBe(true)
})

test('a repeated confirmation takes nothing more', () => {
  const flow = new Flow()
  for (const bytes of [1, 1, limits.replyBytes]) flow.produce(bytes)
  for (const next of [2, 1, 2]) flow.confirm(next)
  expect(flow.open).toBe(false)
})

test('a confirmation that is late, repeated or from the future is harmless', () => {
  const flow = new Flow()
  for (let chunk = 0; chunk < 3; chunk++) flow.produce(10)
  flow.confirm(2)
  flow.confirm(1)
  flow.confirm(2)
  expect(flow.count).toBe(3)
  flow.confirm(99)
  expect(flow.count).toBe(3)
  flow.produce(limits.replyBytes - 1)
  expect(flow.count).toBe(4)
  expect(flow.open).toBe(true)
})
