import { expect, test } from 'vitest'
import { RoomsInMemory } from './rooms.js'

test('a session is a member of a room from joining to leaving, however often it joins', () => {
  const rooms = new RoomsInMemory()
  rooms.join('a', 'lobby')
  rooms.join('a', 'lobby')
  rooms.join('b', 'lobby')
  expect([...rooms.members('lobby')]).toEqual(['a', 'b'])
  rooms.leave('a', 'lobby')
  rooms.leave('a', 'attic')
  expect([...rooms.members('lobby')]).toEqual(['b'])
  expect([...rooms.members('attic')]).toEqual([])
})

test('a session that is over is in no room', () => {
  const rooms = new RoomsInMemory()
  rooms.join('a', 'lobby')
  rooms.join('a', 'attic')
  rooms.join('b', 'attic')
  rooms.leaveAll('a')
  expect([...rooms.members('lobby')]).toEqual([])
  expect([...rooms.members('attic')]).toEqual(['b'])
})
