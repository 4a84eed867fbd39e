/** The door, on real sockets: which upgrades become links. What hostile bytes at it do (nothing) is in `../security`. */

import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { CodedError } from '@backchat/protocol'
import { type Logger, WebSocketManager } from '@backchat/server'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { dial, greeted, newIdentity } from './raw-client.js'
import { freePort, portOf, serve, silent } from './serve.js'

test('pages of other origins are refused before the upgrade; who has no origin is let in', async () => {
  const { url, manager } = await serve()
  let connections = 0
  manager.on('connection', () => {
    connections += 1
  })
  await expect(dial(url, { origin: 'https://evil.example' })).rejects.toThrow('HTTP 403')
  await expect(dial(url, { origin: 'null' })).rejects.toThrow('HTTP 403')
  await dial(url, { origin: url.replace('ws:', 'http:') })
  await greeted(url)
  expect(connections).toBe(1)
})

test('a list of origins is exact', async () => {
  const { url } = await serve({ origins: ['https://example.com'] })
  await dial(url, { origin: 'https://example.com' })
  await dial(url)
  for (const origin of ['https://example.com.evil.example', 'http://example.com', url.replace('ws:', 'http:')]) {
    await expect(dial(url, { origin }), origin).rejects.toThrow('HTTP 403')
  }
})

test('who does not offer the subprotocol is refused', async () => {
  const { url } = await serve()
  await expect(dial(url, {}, [])).rejects.toThrow('HTTP 400')
  await expect(dial(url, {}, ['graphql-ws'])).rejects.toThrow('HTTP 400')
  const client = await dial(url, {}, ['other', 'backchat.1'])
  expect(client.socket.protocol).toBe('backchat.1')
})

test('only the path that is served is served; the rest of the server is not touched', async () => {
  const { url, server } = await serve({ path: '/chat' })
  const client = await dial(`${url}/chat?token-does-not-belong-here=1`)
  client.hello(newIdentity())
  await client.next('welcome')
  await expect(dial(`${url}/chat/`)).rejects.toThrow('HTTP 404')
  const others = new WebSocketServer({ noServer: true })
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url === '/others') others.handleUpgrade(request, socket, head, (peer) => peer.close(4000))
  }
  server.on('upgrade', upgrade)
  const other = await dial(`${url}/others`)
  expect(await other.closed).toBe(4000)
  server.off('upgrade', upgrade)
  const page = await fetch(url.replace('ws:', 'http:'))
  expect(await page.text()).toBe('the application’s own page')
})

/** Resolves when the server has ended the socket, without our doing. */
const sayAndWaitForTheEnd = async (port: number, bytes: string): Promise<void> => {
  const socket: Socket = connect(port, 'localhost')
  socket.on('error', () => {})
  socket.resume()
  socket.write(bytes, 'latin1')
  socket.on('end', () => socket.end())
  await gone(socket)
}

/** A logger, and what was written by it at level info and above. */
const listening = () => {
  const lines: string[] = []
  const fields: object[] = []
  const at = (level: string) => (facts: object | string, message?: string) => {
    lines.push(`${level} ${message}`)
    fields.push(Object(facts))
  }
  const logger: Logger = { ...silent, info: at('info'), warn: at('warn'), error: at('error') }
  return { logger, lines, fields }
}

/** A reset is an end too, which `once` would reject with. */
const gone = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()))

test('a port of our own listens when the manager is ready, says that it lives, and is free again after the close', async () => {
  const port = await freePort()
  const manager = new WebSocketManager({ port, path: '/chat', logger: silent })
  await manager.ready
  onTestFinished(() => manager.close({ drain: 0 }))
  const page = await fetch(`http://localhost:${port}/livez`)
  expect([page.status, await page.text()]).toEqual([200, 'ok\n'])
  expect((await fetch(`http://localhost:${port}/`)).status).toBe(426)
  await expect(dial(`ws://localhost:${port}/elsewhere`)).rejects.toThrow('HTTP 404')
  const { client } = await greeted(`ws://localhost:${port}/chat`)
  await manager.close()
  expect(await client.closed).toBe(1001)
  const next = createServer().listen(port)
  await once(next, 'listening')
  next.close()
})

