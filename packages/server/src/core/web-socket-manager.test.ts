import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import type { Logger } from '../api.js'
import { WebSocketManager } from './web-socket-manager.js'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }

test('what makes no sense to look for is a TypeError that says so', () => {
  const manager = new WebSocketManager({ server: createServer(), logger: silent })
  onTestFinished(() => manager.close())
  expect(() => manager.explain(undefined as never)).toThrow('The id of explain() is a text, not undefined.')
  expect(() => manager.flightRecords(null as never)).toThrow('The filter of flightRecords() is an object, not null.')
  expect(() => manager.connections(null as never)).toThrow('The filter of connections() is an object, not null.')
  expect(manager.explain('made up')).toBeUndefined()
  expect(manager.flightRecords({ session: 's', request: 'r' })).toEqual([])
  expect(manager.connections({ id: 'i', session: 's', user: 'u' })).toEqual([])
})

test('closing with options that make no sense closes as without any', async () => {
  for (const options of [null, undefined, 5, { drain: null }]) {
    const manager = new WebSocketManager({ server: createServer(), logger: silent })
    await expect(manager.close(options as never)).resolves.toBeUndefined()
  }
})
