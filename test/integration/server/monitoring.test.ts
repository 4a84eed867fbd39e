/** Alerts about a real server: raised once, resolved once, whatever they are about. */

import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Alert,
  type Logger,
  type ManagerOptions,
  type MonitoringOptions,
  memoryStore,
  monitoring,
  WebSocketManager,
} from '@backchat/server'
import { expect, test, vi } from 'vitest'
import { dial, greeted, newIdentity } from './raw-client.js'
import { freePort, serve, silent } from './serve.js'

type Options = Pick<ManagerOptions, 'logger' | 'authenticate' | 'store'>

/** Rules are off unless asked for: a slow machine would raise some of its own. */
const quiet: MonitoringOptions = {
  interval: 20,
  stuckHandlers: false,
  errorRate: false,
  eventLoopDelay: false,
  queueGrowth: false,
  authFailures: false,
}

const watched = async (rules: MonitoringOptions, options: Options = {}) => {
  const served = await serve({ plugins: [monitoring({ ...quiet, ...rules })], ...options })
  const alerts: Alert[] = []
  served.manager.on('alert', (alert) => alerts.push(alert))
  const states = () => alerts.map(({ rule, state }) => `${state} ${rule}`)
  const seen = (...expected: string[]) => vi.waitFor(() => expect(states()).toEqual(expected), { timeout: 30_000 })
  return { ...served, alerts, states, seen }
}

test('a stuck handler raises an alert once, which resolves once: to listeners, to the log, and to notify', async () => {
  const notified: Alert[] = []
  const lines: unknown[][] = []
  const logger: Logger = {
    ...silent,
    warn: (...line: unknown[]) => void lines.push(['warn', ...line]),
    info: (...line: unknown[]) => void lines.push(['info', ...line]),
  }
  const { manager, url, alerts, seen, states } = await watched(
    { stuckHandlers: { after: 200 }, notify: (alert) => notified.push(alert) },
    { logger },
  )
  let release: () => void = () => {}
  manager.registerHandler('stuck', () => new Promise<void>((resolve) => (release = resolve)))
  const { client } = await greeted(url)
  client.request(1, 'stuck', null)
  await seen('raised stuck-handlers')
  // Several looks later it is still the same alert.
  await sleep(200)
  expect(states()).toEqual(['raised stuck-handlers'])
  release()
  await seen('raised stuck-handlers', 'resolved stuck-handlers')
  expect(alerts[0]).toMatchObject({
    message: '1 handler(s) have said nothing for 200 ms or longer.',
    value: 1,
    limit: 0,
  })
  expect(Number.isNaN(Date.parse(String(alerts[0]?.at)))).toBe(false)
  expect(notified).toEqual(alerts)
  expect(lines).toEqual([
    ['warn', { alert: alerts[0] }, alerts[0]?.message],
    ['info', { alert: alerts[1] }, alerts[1]?.message],
  ])
})

test('a stream that waits for its reader, or goes on, is not stuck', async () => {
  const { manager, url, states } = await watched({ stuckHandlers: { after: 300 } })
  let chunks = 0
  manager.registerHandler('endless', async function* () {
    for (;;) {
      chunks += 1
      yield chunks
    }
  })
  const { client } = await greeted(url)
  client.request(1, 'endless', null, { mode: 'stream' })
  await vi.waitFor(() => expect(chunks).toBeGreaterThanOrEqual(256), { timeout: 30_000 })
  await sleep(700)
  expect(states()).toEqual([])
})

test('handlers that fail raise the error rate, and what callers do wrong does not', async () => {
  const { manager, url, seen, states } = await watched({ errorRate: { share: 0.5, least: 4 } })
  manager.registerHandler('good', () => 'reply')
  manager.registerHandler('refuses', (_message, context) => {
    throw context.failure('on purpose')
  })
  manager.registerHandler('bad', () => {
    throw new Error('no')
  })
  const { client } = await greeted(url)
  let n = 0
  const ask = async (type: string, times: number) => {
    for (let time = 0; time < times; time += 1) {
      n += 1
      client.request(n, type, null)
      await client.nextOf('reply', 'error')
    }
  }
  await ask('refuses', 6)
  await sleep(100)
  expect(states()).toEqual([])
  await ask('bad', 8)
  await seen('raised error-rate')
  await ask('good', 12)
  await seen('raised error-rate', 'resolved error-rate')
})

