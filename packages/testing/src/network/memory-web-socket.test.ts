import { createClient } from '@backchat/client'
import { decodeClientFrame, encode, type Json, limits, type ServerFrame } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { virtualClock } from '../virtual/virtual-clock.js'
import type { LinkEnd } from './memory-link.js'
import { memoryNetwork } from './memory-network.js'

test('a WebSocket over a network in memory opens, speaks and closes as others do', () => {
  const clock = virtualClock()
  const network = memoryNetwork({ clock })
  const heard: string[] = []
  network.listen((end) => ({
    opened: () => end.send('welcome'),
    received: (text) => heard.push(text),
    closed: (code, reason) => heard.push(`closed ${code} ${reason}`),
  }))
  const socket = new network.WebSocket('ws://anywhere', ['chat'])
  const events: string[] = []
  socket.addEventListener('open', () => events.push(`open ${socket.readyState}`))
  socket.addEventListener('message', ({ data }) => events.push(data))
  socket.addEventListener('error', () => events.push('error'))
  socket.addEventListener('close', ({ code }) => events.push(`close ${code} ${socket.readyState}`))
  expect([socket.readyState, socket.protocol]).toEqual([0, 'chat'])
  expect(() => socket.send('too early')).toThrow('not open')
  clock.advance(10)
  socket.send('hi')
  expect(socket.bufferedAmount).toBe(2)
  clock.advance(10)
  socket.close(4000, 'bye')
  clock.advance(10)
  expect(events).toEqual(['open 1', 'welcome', 'close 4000 3'])
  expect(heard).toEqual(['hi', 'closed 4000 bye'])
  expect([network.connections, clock.pending]).toEqual([0, 0])
})

test('a WebSocket whose link is cut reports an error, then 1006', () => {
  const clock = virtualClock()
  const network = memoryNetwork({ clock })
  network.listen(() => ({ opened() {}, received() {}, closed() {} }))
  const socket = new network.WebSocket('ws://anywhere')
  const events: unknown[] = []
  socket.addEventListener('error', () => events.push('error'))
  socket.addEventListener('close', ({ code }) => events.push(code))
  clock.advance(10)
  network.cut()
  clock.advance(0)
  expect(events).toEqual(['error', 1006])
})

test('a real client gets a reply that was lost once, and its server is asked twice', async () => {
  const network = memoryNetwork()
  const asked: number[] = []
  network.listen((end) => ({ opened() {}, received: (text) => answer(end, text, asked), closed() {} }))
  const lost = network.cutBefore('"kind":"reply"')
  const client = createClient({ url: 'ws://anywhere', WebSocket: network.WebSocket })
  const reply = await client.request('text', 'hello')
  expect(reply.content).toBe('hi')
  expect(await lost.done).toContain('"reply"')
  expect(asked).toEqual([1, 1])
  await client.close()
})

/** The least that a server says. */
function answer(end: LinkEnd, text: string, asked: number[]): void {
  const decoded = decodeClientFrame(text, limits.messageBytes)
  if (!decoded.ok || decoded.frame === null) return
  const send = (frame: ServerFrame<Json>) => end.send(encode(frame))
  if (decoded.frame.kind === 'hello') {
    const { window, ranges, messageBytes } = limits
    const session = { sessionId: 's', epoch: 'e', resumed: false, head: 0, idempotent: [], heartbeatMs: 30_000 }
    send({ kind: 'welcome', ...session, limits: { window, ranges, messageBytes } })
  }
  if (decoded.frame.kind === 'request' && decoded.frame.message.type === 'text') {
    const { n } = decoded.frame
    asked.push(n)
    const message = JSON.stringify({ id: 'r', timestamp: '2030-01-01T00:00:00.000Z', content: 'hi' }) as Json
    send({ kind: 'reply', n, message })
  }
}
