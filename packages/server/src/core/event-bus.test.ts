import { expect, test } from 'vitest'
import { EventBus } from './event-bus.js'

type Events = { greeting: [name: string]; parting: [] }

const heard = () => {
  const failures: unknown[] = []
  const bus = new EventBus<Events>((error, event) => failures.push([event, error]))
  return { bus, failures }
}

test('listeners are called in the order in which they came, with what was told', () => {
  const { bus } = heard()
  const calls: string[] = []
  bus.on('greeting', (name) => calls.push(`first ${name}`))
  bus.on('greeting', (name) => calls.push(`second ${name}`))
  bus.emit('parting')
  bus.emit('greeting', 'Ann')
  expect(calls).toEqual(['first Ann', 'second Ann'])
})

test('a listener that throws stops nothing but itself', () => {
  const { bus, failures } = heard()
  const calls: string[] = []
  bus.on('greeting', () => {
    throw new Error('out of order')
  })
  bus.on('greeting', (name) => calls.push(name))
  bus.emit('greeting', 'Ann')
  expect(calls).toEqual(['Ann'])
  expect(failures).toEqual([['greeting', new Error('out of order')]])
})

test('a listener whose promise rejects is reported, not left unhandled', async () => {
  const { bus, failures } = heard()
  bus.on('parting', async () => {
    throw new Error('too late')
  })
  bus.emit('parting')
  await Promise.resolve()
  expect(failures).toEqual([['parting', new Error('too late')]])
})

test('who stopped listening is not called, and the same function counts once for each time it was given', () => {
  const { bus } = heard()
  let calls = 0
  const listener = () => {
    calls += 1
  }
  const off = bus.on('parting', listener)
  bus.on('parting', listener)
  bus.emit('parting')
  off()
  off()
  bus.emit('parting')
  expect(calls).toBe(3)
})

test('a listener that comes during a call waits for the next one', () => {
  const { bus } = heard()
  let late = 0
  bus.on('parting', () => {
    bus.on('parting', () => {
      late += 1
    })
  })
  bus.emit('parting')
  expect(late).toBe(0)
  bus.emit('parting')
  expect(late).toBe(1)
})
