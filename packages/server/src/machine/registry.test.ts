import { expect, test } from 'vitest'
import { Registry } from './registry.js'

test('a type is known from when its handler is registered', () => {
  const registry = new Registry(60_000)
  expect(registry.get('text')).toBeUndefined()
  registry.register({ kind: 'registered', type: 'text', idempotent: false })
  registry.register({ kind: 'registered', type: 'rename', idempotent: true, timeoutMs: 5_000 })
  expect(registry.get('text')).toEqual({ idempotent: false, timeoutMs: 60_000 })
  expect(registry.timeoutOf('rename')).toBe(5_000)
  expect(registry.idempotent()).toEqual(['rename'])
})

test('names that every object has are no types', () => {
  const registry = new Registry(60_000)
  for (const type of ['constructor', '__proto__', 'toString']) expect(registry.get(type)).toBeUndefined()
  expect(registry.timeoutOf('constructor')).toBe(60_000)
})
