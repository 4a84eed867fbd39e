/** Faults 9, 10, 12 and 15: what the library does not notice, or hides. */

import ReconnectingWebSocket from 'reconnecting-websocket'
import { expect, test, vi } from 'vitest'
import WebSocket from 'ws'
import { closedPort, webSocketPeer } from '../../../packages/client/src/transport/peers.js'
import type { WebSocketConstructor } from '../../../packages/client/src/transport/transport.js'
import { chatClient, echoServer, proxyTo } from './chat.js'
import { bare, ending, eventually, held, runBare } from './fixtures.js'

test('fault 9: a link that carries nothing any more is kept by the bare library, and left by ours after 8 seconds', async () => {
  const peer = held(await webSocketPeer())
  const bareProxy = await proxyTo(peer.port)
  const socket = bare(`ws://127.0.0.1:${bareProxy.port}`)
  const happened = vi.fn()
  await eventually(() => expect(socket.readyState).toBe(1))
  for (const event of ['close', 'error', 'message'] as const) socket.addEventListener(event, happened)

  const server = await echoServer()
  const proxy = await proxyTo(server.port)
  const client = chatClient({ url: `ws://127.0.0.1:${proxy.port}` })
  await client.ready

  bareProxy.blackHole()
  proxy.blackHole()
  const start = performance.now()
  socket.send('a question')
  const answer = client.request('echo', 'a question')
  await eventually(() => expect(proxy.counters.links).toBe(2))
  const tookMs = performance.now() - start

  // Silence of 5 s, and 3 s for the ping [P-28].
  expect(tookMs).toBeLessThan(12_000)
  expect(happened).not.toHaveBeenCalled()
  expect(socket.readyState).toBe(1)
  expect(bareProxy.counters.links).toBe(1)

  proxy.heal()
  expect((await answer).content).toBe('a question')
})

/** How long each of several clients waits between its first dial, which fails, and its second. */
async function waitsOf(howMany: number, start: (Raw: WebSocketConstructor, url: string) => void): Promise<number[]> {
  const url = `ws://127.0.0.1:${await closedPort()}`
  const dials = Array.from({ length: howMany }, (): number[] => [])
  for (const times of dials) {
    class Timed extends WebSocket {
      constructor(...options: ConstructorParameters<typeof WebSocket>) {
        times.push(performance.now())
        super(...options)
      }
    }
    start(Timed, url)
  }
  await eventually(() => expect(Math.min(...dials.map((times) => times.length))).toBeGreaterThan(1))
  return dials.map(([first = Number.NaN, second = Number.NaN]) => second - first)
}

const spread = (values: number[]) => Math.max(...values) - Math.min(...values)

test('fault 10, bare: after a failure all clients of a process wait equally long', async () => {
  // Its own delay: 1 to 5 s, drawn once when the module is loaded.
  const waits = await waitsOf(20, (Raw, url) => {
    const socket = new ReconnectingWebSocket(url, [], { WebSocket: Raw })
    ending(() => socket.close())
  })
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(999)
  expect(spread(waits)).toBeLessThan(500)
})

test('fault 10, ours: each waits its own time, from the first retry on', async () => {
  const waits = await waitsOf(20, (Raw, url) => {
    chatClient({ url, WebSocket: Raw })
  })
  // Drawn from 0 to 200 ms [P-26]; that 20 of them lie within 60 ms happens once in 10^9 runs.
  expect(spread(waits)).toBeGreaterThan(60)
})

test('fault 12, bare: while it waits to dial again, it says that it is closed', async () => {
  const url = vi.fn(() => peer.url)
  const peer = held(await webSocketPeer())
  const socket = bare(url, { minReconnectionDelay: 300, maxReconnectionDelay: 300 })
  await eventually(() => expect(socket.readyState).toBe(1))
  for (const client of peer.clients) client.terminate()
  await eventually(() => expect(socket.readyState).toBe(WebSocket.CLOSED))
  await eventually(() => expect(socket.readyState).toBe(WebSocket.OPEN))
})

test('fault 12, ours: while it waits to dial again, it says so, why, and until when', async () => {
  const port = await closedPort()
  const client = chatClient({ url: `ws://127.0.0.1:${port}`, random: () => 0.9 })
  const seen: unknown[] = []
  client.events.on('status', (status) => {
    seen.push(status.state)
    if (status.state === 'waiting') {
      expect(status.reason).not.toBe('')
      expect(status.until).toBeGreaterThan(Date.now())
    }
  })
  await eventually(() => expect(seen).toContain('waiting'))
  await echoServer({ port })
  await client.ready
  expect(seen).not.toContain('closed')
  expect(client.status).toEqual({ state: 'online' })
})

test('fault 15, bare: a listener that throws keeps the message from the next one', async () => {
  const exit = await runBare('throwing-listener.mjs')
  expect(JSON.parse(exit.output)).toEqual({ exceptions: 1, first: 1, second: 0 })
})

test('fault 15, ours: a listener that throws stops only itself', async () => {
  const server = await echoServer()
  const client = chatClient({ url: server.url })
  const heard: unknown[] = []
  const errors: string[] = []
  client.on('system', () => {
    throw new Error('a slip')
  })
  client.on('system', (message) => heard.push(message.content))
  client.events.on('error', (error) => errors.push(String(error.cause)))
  await client.ready
  await server.manager.broadcast({ type: 'system', content: 'one' })
  await server.manager.broadcast({ type: 'system', content: 'two' })
  await eventually(() => expect(heard).toEqual(['one', 'two']))
  expect(errors).toEqual(['Error: a slip', 'Error: a slip'])
})
