/** A transport that has dialled and abandoned a thousand links has left nothing behind. */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import WebSocket from 'ws'
import { Facts } from './facts.js'
import { webSocketPeer } from './peers.js'
import { openWebSocket } from './websocket.js'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const cycles = 1_000

/** Sockets and timers that Node is busy with. */
function active(): number {
  const kinds = ['TCPSocketWrap', 'TCPConnectWrap', 'Timeout']
  return process.getActiveResourcesInfo().filter((kind) => kinds.includes(kind)).length
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Waits without a timer of its own, which would be counted. */
async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 10_000
  while (!holds() && performance.now() < end) await turn()
  expect(holds(), String(holds)).toBe(true)
}

test('a thousand links, each abandoned at another stage, leave no socket, timer, listener or memory', async () => {
  const peer = await webSocketPeer()
  const sockets: WeakRef<WebSocket>[] = []
  class Counted extends WebSocket {
    constructor(...options: ConstructorParameters<typeof WebSocket>) {
      super(...options)
      sockets.push(new WeakRef(this))
    }
  }
  const facts = new Facts()
  const transport = openWebSocket({ url: peer.url, WebSocket: Counted, events: facts })
  const base = active()

  for (let link = 1; link <= cycles; link += 1) {
    transport.dial(link)
    // Before the URL is known, before there is a socket, while it connects, and once it is open.
    if (link % 4 === 1) await turn()
    if (link % 4 === 2) await until(() => peer.connections.size > 0)
    if (link % 4 === 3) await facts.until(`opened ${link}`)
    transport.abandon(link, 4410)
  }

  await until(() => peer.connections.size === 0)
  await until(() => active() <= base)
  expect(facts.all.filter((fact) => !fact.startsWith('opened'))).toEqual([])
  expect(sockets.length).toBeGreaterThan(cycles / 4)

  for (const socket of sockets) {
    const kept = socket
      .deref()
      ?.eventNames()
      .filter((name) => name !== 'error')
    expect(kept ?? []).toEqual([])
  }
  await until(() => {
    collectGarbage()
    return sockets.filter((socket) => socket.deref() !== undefined).length < 10
  })
  await peer.close()
}, 60_000)
