import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Deadlines } from './deadlines.js'

/** The same, as a list that is sorted anew each time. */
class Model {
  #entries: { key: number; at: number }[] = []

  set(key: number, at: number): void {
    if (this.#entries.some((entry) => entry.key === key && entry.at === at)) return
    this.clear(key)
    if (at !== Number.POSITIVE_INFINITY) this.#entries.push({ key, at })
    this.#entries.sort((a, b) => a.at - b.at)
  }

  clear(key: number): void {
    this.#entries = this.#entries.filter((entry) => entry.key !== key)
  }

  due(now: number): number[] {
    const keys = this.#entries.filter((entry) => entry.at <= now).map((entry) => entry.key)
    this.#entries = this.#entries.filter((entry) => entry.at > now)
    return keys
  }

  get next(): number {
    return this.#entries[0]?.at ?? Number.POSITIVE_INFINITY
  }

  get size(): number {
    return this.#entries.length
  }
}

// Few keys, that are set again and again, and time that does not go far: garbage gathers until it is swept.
const key = fc.nat(20)
const at = fc.oneof({ weight: 20, arbitrary: fc.nat(100) }, fc.constant(Number.POSITIVE_INFINITY))
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('set' as const), key, at }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('clear' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('due' as const), now: fc.nat(30) }) },
)

test('it agrees with a sorted list, whatever is set, cleared and passed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
      const deadlines = new Deadlines()
      const model = new Model()
      for (const step of steps) {
        if (step.do === 'set') {
          deadlines.set(step.key, step.at)
          model.set(step.key, step.at)
        } else if (step.do === 'clear') {
          deadlines.clear(step.key)
          model.clear(step.key)
        } else {
          expect(deadlines.due(step.now)).toEqual(model.due(step.now))
        }
        expect(deadlines.next).toBe(model.next)
        expect(deadlines.size).toBe(model.size)
      }
      expect(deadlines.due(100)).toEqual(model.due(100))
    }),
    { numRuns: 50 },
  )
})

test('without a deadline there is nothing to wake for', () => {
  const deadlines = new Deadlines()
  expect(deadlines.next).toBe(Number.POSITIVE_INFINITY)
  expect(deadlines.due(1e9)).toEqual([])
  expect(deadlines.entries).toBe(0)
})

test('a key has one deadline: the last one set', () => {
  const deadlines = new Deadlines()
  deadlines.set(1, 10)
  deadlines.set(1, 30)
  expect(deadlines.get(1)).toBe(30)
  expect(deadlines.due(20)).toEqual([])
  expect(deadlines.due(30)).toEqual([1])
  expect(deadlines.get(1)).toBeUndefined()
})

test('deadlines of the same time pass in the order they were set', () => {
  const deadlines = new Deadlines()
  for (let key = 0; key < 200; key++) deadlines.set(key, 5)
  expect(deadlines.due(5)).toEqual(Array.from({ length: 200 }, (_, key) => key))
})

test('a deadline that is set again to the same time keeps its place', () => {
  const deadlines = new Deadlines()
  for (const key of [1, 2, 1]) deadlines.set(key, 5)
  expect(deadlines.due(5)).toEqual([1, 2])
})

test('a hundred thousand changes over a thousand keys leave no heap of garbage behind', () => {
  const deadlines = new Deadlines()
  for (let change = 0; change < 100_000; change++) deadlines.set(change % 1000, change + 1000 - (change % 7))
  expect(deadlines.size).toBe(1000)
  expect(deadlines.entries).toBeLessThanOrEqual(2001)
  for (let key = 0; key < 1000; key++) deadlines.clear(key)
  expect(deadlines.entries).toBeLessThanOrEqual(64)
})
