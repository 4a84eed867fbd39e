import { expect, test } from 'vitest'
import { durationInWords } from './duration-in-words.js'

test('a length of time has the unit in which its number is small, and says something', () => {
  const cases = {
    0: '0 ms',
    999.4: '999 ms',
    1000: '1 s',
    90400: '90 s',
    120000: '2 min',
    7100000: '118 min',
    7200000: '2 h',
  }
  for (const [ms, words] of Object.entries(cases)) expect(durationInWords(Number(ms))).toBe(words)
  expect(durationInWords(200 * 3_600_000)).toBe('200 h')
  // A clock that was set back.
  expect(durationInWords(-5_000)).toBe('0 ms')
})
