import { expect, test } from 'vitest'
import { unreachable } from './unreachable.js'

test('a case that the compiler believed impossible is told by its value', () => {
  expect(() => unreachable({ kind: 'novelty' } as never)).toThrow('There is no case for {"kind":"novelty"}.')
})
