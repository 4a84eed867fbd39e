import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Times } from './times.js'

test('what is due is taken out, the earliest first', () => {
  const times = new Times()
  times.set(1, 30)
  times.set(2, 10)
  times.set(3, 20)
  expect(times.next).toBe(10)
  expect(times.due(9)).toEqual([])
  expect(times.due(20)).toEqual([2, 3])
  expect(times.next).toBe(30)
  expect([times.get(1), times.get(2)]).toEqual([30, undefined])
})

test('where nothing is left, nothing is waited for', () => {
  const times = new Times()
  times.set(1, 10)
  times.clear(1)
  expect(times.next).toBe(Infinity)
  times.set(2, 20)
  expect(times.next).toBe(20)
})

test('what has no time waits for none, and is known', () => {
  const times = new Times()
  times.set(1, Infinity)
  expect([times.next, times.get(1)]).toEqual([Infinity, Infinity])
  expect(times.due(1e9)).toEqual([])
})

const change = fc.record({ key: fc.nat(5), at: fc.option(fc.nat(20)), passMs: fc.nat(3) })

test('whatever is set and cleared, each is due at its time, and who waits until the next time does not wait for ever', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const times = new Times()
      const expected = new Map<number, number>()
      let now = 0
      for (const { key, at, passMs } of changes) {
        if (at === null) times.clear(key)
        else times.set(key, now + at)
        if (at === null) expected.delete(key)
        else expected.set(key, now + at)
        expect(times.next).toBeLessThanOrEqual(Math.min(...expected.values()))
        now += passMs
        const late = [...expected].filter(([, time]) => time <= now)
        expect([...times.due(now)].sort()).toEqual(late.map(([due]) => due).sort())
        for (const [due] of late) expected.delete(due)
        expect(times.next).toBeGreaterThan(now)
      }
    }),
  )
})
