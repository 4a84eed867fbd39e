import { expect, test } from 'vitest'
import { fitsInto, linesOf } from './bundle.js'
import { limits } from './limits.js'

test('each line is a frame, whatever else breaks lines', () => {
  expect(linesOf('one')).toEqual(['one'])
  expect(linesOf('one\ntwo\nthree')).toEqual(['one', 'two', 'three'])
  expect(linesOf('\none\n')).toEqual(['', 'one', ''])
  expect(linesOf('')).toEqual([''])
  expect(linesOf('one\rtwo\u2028three')).toEqual(['one\rtwo\u2028three'])
})

test('a text with several frames is not longer than its limit; one frame may be', () => {
  const line = 'x'.repeat(limits.bundleBytes - 1)
  expect(linesOf(`${line}\n`)).toEqual([line, ''])
  expect(linesOf(`${line}\nx`)).toEqual([''])
  expect(linesOf(line.repeat(2))).toEqual([line.repeat(2)])
  expect(linesOf(`${'你'.repeat(limits.bundleBytes / 2)}\n`)).toEqual([''])
})

test('what fits into a text is taken by everybody, whatever its characters are', () => {
  const [text, frame] = ['你'.repeat(1_365), '你'.repeat(1_364)]
  expect(fitsInto(text, frame)).toBe(true)
  expect(linesOf(`${text}\n${frame}`)).toEqual([text, frame])
  expect(fitsInto(text, `${frame}你`)).toBe(false)
})
