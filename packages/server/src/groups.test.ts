import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Groups } from './groups.js'

const step = fc.record({ do: fc.constantFrom('add', 'delete'), name: fc.constantFrom('a', 'b'), key: fc.nat(3) })

test('it agrees with a Map of Maps, whatever comes and goes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const groups = new Groups<number, { readonly key: number }>(({ key }) => key)
      const model = { a: new Map<number, object>(), b: new Map<number, object>() }
      for (const { do: act, name, key } of steps) {
        if (act === 'add') {
          const member = { key }
          groups.add(name, member)
          model[name].set(key, member)
        } else {
          groups.delete(name, key)
          model[name].delete(key)
        }
        expect(groups.get(name, key)).toBe(model[name].get(key))
        expect(groups.sizeOf(name)).toBe(model[name].size)
        expect(groups.of(name)).toEqual([...model[name].values()])
      }
    }),
  )
})
