import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Inbox } from './inbox.js'

const arrival = fc.tuple(fc.nat(20), fc.nat(4))

test('what counts as next is contiguous, whatever arrives', () => {
  fc.assert(
    fc.property(fc.constantFrom(-1, 0, 5), fc.array(arrival, { maxLength: 60, size: 'max' }), (last, arrivals) => {
      const inbox = new Inbox(last)
      let had: number = last
      for (const [from, more] of arrivals) {
        const to = from + more
        const verdict = inbox.receive(from, to)
        const fresh = Array.from({ length: more + 1 }, (_, index) => from + index).filter((n) => n > had)
        if (fresh.length === 0) expect(verdict).toBe('old')
        else expect(verdict).toBe(fresh[0] === had + 1 ? 'next' : 'jump')
        if (verdict === 'next') had = to
        expect(inbox.last).toBe(had)
      }
    }),
  )
})

test('pushes are expected from 1, and one by one', () => {
  const inbox = new Inbox()
  expect([1, 2, 2, 1, 4, 3, 4].map((n) => inbox.receive(n))).toEqual([
    'next',
    'next',
    'old',
    'old',
    'jump',
    'next',
    'next',
  ])
})

test('chunks are expected from 0', () => {
  const inbox = new Inbox(-1)
  expect(inbox.receive(0)).toBe('next')
  expect(inbox.receive(2)).toBe('jump')
})

test('a gap is taken in as a whole, once', () => {
  const inbox = new Inbox(3)
  expect(inbox.receive(4, 9)).toBe('next')
  expect(inbox.receive(4, 9)).toBe('old')
  expect(inbox.receive(10)).toBe('next')
})

test('a jump takes nothing in', () => {
  const inbox = new Inbox()
  expect(inbox.receive(2)).toBe('jump')
  expect(inbox.last).toBe(0)
})
