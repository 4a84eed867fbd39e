/** Faults 6, 11 and 13, and the lost close code: how the library ends a socket, and what it says of the end. */

import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import type { CloseEvent } from 'reconnecting-websocket'
import { expect, test } from 'vitest'
import { closedPort, silentPeer, webSocketPeer } from '../../../packages/client/src/transport/peers.js'
import { bare, ending, eventually, held, ours, runBare } from './fixtures.js'

/** The first close that the bare library reports. */
function closeOfBare(url: string): Promise<Pick<CloseEvent, 'code' | 'reason' | 'wasClean'>> {
  const socket = bare(url)
  return new Promise((resolve) =>
    socket.addEventListener('close', ({ code, reason, wasClean }) => resolve({ code, reason, wasClean })),
  )
}

test('fault 6, bare: a connection that failed is reported as code 1000, clean', async () => {
  const url = `ws://127.0.0.1:${await closedPort()}`
  expect(await closeOfBare(url)).toEqual({ code: 1000, reason: '', wasClean: true })
})

test('fault 6, ours: it is reported as 1006, with the reason', async () => {
  const port = await closedPort()
  const { transport, facts } = ours({ url: `ws://127.0.0.1:${port}` })
  transport.dial(1)
  expect(await facts.until('closed 1')).toBe(`closed 1 1006 connect ECONNREFUSED 127.0.0.1:${port}`)
})

/** Refuses every upgrade as a proxy would that wants a login. */
async function refusingServer(): Promise<string> {
  const server = createServer().on('upgrade', (_, socket) => socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n'))
  ending(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it does not listen on a port')
  return `ws://127.0.0.1:${address.port}`
}

test('the lost close code, bare: an upgrade that is refused is code 1000, clean', async () => {
  expect(await closeOfBare(await refusingServer())).toEqual({ code: 1000, reason: '', wasClean: true })
})

test('the lost close code, ours: an upgrade that is refused says so', async () => {
  const { transport, facts } = ours({ url: await refusingServer() })
  transport.dial(1)
  expect(await facts.until('closed 1')).toBe('closed 1 1006 Unexpected server response: 401')
})

/** A frame with a reserved opcode, which RFC 6455 §5.2 makes an error of the connection. */
const brokenFrame = Buffer.from([0x83, 0x00])

const breakLink = (connections: Iterable<Socket>) => {
  for (const connection of connections) connection.write(brokenFrame)
}

test('the lost close code, bare: a link that broke in the middle is code 1000, clean', async () => {
  const peer = held(await webSocketPeer())
  const connected = peer.next()
  const closed = closeOfBare(peer.url)
  await connected
  breakLink(peer.connections)
  expect(await closed).toEqual({ code: 1000, reason: '', wasClean: true })
})

test('the lost close code, ours: a link that broke in the middle is 1006, with the reason', async () => {
  const peer = held(await webSocketPeer())
  const { transport, facts } = ours({ url: peer.url })
  transport.dial(1)
  await facts.until('opened 1')
  breakLink(peer.connections)
  expect(await facts.until('closed 1')).toBe('closed 1 1006 Invalid WebSocket frame: invalid opcode 3')
})

test('fault 11, bare: a connection timeout in Node ends the process', async () => {
  const exit = await runBare('connect-timeout.mjs')
  expect(exit.code).toBe(1)
  expect(exit.output).toContain("Unhandled 'error' event")
  expect(exit.output).toContain('WebSocket was closed before the connection was established')
})

test('fault 11, ours: a link that is given up while it connects ends without an exception', async () => {
  const peer = held(await silentPeer())
  const { transport, facts } = ours({ url: peer.url })
  // An exception that nobody catches would fail this run of the tests.
  for (let link = 1; link <= 5; link += 1) {
    transport.dial(link)
    await eventually(() => expect(peer.connections.size).toBe(1))
    transport.abandon(link, 1000)
    await eventually(() => expect(peer.connections.size).toBe(0))
  }
  expect(facts.all).toEqual([])
})

test('fault 13, bare: reconnect() with a code that may not be sent leaves the old socket open', async () => {
  const peer = held(await webSocketPeer())
  const first = peer.next()
  const socket = bare(peer.url)
  await first
  await eventually(() => expect(socket.readyState).toBe(1))
  const second = peer.next()
  socket.reconnect(1005)
  await second
  socket.close()
  await eventually(() => expect(socket.readyState).toBe(3))
  // The new socket has gone; the old one has no owner and stays.
  expect([...peer.clients]).toEqual([await first])
})

test.each([1000, 1001, 1005, 1006, 1015, 4410, 99_999])(
  'fault 13, ours: a link abandoned with code %i leaves nothing open',
  async (code) => {
    const peer = held(await webSocketPeer())
    const first = peer.next()
    const { transport, facts } = ours({ url: peer.url })
    transport.dial(1)
    await facts.until('opened 1')
    transport.abandon(1, code)
    transport.dial(2)
    await facts.until('opened 2')
    await eventually(() => expect(peer.clients.size).toBe(1))
    expect([...peer.clients]).not.toContain(await first)
  },
)
