import { expect, test } from 'vitest'
import { Lanes, type Place } from './lanes.js'

/** Takes a place and notes when it is its turn. */
const queue = (perSession: number, waiting = 10) => {
  const lanes = new Lanes({ perSession, waiting })
  const turns: string[] = []
  const enter = (name: string, lane?: string, session = 's'): Place => {
    const place = lanes.take(session, lane)
    if (place === undefined) throw new Error(`${name} found no place`)
    if (place.turn === undefined) turns.push(name)
    else void place.turn.then(() => turns.push(name))
    return place
  }
  return { lanes, turns, enter }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('so many run at a time, and who waited longest is next', async () => {
  const { turns, enter } = queue(2)
  const first = enter('a')
  enter('b')
  enter('c')
  enter('d')
  expect(turns).toEqual(['a', 'b'])
  first.leave()
  await settled()
  expect(turns).toEqual(['a', 'b', 'c'])
})

test('in one lane there is one at a time, in order, and others pass by', async () => {
  const { turns, enter } = queue(10)
  const first = enter('1', 'text')
  const second = enter('2', 'text')
  enter('3', 'text')
  enter('other')
  enter('another lane', 'read')
  expect(turns).toEqual(['1', 'other', 'another lane'])
  first.leave()
  await settled()
  expect(turns.slice(3)).toEqual(['2'])
  second.leave()
  await settled()
  expect(turns.slice(3)).toEqual(['2', '3'])
})

test('who leaves while waiting is never called, and lets the next one by', async () => {
  const { turns, enter } = queue(1)
  const first = enter('a')
  enter('b').leave()
  enter('c')
  first.leave()
  await settled()
  expect(turns).toEqual(['a', 'c'])
})

test('only so many wait', () => {
  const { lanes, enter } = queue(1, 1)
  enter('a')
  enter('b')
  expect(lanes.take('s', undefined)).toBeUndefined()
  expect(lanes.take('another session', undefined)?.turn).toBeUndefined()
})

test('leaving twice is leaving once, and nothing is left of a session that has nothing to do', () => {
  const { lanes, enter } = queue(1)
  const first = enter('a')
  const second = enter('b')
  first.leave()
  first.leave()
  expect(lanes.size).toBe(1)
  second.leave()
  expect(lanes.size).toBe(0)
})
