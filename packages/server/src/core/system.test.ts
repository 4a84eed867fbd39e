import { expect, test } from 'vitest'
import { systemIds } from './system.js'

test.each(['id', 'message'] as const)('%s: 21 letters, digits, - or _, and never the same', (kind) => {
  const ids = Array.from({ length: 2_000 }, systemIds[kind])
  for (const id of ids) expect(id).toMatch(/^[\w-]{21}$/)
  expect(new Set(ids).size).toBe(ids.length)
})

test.each(['id', 'message'] as const)('%s: every character is drawn from all 64', (kind) => {
  const ids = Array.from({ length: 2_000 }, systemIds[kind])
  for (let at = 0; at < 21; at++) expect(new Set(ids.map((id) => id[at])).size).toBe(64)
})
