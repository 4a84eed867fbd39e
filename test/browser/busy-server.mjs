/** A server with something to look at: people who chat, requests that are stuck for one reason each, and somebody who is away. */

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createClient } from '@backchat/client'
import { WebSocketManager } from '@backchat/server'
import { WebSocket } from 'ws'

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }

/** Serves chat and inspector on one port of the loopback. `options` are the inspector's. */
export async function busyServer(options = {}) {
  const server = createServer((request, response) => inspector(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  const manager = new WebSocketManager({ server, logger: silent, authenticate: (id) => ({ id }) })
  const inspector = manager.inspector({ allow: () => true, ...options })
  manager.registerHandler('text', ({ content }) => ({ text: `You said: ${content.text}` }))
  manager.registerHandler('search', () => new Promise(() => {}))
  manager.registerHandler('upload', () => new Promise(() => {}), { ordered: true })
  manager.registerHandler('story', async function* () {
    for (let word = 0; ; word += 1) yield `word ${word} `
  })
  const url = `ws://127.0.0.1:${port}`
  const clients = []

  /** A person who is here. */
  const join = async (user) => {
    const client = createClient({ url, token: () => user })
    clients.push(client)
    await client.ready
    return client
  }

  return {
    manager,
    join,
    url: `http://127.0.0.1:${port}/`,
    /** The id of a request, from outside: what is asked here stays unanswered until the end. */
    hang: (client, type) => {
      const pending = client.request(type, null, { timeout: 3_600_000 })
      pending.catch(() => {})
      return pending.id
    },
    /** Reads one chunk, and no more. */
    readSlowly: async (client) => {
      const story = client.stream('story', null, { timeout: 3_600_000 })
      story.reply.catch(() => {})
      await story[Symbol.asyncIterator]().next()
      return story.id
    },
    /** Somebody asks, and is gone before the answer can reach them. */
    vanish: async (user, id, type = 'text') => {
      const socket = new WebSocket(url, ['backchat.1'])
      await once(socket, 'open')
      const secret = (bytes) => randomBytes(bytes).toString('base64url')
      const who = { client: secret(16), secret: secret(32), page: secret(8), token: user }
      const hello = { kind: 'hello', version: 1, attempt: 1, lastPush: 0, floor: 0, settled: [] }
      socket.send(JSON.stringify({ ...hello, ...who }))
      await once(socket, 'message')
      const message = { id, timestamp: new Date().toISOString(), type, content: { text: 'anybody there?' } }
      socket.send(JSON.stringify({ kind: 'request', n: 1, mode: 'request', leftMs: 60_000, message }))
      await once(socket, 'message')
      socket.terminate()
    },
    stop: async () => {
      await Promise.all(clients.map((client) => client.close()))
      await manager.close({ drain: 0 })
      server.closeAllConnections()
      server.close()
    },
  }
}
