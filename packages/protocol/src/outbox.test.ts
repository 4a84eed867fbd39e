import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Outbox } from './outbox.js'

const bounds = { items: 5, bytes: 30 }

/** Every item ever pushed, and from which number on they are kept. */
class Model {
  readonly pushed: { item: string; bytes: number }[] = []
  first = 1

  push(item: string, bytes: number): void {
    this.pushed.push({ item, bytes })
    while (this.kept.length > bounds.items || this.bytes > bounds.bytes) this.first++
  }

  confirm(received: number): void {
    this.first = Math.max(this.first, received + 1)
  }

  get kept() {
    return this.pushed.slice(this.first - 1)
  }

  get bytes(): number {
    return this.kept.reduce((sum, { bytes }) => sum + bytes, 0)
  }
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('push' as const), item: fc.string(), bytes: fc.nat(40) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('confirm' as const), received: fc.nat(40) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      cursor: fc.nat(40),
      most: fc.integer({ min: 1, max: 6 }),
    }),
  },
)

test('every number is kept, confirmed, or told as a gap', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const outbox = new Outbox<string>(bounds)
      const model = new Model()
      for (const step of steps) {
        if (step.do === 'push') {
          model.push(step.item, step.bytes)
          expect(outbox.push(step.item, step.bytes)).toBe(model.pushed.length)
        } else if (step.do === 'confirm') {
          const known = step.received <= model.pushed.length
          expect(outbox.confirm(step.received)).toBe(known ? 'ok' : 'never-sent')
          if (known) model.confirm(step.received)
        } else if (step.cursor <= model.pushed.length) {
          const first = Math.max(step.cursor + 1, model.first)
          expect(outbox.after(step.cursor, step.most)).toEqual({
            first,
            items: model.pushed.slice(first - 1, first - 1 + step.most).map(({ item }) => item),
            ...(first > step.cursor + 1 ? { gap: { from: step.cursor + 1, to: first - 1 } } : {}),
          })
        }
        const { head, size, bytes } = outbox
        expect({ head, size, bytes }).toEqual({
          head: model.pushed.length,
          size: model.kept.length,
          bytes: model.bytes,
        })
      }
    }),
    { numRuns: 100 },
  )
})

test('a reader with nothing above its cursor finds nothing, and no gap', () => {
  const outbox = new Outbox<string>(bounds)
  expect(outbox.after(0)).toEqual({ first: 1, items: [] })
  outbox.push('a', 1)
  expect(outbox.after(1)).toEqual({ first: 2, items: [] })
})

test('an item over the bound by itself is told as a gap', () => {
  const outbox = new Outbox<string>(bounds)
  outbox.push('a', 31)
  expect(outbox.after(0)).toEqual({ first: 2, items: [], gap: { from: 1, to: 1 } })
})

test('numbers go on where an earlier life of it ended', () => {
  const outbox = new Outbox<string>(bounds, 7)
  expect(outbox.push('a', 1)).toBe(8)
  expect(outbox.after(7)).toEqual({ first: 8, items: ['a'] })
  expect(outbox.after(4)).toEqual({ first: 8, items: ['a'], gap: { from: 5, to: 7 } })
})

test('a confirmation of what was never sent is told, and forgets nothing', () => {
  const outbox = new Outbox<string>(bounds)
  outbox.push('a', 1)
  expect(outbox.confirm(2)).toBe('never-sent')
  expect(outbox.after(0).items).toEqual(['a'])
})

test('items that take no bytes are bounded by their number', () => {
  const outbox = new Outbox<string>(bounds)
  for (let n = 1; n <= bounds.items + 1; n++) outbox.push('a', 0)
  expect(outbox.size).toBe(bounds.items)
  expect(outbox.after(0).gap).toEqual({ from: 1, to: 1 })
})

test('a reader gets no more than it asked for, also once numbers were confirmed', () => {
  const outbox = new Outbox<string>(bounds)
  for (const item of ['a', 'b', 'c', 'd']) outbox.push(item, 1)
  outbox.confirm(1)
  expect(outbox.after(1, 2)).toEqual({ first: 2, items: ['b', 'c'] })
})
