import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ShortLived } from './short-lived.js'

setFlagsFromString('--expose-gc')
const collect: (how?: { readonly type: 'minor' }) => void = runInNewContext('gc')

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
        expect(table.has(step.key)).toBe(model.has(step.key))
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

test('what has gone is collected soon, however old the table is [ADR 9]', () => {
  const table = new ShortLived<number, readonly number[]>()
  const pass = (from: number, to: number) => {
    for (let n = from; n < to; n++) {
      table.set(n, new Array(1_000).fill(n))
      table.delete(n - 8)
    }
  }
  pass(0, 100)
  collect()
  const before = process.memoryUsage().heapUsed
  // 16 MB, of which 64 KB are there at any time.
  for (let part = 1; part <= 20; part++) {
    pass(part * 100, (part + 1) * 100)
    collect({ type: 'minor' })
  }
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(4 * 2 ** 20)
})
