import { expect, test } from 'vitest'
import { Readiness } from './readiness.js'

/** A store that answers when told to, and a clock whose time is called by hand. */
const ready = () => {
  let asked = 0
  let answer: () => void = () => {}
  let fail: () => void = () => {}
  const timers = new Set<() => void>()
  const driver = {
    storeFailure: undefined as string | undefined,
    feed() {},
    apply: () => {
      asked += 1
      return new Promise<[]>((resolve, reject) => {
        answer = () => resolve([])
        fail = () => reject(new Error('no disk'))
      })
    },
  }
  const clock = {
    after: (_ms: number, callback: () => void) => {
      timers.add(callback)
      return () => void timers.delete(callback)
    },
  }
  const readiness = new Readiness(driver, clock)
  readiness.phase = 'serving'
  const timeIsUp = () => {
    for (const call of [...timers]) call()
  }
  return { readiness, driver, timers, asked: () => asked, answer: () => answer(), fail: () => fail(), timeIsUp }
}

const outOfReach = 'The store is out of reach.'

test('however many ask at a time, the store is asked once', async () => {
  const { readiness, asked, answer } = ready()
  const answers = Promise.all([readiness.obstacle(), readiness.obstacle(), readiness.obstacle()])
  await Promise.resolve().then(() => answer())
  expect(await answers).toEqual([undefined, undefined, undefined])
  expect(asked()).toBe(1)
  const again = readiness.obstacle()
  await Promise.resolve().then(() => answer())
  await again
  expect(asked()).toBe(2)
})

test('a store that fails, hangs, or failed when it was asked last is out of reach', async () => {
  const { readiness, driver, fail, answer, timeIsUp } = ready()
  const failing = readiness.obstacle()
  await Promise.resolve().then(() => fail())
  expect(await failing).toBe(outOfReach)
  const hanging = readiness.obstacle()
  timeIsUp()
  expect(await hanging).toBe(outOfReach)
  driver.storeFailure = 'no disk'
  const failed = readiness.obstacle()
  await Promise.resolve().then(() => answer())
  expect(await failed).toBe(outOfReach)
})

test('a server that begins to close while the store is asked is not ready', async () => {
  const { readiness, timers } = ready()
  const asking = readiness.obstacle()
  readiness.phase = 'draining'
  readiness.close()
  expect(await asking).toBeTypeOf('string')
  expect(timers.size).toBe(0)
  expect(await readiness.obstacle()).toBe('The server is closed.')
})
