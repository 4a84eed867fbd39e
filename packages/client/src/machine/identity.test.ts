import { expect, test } from 'vitest'
import { Identity } from './identity.js'

const nowhere = { lastPush: 0, floor: 0, settled: [] }

const identity = () => {
  let names = 0
  const name = (kind: string) => () => {
    names += 1
    return `${kind}-${names}`
  }
  return new Identity({ id: name('page'), message: name('message'), client: name('client'), secret: name('secret') })
}

test('each hello has the next attempt, which fences off the ones before', () => {
  const somebody = identity()
  const [first, second] = [somebody.hello(undefined, nowhere), somebody.hello(undefined, nowhere)]
  expect([first.attempt, second.attempt]).toEqual([1, 2])
  expect([second.client, second.secret, second.page]).toEqual([first.client, first.secret, first.page])
})

test('token and epoch are left out as long as there is none', () => {
  const somebody = identity()
  expect(somebody.hello(undefined, nowhere)).not.toHaveProperty('token')
  expect(somebody.hello(undefined, nowhere)).not.toHaveProperty('epoch')
  somebody.meet('first')
  expect(somebody.hello('sesame', nowhere)).toMatchObject({ token: 'sesame', epoch: 'first' })
})

test('an epoch is the first, the same, or another', () => {
  const somebody = identity()
  expect(somebody.meet('a')).toBe('first')
  expect(somebody.meet('a')).toBe('same')
  expect(somebody.meet('b')).toBe('another')
  expect(somebody.meet('b')).toBe('same')
})

test('another identity knows no session, begins to count anew, and is on the same page', () => {
  const somebody = identity()
  const before = somebody.hello(undefined, nowhere)
  somebody.meet('a')
  somebody.renew()
  const after = somebody.hello(undefined, nowhere)
  expect(after.client).not.toBe(before.client)
  expect(after.secret).not.toBe(before.secret)
  expect(after).toMatchObject({ attempt: 1, page: before.page })
  expect(after).not.toHaveProperty('epoch')
})
