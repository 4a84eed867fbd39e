import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ShortLived } from './short-lived.js'

const key = fc.nat(40)
const step = fc.record({ do: fc.constantFrom('set', 'delete', 'delete'), key })

test('it agrees with a Map, whatever is put in and taken out', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
      const table = new ShortLived<number, object>()
      const model = new Map<number, object>()
      for (const step of steps) {
        const value = {}
        if (step.do === 'set') {
          table.set(step.key, value)
          model.set(step.key, value)
        } else expect(table.delete(step.key)).toBe(model.delete(step.key))
        expect(table.size).toBe(model.size)
        expect(table.get(step.key)).toBe(model.get(step.key))
      }
      expect(table.entries()).toEqual([...model])
      expect(table.values()).toEqual([...model.values()])
    }),
  )
})

test('a window that moves on for ever keeps what is in it, in order', () => {
  const table = new ShortLived<number, string>()
  for (let n = 1; n <= 10_000; n++) {
    table.set(n, `${n}`)
    table.delete(n - 100)
  }
  expect(table.entries().map(([n]) => n)).toEqual(Array.from({ length: 100 }, (_, i) => 9_901 + i))
  expect(table.get(9_901)).toBe('9901')
})

test('who looks at all of them may take out what is seen', () => {
  const table = new ShortLived<string, string>().set('a', 'A').set('b', 'B')
  for (const [key] of table.entries()) table.delete(key)
  expect(table.size).toBe(0)
})