test('strangers that are refused raise an alert', async () => {
  const { url, seen } = await watched({ authFailures: { most: 2 } }, { authenticate: () => null })
  for (let time = 0; time < 3; time += 1) {
    const client = await dial(url)
    client.hello(newIdentity())
    await client.closed
  }
  await seen('raised auth-failures')
})

test('a queue that grows raises an alert', async () => {
  const { manager, url, seen, states } = await watched({ interval: 200, queueGrowth: { least: 3, samples: 2 } })
  let letAllGo: () => void = () => {}
  const gate = new Promise<void>((resolve) => {
    letAllGo = resolve
  })
  manager.use(async (_context, next) => {
    await gate
    await next()
  })
  manager.registerHandler('text', () => 'reply')
  const { client } = await greeted(url)
  for (let n = 1; n <= 250 && states().length === 0; n += 1) {
    client.request(n, 'text', null)
    await sleep(40)
  }
  await seen('raised queue-growth')
  letAllGo()
  await seen('raised queue-growth', 'resolved queue-growth')
})

test('an event loop that is held up raises an alert', async () => {
  const { seen, states } = await watched({ interval: 50, eventLoopDelay: { ms: 400 } })
  const cell = new Int32Array(new SharedArrayBuffer(4))
  for (let time = 0; time < 40 && states().length === 0; time += 1) {
    // Holds up this thread, and burns nothing.
    Atomics.wait(cell, 0, 0, 600)
    // So short that the loop is held up again before the next look but one.
    await sleep(1)
  }
  await seen('raised event-loop-delay')
  await seen('raised event-loop-delay', 'resolved event-loop-delay')
})

test('a notify or a figure that fails harms only itself', async () => {
  const memory = memoryStore()
  let looks = 0
  const sessions = () => {
    looks += 1
    if (looks === 1) throw new Error('no count')
    return { attached: 0, detached: 0 }
  }
  const notify = async () => {
    throw new Error('no hook')
  }
  const store = { ...memory, sessions }
  const { manager, url, errors, seen } = await watched({ stuckHandlers: { after: 50 }, notify }, { store })
  manager.registerHandler('stuck', () => new Promise(() => {}))
  const { client } = await greeted(url)
  client.request(1, 'stuck', null)
  await seen('raised stuck-handlers')
  await vi.waitFor(() =>
    expect(errors).toMatchObject([
      { message: "The plugin 'monitoring' failed to look at the figures.", cause: { message: 'no count' } },
      { message: "The plugin 'monitoring' failed to notify.", cause: { message: 'no hook' } },
    ]),
  )
})

test('by its name it has its defaults, and nothing is told of a server that is well', async () => {
  const { manager, url, errors, clock } = await serve({ plugins: ['monitoring', 'metrics'] })
  const alerts: Alert[] = []
  manager.on('alert', (alert) => alerts.push(alert))
  manager.registerHandler('text', () => 'reply')
  const { client } = await greeted(url)
  client.request(1, 'text', null)
  await client.next('reply')
  expect(clock.timers()).toBeGreaterThan(0)
  await manager.close()
  expect(clock.timers()).toBe(0)
  expect([alerts, errors]).toEqual([[], []])
})

test('one object watches one manager at a time: another is told so, and no timer is left', async () => {
  const plugin = monitoring(quiet)
  const { manager, clock } = await serve({ plugins: [plugin] })
  const port = await freePort()
  const second = new WebSocketManager({ port, plugins: [plugin], logger: silent })
  const errors: string[] = []
  second.on('error', (error) => errors.push(`${error.message} ${error.cause}`))
  await second.ready
  expect(errors).toEqual([
    "The plugin 'monitoring' failed to install. Error: monitoring() watches another manager already: make one for each.",
  ])
  await manager.close()
  expect(clock.timers()).toBe(0)
  await second.close()
})
