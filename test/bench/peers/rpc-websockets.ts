/** rpc-websockets: JSON-RPC 2.0. It has no streams: chunks are notifications that name their request. */

import { once } from 'node:events'
import { Client, Server } from 'rpc-websockets'
import { untilAnswered } from './again.js'
import { type Contact, type Content, news, type Peer, type ServeOptions, story } from './peer.js'

async function serve({ port }: ServeOptions): Promise<void> {
  const server = new Server({ port, host: '127.0.0.1' })
  server.event('news')
  server.event('chunk')
  const socketOf = (id: string) => server.of('/').clients().clients.get(id)
  server.register('echo', async (content) => content)
  server.register('shout', () => {
    server.emit('news', news)
    return null
  })
  server.register('story', async ({ id, chunks }, socket) => {
    for await (const chunk of story(Number(chunks)))
      socketOf(socket)?.send(JSON.stringify({ notification: 'chunk', params: [id, chunk] }))
    return null
  })
  await once(server, 'listening')
}

class RpcContact implements Contact {
  readonly #client: Client
  readonly #readers = new Map<number, () => void>()
  #next = 1
  #open: Promise<void>
  #opened = () => {}

  constructor(client: Client) {
    this.#client = client
    this.#open = Promise.resolve()
    client.on('open', () => this.#opened())
    client.on('close', () => {
      this.#open = new Promise((resolve) => {
        this.#opened = resolve
      })
    })
    client.on('chunk', (id: number) => this.#readers.get(id)?.())
  }

  ask(content: Content) {
    return this.#client.call('echo', content)
  }

  shout() {
    return this.#client.call('shout')
  }

  async read(chunks: number): Promise<number> {
    let count = 0
    const id = this.#next++
    this.#readers.set(id, () => {
      count += 1
    })
    await this.#client.call('story', { id, chunks })
    this.#readers.delete(id)
    return count
  }

  onPush(listener: () => void): void {
    this.#client.on('news', listener)
  }

  askAgain(content: Content): Promise<unknown> {
    return untilAnswered(async () => {
      await this.#open
      return this.#client.call('echo', content, 10_000)
    })
  }

  close(): void {
    this.#client.setAutoReconnect(false)
    this.#client.close()
  }
}

export const rpcWebSockets: Peer = {
  serve,
  async connect(port) {
    const client = new Client(`ws://127.0.0.1:${port}`, { max_reconnects: 0 })
    client.on('error', () => {})
    await once(client, 'open')
    await client.subscribe('news')
    return new RpcContact(client)
  },
}
