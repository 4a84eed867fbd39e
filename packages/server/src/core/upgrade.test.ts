import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { acceptUpgrades } from './upgrade.js'

const serving = async () => {
  const server = createServer().listen(0)
  await once(server, 'listening')
  onTestFinished(async () => {
    server.close()
    await once(server, 'close')
  })
  return server
}

/** Serves a path, and says what it let in. */
const door = (server: Server, path: string | undefined) => {
  const paths: unknown[] = []
  const stop = acceptUpgrades(server, {
    path,
    origins: undefined,
    messageBytes: 64 * 1024,
    failed: () => {},
    refusedOrigin: () => {},
    accepted: (socket, _stream, request) => {
      paths.push(request.url)
      socket.close()
    },
  })
  onTestFinished(stop)
  return { paths, stop }
}

/** The status of the answer to an upgrade, 101 when it is accepted. */
const statusOf = async (server: Server, path: string): Promise<number> => {
  const client = new WebSocket(`ws://localhost:${(server.address() as AddressInfo).port}${path}`, 'backchat.1')
  client.on('error', () => {})
  const status = await Promise.race([
    once(client, 'open').then(() => 101),
    once(client, 'unexpected-response').then(([, response]) => response.statusCode),
  ])
  client.terminate()
  return status
}

test('a path that no door of a server serves is refused, however many there are', { timeout: 2_000 }, async () => {
  const server = await serving()
  const first = door(server, '/a')
  const second = door(server, '/b')
  expect(await statusOf(server, '/c')).toBe(404)
  expect(await statusOf(server, '/a')).toBe(101)
  expect(await statusOf(server, '/b')).toBe(101)
  first.stop()
  expect(await statusOf(server, '/a')).toBe(404)
  expect(first.paths).toEqual(['/a'])
  expect(second.paths).toEqual(['/b'])
})

test('a door to any path serves what the others do not', { timeout: 2_000 }, async () => {
  const server = await serving()
  door(server, '/a')
  const any = door(server, undefined)
  expect(await statusOf(server, '/c')).toBe(101)
  expect(any.paths).toEqual(['/c'])
})

test('where somebody else listens too, other paths are theirs', { timeout: 2_000 }, async () => {
  const server = await serving()
  door(server, '/a')
  door(server, '/b')
  server.on('upgrade', (request, stream) => {
    if (request.url === '/theirs') stream.end('HTTP/1.1 418 Theirs\r\nConnection: close\r\n\r\n')
  })
  expect(await statusOf(server, '/theirs')).toBe(418)
  expect(await statusOf(server, '/a')).toBe(101)
})
