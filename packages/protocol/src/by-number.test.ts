import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByNumber } from './by-number.js'

const n = fc.oneof(
  { weight: 4, arbitrary: fc.nat(40) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }) },
)
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('set' as const), n }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('delete' as const), n }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), n }) },
)

test('it agrees with a Map, whatever is put in and taken out', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const table = new ByNumber<object>()
      const model = new Map<number, object>()
      for (const step of steps) {
        const value = {}
        if (step.do === 'set') {
          table.set(step.n, value)
          model.set(step.n, value)
        } else if (step.do === 'delete') {
          expect(table.delete(step.n)).toBe(model.delete(step.n))
        } else {
          table.clear()
          model.clear()
        }
        expect(table.size).toBe(model.size)
        expect(table.get(step.n)).toBe(model.get(step.n))
        expect(table.has(step.n)).toBe(model.has(step.n))
      }
      expect([...table]).toEqual([...model].sort(([a], [b]) => a - b))
      for (const [n, value] of model) expect(table.get(n)).toBe(value)
    }),
  )
})

test('a window that moves on for ever takes no more room than what is in it', () => {
  const table = new ByNumber<string>()
  for (let n = 1; n <= 100_000; n++) {
    table.set(n, 'here')
    if (n > 100) table.delete(n - 100)
  }
  expect(table.size).toBe(100)
  expect([...table][0]).toEqual([99_901, 'here'])
})

test('tables do not share what is in them, and an undefined value is there all the same', () => {
  const [one, other] = [new ByNumber<string | undefined>(), new ByNumber<string | undefined>()]
  one.set(1, undefined)
  expect(one.has(1)).toBe(true)
  expect(other.has(1)).toBe(false)
  expect(other.get(1)).toBeUndefined()
  expect(other.delete(1)).toBe(false)
})

test('who looks at all of them may take out what is seen', () => {
  const table = new ByNumber<string>()
  for (const n of [5, 3, 9, 1]) table.set(n, `${n}`)
  for (const [n] of table) if (n !== 9) table.delete(n)
  expect([...table]).toEqual([[9, '9']])
})
