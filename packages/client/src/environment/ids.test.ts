import { expect, test } from 'vitest'
import { platformIds } from './ids.js'

test('an id is 21 characters that need no escaping', () => {
  for (const make of [platformIds.id, platformIds.message]) expect(make()).toMatch(/^[\w-]{21}$/)
})

test('a client id is at least 128 random bits in 64 safe characters, a secret 256', () => {
  for (let round = 0; round < 200; round += 1) {
    const client = platformIds.client()
    const secret = platformIds.secret()
    expect(client).toMatch(/^[\w-]{22}$/)
    expect(secret).toMatch(/^[\w-]{43}$/)
  }
})

test('no name is given twice', () => {
  const names = Array.from({ length: 1_000 }, () => [
    platformIds.id(),
    platformIds.message(),
    platformIds.client(),
    platformIds.secret(),
  ])
  expect(new Set(names.flat()).size).toBe(4_000)
})
