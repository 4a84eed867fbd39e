import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Few } from './few.js'

test('it agrees with a Map, whether it holds none, one or several', () => {
  const step = fc.record({ do: fc.constantFrom('set', 'delete', 'delete'), key: fc.nat(3) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const table = new Few<number, object>()
      const model = new Map<number, object>()
      for (const step of steps) {
        const value = {}
        if (step.do === 'set') {
          table.set(step.key, value)
          model.set(step.key, value)
        } else expect(table.delete(step.key)).toBe(model.delete(step.key))
        expect(table.size).toBe(model.size)
        for (const key of [0, 1, 2, 3]) expect(table.get(key)).toBe(model.get(key))
        expect(table.entries()).toEqual([...model])
        expect(table.values()).toEqual([...model.values()])
      }
    }),
  )
})

test('who looks at all of them may take out what is seen', () => {
  const table = new Few<string, string>().set('a', 'A').set('b', 'B')
  for (const [key] of table.entries()) table.delete(key)
  expect(table.size).toBe(0)
})
