import { expect, test } from 'vitest'
import { systemIds } from './system.js'

test('ids are 21 letters, digits, - or _, and never the same', () => {
  const ids = Array.from({ length: 2_000 }, systemIds.id)
  for (const id of ids) expect(id).toMatch(/^[\w-]{21}$/)
  expect(new Set(ids).size).toBe(ids.length)
})

test('every character of an id is drawn from all 64', () => {
  const ids = Array.from({ length: 2_000 }, systemIds.id)
  for (let at = 0; at < 21; at++) expect(new Set(ids.map((id) => id[at])).size).toBe(64)
})
