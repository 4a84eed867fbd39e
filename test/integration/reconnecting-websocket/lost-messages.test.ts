/** Faults 7, 8, 14 and 16: what becomes of a message that the library is given at the wrong moment. */

import { expect, test } from 'vitest'
import { closedPort, type WebSocketPeer, webSocketPeer } from '../../../packages/client/src/transport/peers.js'
import { chatClient, echoServer, proxyTo } from './chat.js'
import { bare, eventually, held, stays } from './fixtures.js'

/** What the server hears, over all links. */
function heardBy(peer: WebSocketPeer): string[] {
  const heard: string[] = []
  peer.onClient((client) => client.on('message', (data) => heard.push(String(data))))
  return heard
}

test('fault 7, bare: what is more than the queue holds is dropped without a word', async () => {
  const port = await closedPort()
  const socket = bare(`ws://127.0.0.1:${port}`, { maxEnqueuedMessages: 2 })
  for (const text of ['one', 'two', 'three', 'four']) expect(socket.send(text)).toBeUndefined()
  const peer = held(await webSocketPeer({ port }))
  const heard = heardBy(peer)
  await eventually(() => expect(socket.readyState).toBe(1))
  socket.send('five')
  await eventually(() => expect(heard).toContain('five'))
  expect(heard).toEqual(['one', 'two', 'five'])
})

test('fault 7, ours: what is more than the queue holds fails by name, the rest is answered', async () => {
  const port = await closedPort()
  const client = chatClient({ url: `ws://127.0.0.1:${port}`, limits: { queue: 2 } })
  const requests = ['one', 'two', 'three', 'four'].map((text) => client.request('echo', text))
  const outcomes = Promise.allSettled(requests)
  await echoServer({ port })
  const [one, two, three, four] = await outcomes
  expect([one, two]).toMatchObject([{ value: { content: 'one' } }, { value: { content: 'two' } }])
  for (const refused of [three, four]) {
    expect(refused).toMatchObject({ reason: { code: 'QUEUE_FULL', mayHaveExecuted: false } })
  }
})

test('fault 8, bare: a message written to a socket that is dying is lost', async () => {
  const peer = held(await webSocketPeer())
  const heard = heardBy(peer)
  const proxy = await proxyTo(peer.port)
  const socket = bare(`ws://127.0.0.1:${proxy.port}`)
  await eventually(() => expect(socket.readyState).toBe(1))
  proxy.cut()
  expect(socket.readyState).toBe(1)
  socket.send('written to the dying')
  await eventually(() => {
    expect(proxy.counters.links).toBe(2)
    expect(socket.readyState).toBe(1)
  })
  socket.send('written to the next')
  await eventually(() => expect(heard).toContain('written to the next'))
  expect(heard).toEqual(['written to the next'])
})

test('fault 8, ours: a request written to a socket that is dying is answered over the next', async () => {
  const server = await echoServer()
  const proxy = await proxyTo(server.port)
  const client = chatClient({ url: `ws://127.0.0.1:${proxy.port}` })
  await client.ready
  proxy.cut()
  expect(client.status.state).toBe('online')
  const reply = await client.request('echo', 'written to the dying')
  expect(reply.content).toBe('written to the dying')
  expect(proxy.counters.links).toBe(2)
})

test('fault 14, bare: what is sent after close() is queued for ever', async () => {
  const peer = held(await webSocketPeer())
  const heard = heardBy(peer)
  const socket = bare(peer.url)
  await eventually(() => expect(socket.readyState).toBe(1))
  socket.close()
  await eventually(() => expect(socket.readyState).toBe(3))
  for (let i = 0; i < 1_000; i += 1) expect(socket.send('x'.repeat(1_000))).toBeUndefined()
  await stays(() => {
    expect(heard).toEqual([])
    expect(socket.bufferedAmount).toBe(1_000_000)
  })
})

test('fault 14, ours: what is asked after close() fails at once, and was not run', async () => {
  const server = await echoServer()
  const client = chatClient({ url: server.url })
  await client.ready
  await client.close()
  await expect(client.request('echo', 'hello')).rejects.toMatchObject({
    code: 'CLOSED',
    stage: 'queued',
    mayHaveExecuted: false,
  })
  expect(client.pending()).toEqual([])
})

test('fault 16, bare: the queue goes out before the application hears of `open`, so before it can authenticate', async () => {
  const peer = held(await webSocketPeer())
  const heard = heardBy(peer)
  const socket = bare(peer.url)
  socket.addEventListener('open', () => socket.send('my token'))
  socket.send('a question')
  await eventually(() => expect(heard).toHaveLength(2))
  expect(heard).toEqual(['a question', 'my token'])
})

test('fault 16, ours: nothing goes out before the hello with the token, nor before the server’s welcome', async () => {
  const peer = held(await webSocketPeer())
  const heard = heardBy(peer)
  const client = chatClient({ url: peer.url, token: 'my token' })
  const asked = client.request('echo', 'a question')
  asked.catch(() => {})
  await eventually(() => expect(heard).toHaveLength(1))
  await stays(() => expect(heard).toHaveLength(1))
  expect(JSON.parse(heard[0] ?? '')).toMatchObject({ kind: 'hello', token: 'my token' })
  expect(asked.stage).toBe('queued')
})
