import { expect, test } from 'vitest'
import { type MemoryStoreOptions, memoryStore } from './memory-store.js'

const renewal = { op: 'renew', owner: 'a', leaseMs: 30, sessionTtlMs: 1_000, seen: 0 } as const

test('leases run on the clock that is given', () => {
  let now = 0
  const store = memoryStore({ now: () => now })
  store.apply([
    { op: 'enlist', owner: 'a', leaseMs: 30 },
    { op: 'enlist', owner: 'b', leaseMs: 1_000 },
  ])
  now = 30
  expect(store.apply([{ ...renewal, owner: 'b' }, renewal]).map(({ status }) => status)).toEqual(['ok', 'gone'])
})

test('or on the monotonic clock of the process', () => {
  const store = memoryStore({})
  store.apply([
    { op: 'enlist', owner: 'a', leaseMs: 0 },
    { op: 'enlist', owner: 'b', leaseMs: 60_000 },
  ])
  expect(store.apply([{ ...renewal, owner: 'b' }, renewal]).map(({ status }) => status)).toEqual(['ok', 'gone'])
})

test('an option that does not exist is refused, and named beside those that do', () => {
  expect(() => memoryStore({ maxSesions: 5 } as MemoryStoreOptions)).toThrow(
    "The option of memoryStore() has an unknown field 'maxSesions'; there are maxSessions, maxSessionsPerUser, now.",
  )
})
