/** The end of a manager, on real sockets: work is let end, clients are told, and nothing is left. */

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { memoryStore, type Plugin, type Store, WebSocketManager } from '@backchat/server'
import { expect, test, vi } from 'vitest'
import { dial, greeted, newIdentity } from './raw-client.js'
import { freePort, portOf, serve, silent, testClock } from './serve.js'

test('closing leaves no socket, no timer and no port', async () => {
  const port = await freePort()
  const clock = testClock()
  const manager = new WebSocketManager({ port, logger: silent, clock })
  await manager.ready
  manager.registerHandler('hang', () => new Promise(() => {}))
  const clients = []
  for (let n = 0; n < 5; n += 1) clients.push((await greeted(`ws://localhost:${port}`)).client)
  clients[0]?.request(1, 'hang', null)
  // One says nothing, and one will not answer our close.
  clients.push(await dial(`ws://localhost:${port}`))
  clients[1]?.socket.pause()
  await manager.close({ drain: 20 })
  for (const client of clients) client.terminate()
  await Promise.all(clients.map(({ closed }) => closed))
  expect(clock.timers()).toBe(0)
  await vi.waitFor(() => expect(handles()).toEqual([]))
})

/** Sockets and servers of this process; the test runner has none. */
const handles = () =>
  process
    .getActiveResourcesInfo()
    .filter((name) => /TCP|Server/.test(name))
    .sort()

test('running handlers may end, nothing new begins, and clients are told to come back', async () => {
  const { manager, url } = await serve()
  let release: () => void = () => {}
  manager.registerHandler('slow', () => new Promise((resolve) => (release = () => resolve('in time'))))
  const { client } = await greeted(url)
  client.request(1, 'slow', null)
  await client.next('started')
  const closing = manager.close({ drain: 5_000 })
  expect(await client.next('drain')).toEqual({ kind: 'drain', taken: 1, retryAfterMs: 100, windowMs: 1_000 })
  client.request(2, 'slow', null)
  await expect(dial(url)).rejects.toThrow()
  release()
  // Nothing is said of the second one: it was not taken.
  expect(await client.next('reply')).toMatchObject({ n: 1, message: { content: 'in time' } })
  expect(await client.closed).toBe(1001)
  await closing
})

test('a handler that does not end in time is told so by its signal, and its caller that nobody knows', async () => {
  const { manager, url } = await serve()
  let aborted = false
  manager.registerHandler('hang', (_message, { signal }) => {
    signal.addEventListener('abort', () => {
      aborted = true
    })
    return new Promise(() => {})
  })
  const { client } = await greeted(url)
  client.request(1, 'hang', null)
  await client.next('started')
  await manager.close({ drain: 30 })
  expect(aborted).toBe(true)
  await client.next('drain')
  expect(await client.next('error')).toMatchObject({ n: 1, error: { code: 'OUTCOME_UNKNOWN', mayHaveExecuted: true } })
})

test('a handler that ends when its signal fires has its answer heard', async () => {
  const { manager, url } = await serve()
  manager.registerHandler(
    'patient',
    (_message, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('so far'))),
  )
  const { client } = await greeted(url)
  client.request(1, 'patient', null)
  await client.next('started')
  const closing = manager.close({ drain: 30 })
  await client.next('drain')
  expect(await client.next('reply')).toMatchObject({ n: 1, message: { content: 'so far' } })
  await closing
})

test('who waits for a server to close is not left behind by its process', async () => {
  const script = fileURLToPath(new URL('close-alone.mjs', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [script, String(await freePort())])
  expect(stdout).toContain('closed')
})

test('a client that leaves is not waited for', async () => {
  const { manager, url } = await serve()
  const { client } = await greeted(url)
  const before = performance.now()
  const closing = manager.close({ drain: 60_000 })
  await client.next('drain')
  client.terminate()
  await closing
  expect(performance.now() - before).toBeLessThan(1_500)
})

test('a second close waits for the first, and afterwards nothing can be sent', async () => {
  const { manager, url } = await serve()
  const { welcome } = await greeted(url)
  const first = manager.close()
  expect(manager.close()).toBe(first)
  await first
  const session = String(welcome['sessionId'])
  expect(await manager.broadcast({ type: 'system', content: 'x' })).toMatchObject({ error: { code: 'CLOSED' } })
  expect(await manager.join(session, 'lobby')).toMatchObject({ error: { code: 'CLOSED' } })
})

test('a server of the application’s is left as it was', async () => {
  const server = createServer((_request, response) => response.end('mine')).listen(0)
  await once(server, 'listening')
  const listeners = server.eventNames().map((name) => [name, server.listenerCount(name)])
  const manager = new WebSocketManager({ server, logger: silent })
  await manager.ready
  await greeted(`ws://localhost:${portOf(server)}`)
  await manager.close()
  expect(server.eventNames().map((name) => [name, server.listenerCount(name)])).toEqual(listeners)
  expect(server.listening).toBe(true)
  expect(await (await fetch(`http://localhost:${portOf(server)}`)).text()).toBe('mine')
  server.closeAllConnections()
  server.close()
})

test('a manager never waits for a server of the application’s, and may be closed at any time', async () => {
  const server = createServer()
  const manager = new WebSocketManager({ server, logger: silent })
  await manager.ready
  await manager.close()
  const hasty = new WebSocketManager({ port: await freePort(), logger: silent })
  await hasty.close()
  await hasty.ready
})

test('plugins are installed in order before the manager is ready, closed at its end, and harm only themselves', async () => {
  const notes: string[] = []
  const plugin = (name: string, more: Partial<Plugin> = {}): Plugin => ({
    name,
    install: async (host) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      notes.push(`install ${name}`)
      host.on('handled', ({ type }) => notes.push(`${name} saw ${type}`))
      host.use(async (context, next) => {
        notes.push(`${name} around ${context.message.type}`)
        await next()
      })
    },
    close: () => void notes.push(`close ${name}`),
    ...more,
  })
  const broken = plugin('broken', {
    install: () => {
      throw new Error('no')
    },
  })
  const { manager, url, errors } = await serve({ plugins: [plugin('first'), broken, plugin('second')] })
  expect(notes).toEqual(['install first', 'install second'])
  expect(errors).toMatchObject([{ message: expect.stringContaining("'broken' failed to install") }])
  manager.registerHandler('text', () => 'reply')
  const { client } = await greeted(url)
  client.request(1, 'text', null)
  await client.next('reply')
  await manager.close()
  expect(notes.slice(2)).toEqual([
    'first around text',
    'second around text',
    'first saw text',
    'second saw text',
    'close first',
    'close broken',
    'close second',
  ])
})

