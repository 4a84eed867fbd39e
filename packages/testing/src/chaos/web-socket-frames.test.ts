import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { WebSocketFrames } from './web-socket-frames.js'

const head = Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n')

test('every text is found whole, masked or not, however the bytes are divided', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.oneof(fc.string(), fc.string({ minLength: 120, maxLength: 70_000 })), fc.boolean()), {
        maxLength: 5,
      }),
      fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 20 }),
      (messages, sizes) => {
        const bytes = Buffer.concat([head, ...messages.map(([text, masked]) => frame(1, text, masked))])
        expect(texts(bytes, sizes)).toEqual(messages.map(([text]) => text))
      },
    ),
    { numRuns: 50 },
  )
})

test('a frame is said to start where its header starts, or at 0 when that was in earlier bytes', () => {
  const frames = new WebSocketFrames()
  frames.scan(head)
  const [one, two] = [frame(1, 'one', false), frame(1, 'two', false)]
  const bytes = Buffer.concat([one, two])
  expect(frames.scan(bytes.subarray(0, 7)).map(({ start }) => start)).toEqual([0])
  expect(frames.scan(bytes.subarray(7)).map(({ start }) => start)).toEqual([0])
  expect(frames.scan(bytes).map(({ start }) => start)).toEqual([0, one.length])
})

test('control frames are passed over', () => {
  expect(texts(Buffer.concat([head, frame(9, 'ping', false), frame(1, 'text', false)]), [1_000])).toEqual(['text'])
})

test('of a huge frame only the beginning is kept', () => {
  const [found] = texts(Buffer.concat([head, frame(1, 'x'.repeat(3 * 1024 * 1024), true)]), [65_536])
  expect(found?.length).toBe(1024 * 1024)
})

function texts(bytes: Buffer, sizes: readonly number[]): string[] {
  const frames = new WebSocketFrames()
  const found: string[] = []
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    for (const { text } of frames.scan(bytes.subarray(at, at + size))) found.push(text())
    at += size
  }
  return found
}

function frame(opcode: number, text: string, masked: boolean): Buffer {
  const payload = Buffer.from(text)
  const { length } = payload
  const lengthBytes =
    length < 126 ? [length] : length < 65_536 ? [126, length >> 8, length & 255] : [127, 0, 0, 0, 0, ...big(length)]
  const [short = 0, ...rest] = lengthBytes
  const mask = masked ? [1, 2, 250, 4] : []
  if (masked) for (let i = 0; i < length; i++) payload[i] = (payload[i] ?? 0) ^ (mask[i % 4] ?? 0)
  return Buffer.concat([Buffer.from([0x80 | opcode, (masked ? 0x80 : 0) | short, ...rest, ...mask]), payload])
}

function big(length: number): number[] {
  return [24, 16, 8, 0].map((shift) => (length >> shift) & 255)
}
