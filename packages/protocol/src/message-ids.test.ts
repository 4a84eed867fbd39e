import { expect, test } from 'vitest'
import { messageIds } from './message-ids.js'

test('90 ids share a name and differ in two digits, then another name is made', () => {
  const names: string[] = []
  const next = messageIds(() => {
    names.push(`name ${names.length} `)
    return names.at(-1) ?? ''
  })
  const ids = Array.from({ length: 181 }, next)
  expect(names).toHaveLength(3)
  expect([ids[0], ids[89], ids[90], ids[180]]).toEqual(['name 0 10', 'name 0 99', 'name 1 10', 'name 2 10'])
  expect(new Set(ids).size).toBe(181)
})
