/** Faults 1 to 5: after a small mishap the library never dials again, and says nothing. */

import { expect, test, vi } from 'vitest'
import WebSocket from 'ws'
import { closedPort, webSocketPeer } from '../../../packages/client/src/transport/peers.js'
import { bare, eventually, held, ours, runBare, stays } from './fixtures.js'

test('fault 1, bare: a url function that rejects once ends the process, or, survived, the dialling', async () => {
  const died = await runBare('rejected-url.mjs')
  expect(died.code).toBe(1)
  expect(died.output).toContain('the network is not up yet')

  const survived = await runBare('rejected-url.mjs', 'survive')
  expect(JSON.parse(survived.output)).toEqual({ rejections: 1, asked: 1, opened: 0, readyState: 0 })
})

test('fault 1, ours: a url function that rejects is a closed link, and the next dial asks it again', async () => {
  const peer = held(await webSocketPeer())
  const url = vi.fn(async () => peer.url).mockRejectedValueOnce(new Error('the network is not up yet'))
  const { transport, facts } = ours({ url })
  transport.dial(1)
  expect(await facts.until('closed 1')).toBe('closed 1 1006 no URL: the network is not up yet')
  transport.dial(2)
  await facts.until('opened 2')
})

test('fault 2, bare: a url function that never settles is never given up', async () => {
  const url = vi.fn(() => new Promise<string>(() => {}))
  const happened = vi.fn()
  const socket = bare(url, { connectionTimeout: 20 })
  socket.addEventListener('error', happened)
  socket.addEventListener('close', happened)
  await eventually(() => expect(url).toHaveBeenCalled())
  socket.reconnect()
  await stays(() => {
    expect(url).toHaveBeenCalledOnce()
    expect(happened).not.toHaveBeenCalled()
    expect(socket.readyState).toBe(WebSocket.CONNECTING)
  })
})

test('fault 2, ours: a url function that never settles is given up with its link', async () => {
  const peer = held(await webSocketPeer())
  const url = vi.fn(async () => peer.url).mockReturnValueOnce(new Promise(() => {}))
  const { transport, facts } = ours({ url })
  transport.dial(1)
  await eventually(() => expect(url).toHaveBeenCalled())
  transport.abandon(1, 1000)
  transport.dial(2)
  await facts.until('opened 2')
})

test('fault 3, bare: after maxRetries even reconnect() does not dial', async () => {
  const port = await closedPort()
  const errors = vi.fn()
  const url = vi.fn(() => `ws://127.0.0.1:${port}`)
  const socket = bare(url, { maxRetries: 2 })
  socket.addEventListener('error', errors)
  await eventually(() => expect(errors).toHaveBeenCalledTimes(3))
  const peer = held(await webSocketPeer({ port }))
  socket.reconnect()
  await stays(() => {
    expect(url).toHaveBeenCalledTimes(3)
    expect(peer.clients.size).toBe(0)
  })
})

test('fault 3, ours: after any number of failures the next dial is a dial', async () => {
  const port = await closedPort()
  const { transport, facts } = ours({ url: `ws://127.0.0.1:${port}` })
  for (let link = 1; link <= 20; link += 1) {
    transport.dial(link)
    await facts.until(`closed ${link} 1006`)
  }
  held(await webSocketPeer({ port }))
  transport.dial(21)
  await facts.until('opened 21')
})

test('fault 4, bare: close() before there is a socket makes reconnect() do nothing', async () => {
  const peer = held(await webSocketPeer())
  const url = vi.fn(() => peer.url)
  const socket = bare(url)
  socket.close()
  await eventually(() => expect(url).toHaveBeenCalled())
  socket.reconnect()
  await stays(() => {
    expect(url).toHaveBeenCalledOnce()
    expect(peer.clients.size).toBe(0)
  })
})

test('fault 4, ours: a link that is abandoned before there is a socket leaves the next one free', async () => {
  const peer = held(await webSocketPeer())
  const url = vi.fn(async () => peer.url)
  const { transport, facts } = ours({ url })
  transport.dial(1)
  transport.abandon(1, 1000)
  await eventually(() => expect(url).toHaveBeenCalled())
  transport.dial(2)
  await facts.until('opened 2')
  expect(facts.all).toEqual(['opened 2'])
})

test('fault 5, bare: close() in a close handler makes a later reconnect() do nothing', async () => {
  const peer = held(await webSocketPeer())
  const first = peer.next()
  const url = vi.fn(() => peer.url)
  const socket = bare(url)
  const closed = new Promise<void>((resolve) =>
    socket.addEventListener('close', () => {
      socket.close()
      resolve()
    }),
  )
  ;(await first).close()
  await closed
  await eventually(() => expect(url).toHaveBeenCalledTimes(2))
  socket.reconnect()
  await stays(() => {
    expect(url).toHaveBeenCalledTimes(2)
    expect(peer.clients.size).toBe(0)
  })
})

test('fault 5, ours: abandoning while the end is reported leaves the next dial free', async () => {
  const peer = held(await webSocketPeer())
  const first = peer.next()
  const { transport, facts } = ours({ url: peer.url })
  const report = facts.closed.bind(facts)
  facts.closed = (link, code, reason) => {
    transport.abandon(link, 1000)
    report(link, code, reason)
  }
  transport.dial(1)
  ;(await first).close()
  await facts.until('closed 1')
  transport.dial(2)
  await facts.until('opened 2')
})
