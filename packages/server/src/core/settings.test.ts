import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import type { ManagerConfig } from '../api.js'
import { memoryStore } from '../memory-store.js'
import { settingsOf } from './settings.js'

const given = (config: ManagerConfig) => () => settingsOf({ port: 0, config })

test('defaults are filled in', () => {
  expect(settingsOf({ port: 0 })).toMatchObject({
    path: undefined,
    origins: undefined,
    heartbeatMs: 25_000,
    maxConnections: 10_000,
    handlerTimeoutMs: 60_000,
    messageBytes: 65_536,
  })
})

test('numbers that make no sense are refused with a sentence that names them', () => {
  expect(given({ heartbeat: { interval: -1 } })).toThrow(
    'config.heartbeat.interval is a number of milliseconds from 1 to 86400000, not -1.',
  )
  expect(given({ heartbeat: { interval: Number.NaN } })).toThrow('config.heartbeat.interval')
  expect(given({ maxConnections: 0 })).toThrow('config.maxConnections is a whole number from 1 to 10000000, not 0.')
  expect(given({ maxConnections: 1.5 })).toThrow('config.maxConnections')
  expect(given({ messageTimeout: 0 })).toThrow('config.messageTimeout')
  expect(given({ sessionTtl: Number.POSITIVE_INFINITY })).toThrow('config.sessionTtl')
  expect(given({ maxSessions: -5 })).toThrow('config.maxSessions')
  expect(given({ maxSessionsPerUser: 0 })).toThrow('config.maxSessionsPerUser')
  expect(given({ maxMessageBytes: 0 })).toThrow('config.maxMessageBytes')
})

test('a rate limit has a rate, and a burst of one second of it by default', () => {
  expect(settingsOf({ port: 0, config: { rateLimit: { perSecond: 2.5 } } }).rateLimit).toEqual({
    perSecond: 2.5,
    burst: 3,
  })
  expect(given({ rateLimit: { perSecond: 0 } })).toThrow('config.rateLimit.perSecond')
  expect(given({ rateLimit: { perSecond: 1, burst: 0 } })).toThrow('config.rateLimit.burst')
  expect(given({ rateLimit: { perSecond: 2e-5, burst: 3 } })).toThrow('a window is at most 24 h')
  expect(settingsOf({ port: 0, config: { rateLimit: { perSecond: 1, perUser: { perSecond: 3 } } } }).rateLimit).toEqual(
    {
      perSecond: 1,
      burst: 1,
      perUser: { perSecond: 3, burst: 3 },
    },
  )
  expect(given({ rateLimit: { perSecond: 1, perUser: { perSecond: -1 } } })).toThrow(
    'config.rateLimit.perUser.perSecond',
  )
})

test('how many run and wait are whole numbers', () => {
  expect(settingsOf({ port: 0 }).concurrency).toEqual({ perSession: 256, waiting: 256 })
  expect(settingsOf({ port: 0, config: { concurrency: { perSession: 1 } } }).concurrency.perSession).toBe(1)
  expect(given({ concurrency: { perSession: 0 } })).toThrow('config.concurrency.perSession')
  expect(given({ concurrency: { waiting: 0.5 } })).toThrow('config.concurrency.waiting')
})

test('how late the event loop may be is a time, and none at all when it is 0', () => {
  expect(settingsOf({ port: 0 }).strainMs).toBe(200)
  expect(settingsOf({ port: 0, config: { overload: { delay: 50 } } }).strainMs).toBe(50)
  expect(settingsOf({ port: 0, config: { overload: { delay: 0 } } }).strainMs).toBe(Number.POSITIVE_INFINITY)
  expect(given({ overload: { delay: -1 } })).toThrow('config.overload.delay is a number of milliseconds from 0')
  expect(given({ overload: { lag: 1 } as object })).toThrow("unknown field 'lag'")
})

test('how requests are logged is a level, or off', () => {
  expect(settingsOf({ port: 0 }).requestLog).toBe('debug')
  expect(settingsOf({ port: 0, config: { requestLog: 'info' } }).requestLog).toBe('info')
  expect(given({ requestLog: 'loud' as 'info' })).toThrow("config.requestLog is 'debug', 'info' or 'off', not 'loud'")
})