test('a port that is taken makes ready reject, and the manager can be closed', async () => {
  const holder = createServer().listen(0)
  await once(holder, 'listening')
  const manager = new WebSocketManager({ port: portOf(holder), logger: silent })
  await expect(manager.ready).rejects.toThrow('EADDRINUSE')
  await manager.close()
  holder.close()
})

test('a port that is taken is told in the log and by an error event, also where nobody looks at ready', async () => {
  const holder = createServer().listen(0)
  await once(holder, 'listening')
  const port = portOf(holder)
  const { logger, lines } = listening()
  const manager = new WebSocketManager({ port, logger })
  const told = new Promise<CodedError>((resolve) => manager.on('error', resolve))
  const error = await told
  expect(error.message).toContain(`port ${port}`)
  expect(error.message).toContain('taken')
  expect(error.cause).toMatchObject({ code: 'EADDRINUSE' })
  expect(lines).toEqual([`error ${error.message}`])
  await manager.close()
  holder.close()
})

test('a manager that listens says where', async () => {
  const { logger, lines, fields } = listening()
  const manager = new WebSocketManager({ port: 0, host: '127.0.0.1', logger })
  await manager.ready
  onTestFinished(() => manager.close({ drain: 0 }))
  expect(lines).toEqual(['info listening'])
  expect(fields).toEqual([{ address: '127.0.0.1', port: expect.any(Number) }])
})

test('an origin that is refused is told in the log, once', async () => {
  const { logger, lines } = listening()
  const { url } = await serve({ logger })
  for (let i = 0; i < 3; i++) await expect(dial(url, { origin: 'https://app.example' })).rejects.toThrow('HTTP 403')
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^warn .*https:\/\/app\.example.*origins/)
})

test('on a port of our own headers must come in time', async () => {
  const port = await freePort()
  const manager = new WebSocketManager({ port, logger: silent })
  await manager.ready
  onTestFinished(() => manager.close({ drain: 0 }))
  const began = performance.now()
  await sayAndWaitForTheEnd(port, 'GET / HTTP/1.1\r\nHost: local')
  expect(performance.now() - began).toBeLessThan(20_000)
  expect(performance.now() - began).toBeGreaterThan(4_000)
})

test('a huge body to the endpoint is not read', async () => {
  const port = await freePort()
  const manager = new WebSocketManager({ port, logger: silent })
  await manager.ready
  onTestFinished(() => manager.close({ drain: 0 }))
  const socket = connect(port, 'localhost')
  socket.on('error', () => {})
  socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n')
  const flood = setInterval(() => socket.write('x'.repeat(64 * 1024)), 1)
  socket.resume()
  await gone(socket)
  clearInterval(flood)
  expect(socket.bytesWritten).toBeLessThan(100_000_000)
})

test('one server may carry two managers on two paths', async () => {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const managers = ['/a', '/b'].map((path) => new WebSocketManager({ server, path, logger: silent }))
  for (const [index, manager] of managers.entries()) manager.registerHandler('who', () => index)
  for (const [index, path] of ['/a', '/b'].entries()) {
    const { client } = await greeted(`ws://localhost:${portOf(server)}${path}`)
    client.request(1, 'who', null)
    expect(await client.next('reply')).toMatchObject({ message: { content: index } })
  }
  await expect(dial(`ws://localhost:${portOf(server)}/c`)).rejects.toThrow('HTTP 404')
  await managers[0]?.close({ drain: 0 })
  await greeted(`ws://localhost:${portOf(server)}/b`)
  await managers[1]?.close({ drain: 0 })
  server.close()
  await once(server, 'close')
})

test('two managers on the same path are a mistake that is told, and ends nothing', async () => {
  const { url, server, errors } = await serve()
  const second = new WebSocketManager({ server, logger: silent })
  onTestFinished(() => second.close())
  second.on('error', (error) => errors.push(error))
  await greeted(url)
  expect(errors).toHaveLength(1)
})
