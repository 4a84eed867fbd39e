/** What probes hear, on real sockets: whether the process lives, and whether new clients are welcome. */

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { memoryStore, type Plugin, type Store, WebSocketManager } from '@backchat/server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { dial, greeted } from './raw-client.js'
import { freePort, portOf, serve, silent, testClock } from './serve.js'

/** Answers HTTP on a port until the test is over. */
const web = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener).listen(0)
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://localhost:${portOf(server)}`
}

const asked = async (url: string, init: RequestInit = {}) => {
  const response = await fetch(url, init)
  return { status: response.status, body: (await response.text()).trim() }
}

test('a port of our own answers probes, and is no web server', async () => {
  const port = await freePort()
  const manager = new WebSocketManager({ port, logger: silent })
  onTestFinished(() => manager.close())
  await manager.ready
  const url = `http://localhost:${port}`
  expect(await asked(`${url}/livez`)).toEqual({ status: 200, body: 'ok' })
  expect(await asked(`${url}/readyz?verbose`)).toEqual({ status: 200, body: 'ok' })
  expect(await asked(`${url}/readyz`, { method: 'HEAD' })).toEqual({ status: 200, body: '' })
  for (const [path, init] of [
    ['/', {}],
    ['/metrics', {}],
    ['/readyz', { method: 'POST', body: 'x' }],
  ] as const)
    expect(await asked(url + path, init)).toMatchObject({ status: 426 })
})

test('a server that drains lives, is not ready, and turns links away; then its port is free', async () => {
  const port = await freePort()
  const clock = testClock()
  const manager = new WebSocketManager({ port, logger: silent, clock })
  await manager.ready
  let release: () => void = () => {}
  manager.registerHandler('slow', () => new Promise<void>((resolve) => (release = resolve)))
  const { client } = await greeted(`ws://localhost:${port}`)
  client.request(1, 'slow', null)
  await client.next('started')
  const closing = manager.close({ drain: 30_000 })
  await client.next('drain')
  const url = `http://localhost:${port}`
  expect(await asked(`${url}/readyz`)).toEqual({ status: 503, body: 'The server goes away and takes nobody new.' })
  expect(await asked(`${url}/livez`)).toEqual({ status: 200, body: 'ok' })
  await expect(dial(`ws://localhost:${port}`)).rejects.toThrow('HTTP 503')
  release()
  await closing
  expect(clock.timers()).toBe(0)
  await expect(fetch(`${url}/livez`)).rejects.toThrow()
})

test('who is not ready yet says so, on a server of yours', async () => {
  let installed: () => void = () => {}
  const slow: Plugin = { name: 'slow', install: () => new Promise((resolve) => (installed = resolve)) }
  const manager = new WebSocketManager({ server: createServer(), logger: silent, plugins: [slow] })
  onTestFinished(() => manager.close())
  const url = await web(manager.healthListener)
  expect(await asked(`${url}/readyz`)).toEqual({ status: 503, body: 'The server is not ready yet.' })
  installed()
  await manager.ready
  expect(await asked(`${url}/readyz`)).toEqual({ status: 200, body: 'ok' })
  expect(await asked(`${url}/other`)).toEqual({ status: 404, body: 'Not found.' })
  await manager.close()
  expect(await asked(`${url}/readyz`)).toEqual({ status: 503, body: 'The server is closed.' })
  expect(await asked(`${url}/livez`)).toEqual({ status: 200, body: 'ok' })
})

test('what it does not answer is left to the next listener', async () => {
  const { manager } = await serve()
  const url = await web((request, response) => manager.healthListener(request, response, () => response.end('mine')))
  expect(await asked(`${url}/readyz`)).toEqual({ status: 200, body: 'ok' })
  expect(await asked(`${url}/page`)).toEqual({ status: 200, body: 'mine' })
})

const outOfReach = { status: 503, body: 'The store is out of reach.' }

test('a store that fails makes a server not ready, before anybody has come, and until it answers again', async () => {
  const memory = memoryStore()
  let reachable = false
  const store: Store = {
    apply(operations) {
      if (!reachable && operations.length > 0) throw new Error('no disk')
      return memory.apply(operations)
    },
    close: () => memory.close(),
  }
  const { manager } = await serve({ store }, 10)
  const url = await web(manager.healthListener)
  expect(await asked(`${url}/readyz`)).toEqual(outOfReach)
  reachable = true
  await vi.waitFor(async () => expect(await asked(`${url}/readyz`)).toMatchObject({ status: 200 }), 10_000)
})

test('a store that does not answer makes a server not ready, until it does', async () => {
  const memory = memoryStore()
  let hanging = true
  const release: (() => void)[] = []
  const store: Store = {
    async apply(operations) {
      if (hanging) await new Promise<void>((resolve) => release.push(resolve))
      return memory.apply(operations)
    },
    close: () => memory.close(),
  }
  const { manager } = await serve({ store }, 10)
  const url = await web(manager.healthListener)
  expect(await asked(`${url}/readyz`)).toEqual(outOfReach)
  hanging = false
  for (const go of release) go()
  await vi.waitFor(async () => expect(await asked(`${url}/readyz`)).toMatchObject({ status: 200 }), 10_000)
})

test('plugins serve pages until the manager closes; one that throws harms only itself', async () => {
  const pages: Plugin = {
    name: 'pages',
    install(host) {
      host.serve('/hello', async () => ({ contentType: 'text/html', body: '<p>héllo</p>' }))
      host.serve('/broken', () => {
        throw new Error('secret')
      })
      expect(() => host.serve('/readyz', () => ({ contentType: 'text/plain', body: '' }))).toThrow('served already')
      expect(() => host.serve('hello', () => ({ contentType: 'text/plain', body: '' }))).toThrow('begins with a slash')
    },
  }
  const { manager, errors } = await serve({ plugins: [pages] })
  expect(errors).toEqual([])
  const url = await web(manager.healthListener)
  const page = await fetch(`${url}/hello`)
  expect([page.headers.get('content-type'), await page.text()]).toEqual(['text/html', '<p>héllo</p>'])
  expect(page.headers.get('cache-control')).toBe('no-store')
  expect(await asked(`${url}/broken`)).toEqual({ status: 500, body: 'This page failed.' })
  expect(errors).toMatchObject([{ message: 'The page /broken failed.', cause: { message: 'secret' } }])
  await manager.close()
  expect(await asked(`${url}/hello`)).toMatchObject({ status: 404 })
})