test('a plugin that is not there is refused when the manager is made', () => {
  const make = (plugins: unknown[]) => () =>
    new WebSocketManager({ port: 0, logger: silent, plugins: plugins as Plugin[] })
  expect(make(['metrix'])).toThrow("There is no plugin 'metrix'")
  expect(make([{}])).toThrow('A plugin is an object with a name and a function install.')
  expect(
    make([
      { name: 'a', install() {} },
      { name: 'a', install() {} },
    ]),
  ).toThrow("'a' is there twice")
})

test('settings that make no sense are refused when the manager is made', () => {
  expect(() => new WebSocketManager({ port: 0, config: { maxConnections: 0 } })).toThrow(TypeError)
  expect(() => new WebSocketManager({ port: 0, config: { heartbeat: { interval: -1 } } })).toThrow(TypeError)
})

test('a store that answers later is a store too', async () => {
  const memory = memoryStore()
  const later: Store = {
    apply: (operations) => new Promise((resolve) => setImmediate(() => resolve(memory.apply(operations)))),
    close: () => memory.close(),
  }
  const { manager, url } = await serve({ store: later })
  manager.registerHandler('count', async function* () {
    for (let n = 0; n < 5; n += 1) yield n
    return 'done'
  })
  const { client, welcome } = await greeted(url)
  client.request(1, 'count', null, { mode: 'stream' })
  for (let n = 0; n < 5; n += 1) expect(await client.next('chunk')).toMatchObject({ chunk: n })
  await client.next('reply')
  await manager.sendToSession(String(welcome['sessionId']), { type: 'system', content: 'x' })
  await client.next('push')
})

test('a store that is out of reach turns clients away without a lie, and the application hears of it', async () => {
  let reachable = false
  const memory = memoryStore()
  const store: Store = {
    apply(operations) {
      if (!reachable) throw new Error('no disk')
      return memory.apply(operations)
    },
    close: () => Promise.reject(new Error('no disk')),
  }
  const { manager, url, errors } = await serve({ store })
  const client = await dial(url)
  client.hello(newIdentity())
  expect(await client.closed).toBe(1011)
  expect(await manager.broadcast({ type: 'system', content: 'x' })).toMatchObject({ ok: false })
  reachable = true
  await greeted(url)
  await manager.close()
  expect(errors.at(-1)).toMatchObject({ message: expect.stringContaining('failed to close') })
})

test('what the store was asked for and does not answer before the end was perhaps done, and nobody waits for ever', async () => {
  const memory = memoryStore()
  let answers = true
  const store: Store = {
    apply(operations) {
      const results = memory.apply(operations)
      return answers ? results : new Promise(() => {})
    },
    close: () => memory.close(),
  }
  const { manager, url } = await serve({ store }, 10)
  const { welcome } = await greeted(url)
  answers = false
  const waiting = [
    manager.broadcast({ type: 'system', content: 'x' }),
    manager.logout('nobody'),
    manager.join(String(welcome['sessionId']), 'lobby'),
  ]
  await manager.close({ drain: 0 })
  for (const result of await Promise.all(waiting))
    expect(result).toMatchObject({ ok: false, error: { code: 'CLOSED', mayHaveExecuted: true, retryable: false } })
})

test('whether a session joined a room the store may not have said', async () => {
  const memory = memoryStore()
  let fails = false
  const store: Store = {
    apply(operations) {
      const results = memory.apply(operations)
      if (fails) throw new Error('no answer')
      return results
    },
    close: () => memory.close(),
  }
  const { manager, url } = await serve({ store })
  const { welcome } = await greeted(url)
  const session = String(welcome['sessionId'])
  fails = true
  const joined = await manager.join(session, 'lobby')
  fails = false
  expect(joined).toMatchObject({ ok: false, error: { code: 'OUTCOME_UNKNOWN', mayHaveExecuted: true } })
  expect(await manager.sendToRoom('lobby', { type: 'system', content: 'x' })).toMatchObject({ sessions: 1 })
})
