import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InOrder } from './in-order.js'

const step = fc.record({ add: fc.boolean(), n: fc.integer({ min: 1, max: 30 }) })

test('it agrees with a Set, whatever is put in and taken out', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const numbers = new InOrder()
      const model = new Set<number>()
      for (const { add, n } of steps) {
        if (add) {
          numbers.add(n)
          model.add(n)
        } else {
          numbers.delete(n)
          model.delete(n)
        }
        expect(numbers.size).toBe(model.size)
        expect([...numbers]).toEqual([...model])
      }
    }),
  )
})
