import { expect, test } from 'vitest'
import { Reader } from './reader.js'

const reading = () => {
  const told: (number | 'stopped')[] = []
  const reader = new Reader({ took: (next) => told.push(next), stopped: () => told.push('stopped') })
  return { reader, told }
}

test('chunks come in order, whether they or the reader came first', async () => {
  const { reader } = reading()
  reader.push('a')
  expect(await reader.next()).toEqual({ done: false, value: 'a' })
  const [b, c] = [reader.next(), reader.next()]
  reader.push('b')
  reader.push('c')
  expect([await b, await c]).toEqual([
    { done: false, value: 'b' },
    { done: false, value: 'c' },
  ])
})

test('what has come is read before the error, which is thrown once', async () => {
  const { reader } = reading()
  reader.push('a')
  reader.end({ error: new Error('lost') })
  expect(await reader.next()).toEqual({ done: false, value: 'a' })
  await expect(reader.next()).rejects.toThrow('lost')
  expect(await reader.next()).toEqual({ done: true, value: undefined })
})

test('those who wait when it ends are told', async () => {
  const { reader } = reading()
  const [first, second] = [reader.next(), reader.next()]
  reader.end({ error: new Error('lost') })
  await expect(first).rejects.toThrow('lost')
  expect(await second).toEqual({ done: true, value: undefined })
})

test('after the end nothing is taken in', async () => {
  const { reader } = reading()
  reader.end()
  reader.push('late')
  expect([reader.size, await reader.next()]).toEqual([0, { done: true, value: undefined }])
})

test('stopping drops what has come, and is told', async () => {
  const { reader, told } = reading()
  reader.push('a')
  expect(await reader.return()).toEqual({ done: true, value: undefined })
  expect([await reader.next(), told]).toEqual([{ done: true, value: undefined }, ['stopped']])
})

test('a reader that keeps up tells of each chunk, one with more before it of every 32nd after the first', async () => {
  const { reader, told } = reading()
  reader.push(0)
  await reader.next()
  for (let chunk = 1; chunk <= 100; chunk += 1) reader.push(chunk)
  for (let chunk = 1; chunk <= 100; chunk += 1) await reader.next()
  expect(told).toEqual([1, 33, 65, 97, 101])
})

test('the first chunk is told at once, so that it is known that somebody reads', async () => {
  const { reader, told } = reading()
  for (let chunk = 0; chunk < 10; chunk += 1) reader.push(chunk)
  await reader.next()
  expect(told).toEqual([1])
})

test('what is taken after the end is told to nobody', async () => {
  const { reader, told } = reading()
  reader.push('a')
  reader.end()
  await reader.next()
  expect(told).toEqual([])
})
