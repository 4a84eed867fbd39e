import { expect, test } from 'vitest'
import { isAscii, textFrame } from './text-frame.js'

const bytesOf = (text: string) => [...text].map((character) => character.charCodeAt(0))

test('a frame is a final text frame of RFC 6455, without a mask', () => {
  expect(bytesOf(textFrame('hi', true) ?? '')).toEqual([0x81, 2, 0x68, 0x69])
  const long = 'x'.repeat(300)
  expect(bytesOf(textFrame(long, true) ?? '').slice(0, 5)).toEqual([0x81, 126, 1, 44, 0x78])
})

test('what is beyond ASCII is several bytes', () => {
  expect(['e', 'é', '你', '😀'].map(isAscii)).toEqual([true, false, false, false])
  expect(bytesOf(textFrame('é你😀', false) ?? '')).toEqual([0x81, 2 + 3 + 4, ...Buffer.from('é你😀')])
})

test('what is long is left to others', () => {
  expect(textFrame('x'.repeat(64 * 1024), true)).toBeUndefined()
  expect(textFrame('你'.repeat(22 * 1024), false)).toBeUndefined()
})
