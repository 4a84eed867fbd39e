import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { Gathered } from './gathered.js'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

test('what was gathered is taken once, in order, and what comes after it is not what came before', () => {
  const gathered = new Gathered<string>()
  const takeOf = (...items: string[]) => {
    for (const item of items) gathered.add(item)
    return gathered.take()
  }
  expect(gathered.take()).toEqual([])
  const first = takeOf('a', 'b', 'c')
  expect(takeOf('d')).toEqual(['d'])
  expect(gathered.take()).toEqual([])
  expect(first).toEqual(['a', 'b', 'c'])
})

test('what was taken is not kept alive', async () => {
  const gathered = new Gathered<object>()
  const taken = () => {
    gathered.add({})
    return new WeakRef(gathered.take()[0] ?? {})
  }
  const [first, second] = [taken(), taken()]
  await new Promise((resolve) => setTimeout(resolve))
  collectGarbage()
  expect([first.deref(), second.deref()]).toEqual([undefined, undefined])
})
