import { limits } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { Flow } from './flow.js'
import { largestPortion, oneChunk } from './portion.js'

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

test('a reader is asked for on credit: as much as goes through in a turn, and no more than the window has room for', () => {
  const flow = new Flow()
  expect(flow.waits).toBe(false)
  flow.yielded(5)
  flow.produce(5)
  expect(flow.waits).toBe(true)
  expect(flow.ask(true)).toEqual(largestPortion)
  for (let chunk = 1; chunk < limits.streamWindow - 3; chunk++) flow.produce(1)
  expect(flow.ask(true)).toEqual({ ...largestPortion, chunks: 3 })
  expect(flow.waits).toBe(false)
  for (let chunk = 0; chunk < 3; chunk++) flow.yielded(1)
  expect(flow.waits).toBe(true)
  expect(flow.ask(false)).toEqual(oneChunk)
})

test('a portion is not larger than the bytes that there is room for', () => {
  const flow = new Flow()
  flow.produce(limits.replyBytes - 10)
  expect(flow.ask(true).bytes).toBe(10)
  flow.yielded(9)
  expect(flow.waits).toBe(false)
  flow.yielded(1)
  expect(flow.waits).toBe(true)
})
