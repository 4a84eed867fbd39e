import { expect, test } from 'vitest'
import { clip } from './clip.js'

test('what is short stays as it is, what is long ends in an ellipsis', () => {
  expect(clip('abc')).toBe('abc')
  expect(clip('x'.repeat(128))).toBe('x'.repeat(128))
  expect(clip('x'.repeat(60_000))).toBe(`${'x'.repeat(127)}…`)
})
