import { limits } from '@backchat/protocol'
import { describe, expect, test } from 'vitest'
import { Stream } from './stream.js'

const filled = (chunks: number) => {
  const stream = new Stream()
  for (let chunk = 0; chunk < chunks; chunk += 1) stream.receive(chunk)
  return stream
}

test('chunks are taken in their order; a repeated one is old, and a missing one makes a jump', () => {
  const stream = new Stream()
  expect(stream.receive(0)).toBe('next')
  expect(stream.receive(0)).toBe('old')
  expect(stream.receive(2)).toBe('jump')
  expect(stream.wanted).toBe(1)
  expect(stream.receive(1)).toBe('next')
})

test('what the reader took is told once', () => {
  const stream = filled(3)
  stream.take(2)
  expect(stream.untold).toBe(2)
  expect(stream.tell()).toBe(2)
  expect(stream.untold).toBe(0)
})

test('what was told is told again after its link was lost', () => {
  const stream = filled(3)
  stream.take(2)
  stream.tell()
  stream.forgetTold()
  expect(stream.untold).toBe(2)
})

test('a reader cannot take what has not come, nor give back what it took', () => {
  const stream = filled(3)
  stream.take(9)
  expect(stream.tell()).toBe(3)
  stream.take(1)
  expect(stream.tell()).toBe(3)
})

test('a stream stalls while a reader who has begun has more to read', () => {
  const stream = filled(2)
  expect(stream.stalled).toBe(false)
  stream.take(1)
  expect(stream.stalled).toBe(true)
  stream.take(2)
  expect(stream.stalled).toBe(false)
  stream.receive(stream.wanted)
  expect(stream.stalled).toBe(true)
})

test('a server that ignores the window is cut short', () => {
  const stream = filled(2 * limits.streamWindow)
  expect(stream.receive(0)).toBe('old')
  expect(stream.receive(stream.wanted)).toBe('flood')
  expect(stream.wanted).toBe(2 * limits.streamWindow)
})

test('after its reader left chunks are taken as they come', () => {
  const stream = filled(3)
  stream.leave()
  expect(stream.untold).toBe(3)
  stream.receive(3)
  expect(stream.untold).toBe(4)
})

describe('chunks that nobody reads', () => {
  /** So many chunks came and wait for a reader. */
  const unread = (chunks: number, content: string = 'chunk') => {
    const stream = new Stream()
    for (let chunk = 0; chunk < chunks; chunk += 1) {
      stream.receive(chunk)
      stream.keep(content)
    }
    return stream
  }

  test.for([
    ['many', limits.streamWindow, 'chunk'],
    ['long', 2, 'x'.repeat(limits.replyBytes / 8)],
  ] as const)('%s of them are in the way of whoever waits for the reply alone', ([, chunks, content]) => {
    const stream = unread(chunks, content)
    expect(stream.isInTheWay).toBe(false)
    stream.wantReply()
    expect(stream.isInTheWay).toBe(true)
    stream.leave()
    expect(stream.isInTheWay).toBe(false)
  })

  test('a few of them are not', () => {
    const stream = unread(limits.streamWindow - 1)
    stream.wantReply()
    expect(stream.isInTheWay).toBe(false)
  })

  test('a reader who has begun may take its time', () => {
    const stream = unread(limits.streamWindow - 1)
    stream.wantReply()
    stream.begin()
    stream.receive(limits.streamWindow - 1)
    stream.keep('x'.repeat(limits.replyBytes))
    expect(stream.isInTheWay).toBe(false)
  })
})