test('a program without types is told what an unknown name might have meant', () => {
  expect(() => settingsOf({ port: 0, ...{ heartBeat: 1 } })).toThrow(
    "has an unknown field 'heartBeat'; there are server, port",
  )
  expect(() => settingsOf({ port: 0, config: { maxConnections: 1, ...{ maxConnection: 1 } } })).toThrow(
    "unknown field 'maxConnection'",
  )
  expect(() => settingsOf({ port: 0, config: { heartbeat: { interval: 1, ...{ every: 1 } } } })).toThrow(
    "unknown field 'every'",
  )
})

test('there is either a server or a port', () => {
  expect(() => settingsOf({})).toThrow('either a server')
  expect(() => settingsOf({ server: {}, port: 1 })).toThrow('either a server')
  expect(() => settingsOf({ server: () => 'an app' })).toThrow('server is a server of node:http')
  expect(() => settingsOf({ port: 70_000 })).toThrow('port is a whole number from 0 to 65535')
  expect(() => settingsOf({ port: '8080' })).toThrow("not '8080'")
})

test('a path is a path, and the root means any', () => {
  expect(settingsOf({ port: 0, path: '/' }).path).toBeUndefined()
  expect(settingsOf({ port: 0, path: '/chat' }).path).toBe('/chat')
  for (const path of ['chat', '/chat?x=1', '/cha t', ''])
    expect(() => settingsOf({ port: 0, path }), path).toThrow('path begins')
})

test('an origin is written as browsers write it', () => {
  expect(settingsOf({ port: 0, origins: ['https://example.com', 'http://localhost:5173', '*'] }).origins).toHaveLength(
    3,
  )
  for (const origin of ['example.com', 'https://example.com/', 'https://example.com/chat', 'HTTPS://example.com', '']) {
    expect(() => settingsOf({ port: 0, origins: [origin] }), origin).toThrow('An origin is')
  }
})

test('a store that is given has its own bounds', () => {
  const store = memoryStore()
  expect(() => settingsOf({ port: 0, store, config: { maxSessions: 5 } })).toThrow('Give maxSessions to the store')
})

test('what would be noticed only when the first client comes is refused at once', () => {
  expect(() => settingsOf({ port: 0, authenticate: 'secret' })).toThrow("authenticate is a function, not 'secret'.")
  expect(() => settingsOf({ port: 0, state: {} })).toThrow('state is a function')
  expect(() => settingsOf({ port: 0, contract: 5 })).toThrow('contract is made by defineContract(), not 5.')
  expect(() => settingsOf({ port: 0, store: memoryStore })).toThrow(
    'store is made by memoryStore() or its like, not a function.',
  )
  expect(() => settingsOf({ port: 0, store: { apply: () => [] } })).toThrow('store is made by')
})

test('how much is remembered for people who ask has bounds', () => {
  expect(settingsOf({ port: 0 })).toMatchObject({ explained: 4_096, flightRecords: 4_096 })
  expect(settingsOf({ port: 0, config: { flightRecords: 0 } }).flightRecords).toBe(0)
  expect(given({ explained: 0 })).toThrow('config.explained is a whole number from 1 to 1000000, not 0.')
  for (const flightRecords of [-1, 1.5, 1_000_001, Number.NaN])
    expect(given({ flightRecords })).toThrow('config.flightRecords is a whole number from 0 to 1000000')
})

test('the inspector is an option of a port of our own', () => {
  const inspector = { allow: () => true }
  expect(() => settingsOf({ port: 0, inspector })).not.toThrow()
  expect(() => settingsOf({ server: createServer(), inspector })).toThrow('mount manager.inspector({ allow })')
})

test('without options there is a sentence about them', () => {
  for (const options of [undefined, null, 8787])
    expect(() => settingsOf(options as never)).toThrow(
      'A manager needs an object of options, as in new WebSocketManager({ port: 8787 }), not ',
    )
})

test('a logger has the methods that are used', () => {
  const given = (logger: unknown) => () => settingsOf({ port: 0, logger } as never)
  expect(given(console)).toThrow(
    'logger has no method child: it is made by createLogger() or pino(), or has their methods debug, info, warn, error, child.',
  )
  expect(given('info')).toThrow('logger has no method debug')
  expect(given({ debug() {}, info() {}, warn() {}, error() {}, child() {} })).not.toThrow()
})
