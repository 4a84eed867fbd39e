/** The floor: what an application writes by hand on `ws`. JSON, a `Map` of pending ids, and no promise of anything. */

import { once } from 'node:events'
import { WebSocket, WebSocketServer } from 'ws'
import { Again } from './again.js'
import { type Contact, type Content, news, type Peer, type ServeOptions, story } from './peer.js'

interface Asked {
  readonly id: number
  readonly type: 'echo' | 'shout' | 'story'
  readonly content: unknown
}

interface Told {
  readonly id?: number
  readonly type: 'reply' | 'chunk' | 'push'
  readonly content: unknown
}

async function serve({ port }: ServeOptions): Promise<void> {
  const server = new WebSocketServer({ port, host: '127.0.0.1' })
  server.on('connection', (socket) => {
    const tell = (told: Told) => socket.send(JSON.stringify(told))
    socket.on('error', () => {})
    socket.on('message', async (data) => {
      const { id, type, content } = JSON.parse(String(data)) as Asked
      if (type === 'echo') tell({ id, type: 'reply', content: await echo(content) })
      else if (type === 'shout') {
        const push = JSON.stringify({ type: 'push', content: news } satisfies Told)
        for (const client of server.clients) client.send(push)
        tell({ id, type: 'reply', content: null })
      } else {
        for await (const chunk of story(Number(content))) tell({ id, type: 'chunk', content: chunk })
        tell({ id, type: 'reply', content: null })
      }
    })
  })
  await once(server, 'listening')
}

const echo = async (content: unknown) => content

class Client implements Contact {
  readonly #again: Again
  readonly #pending = new Map<number, { resolve: (content: unknown) => void; reject: (error: Error) => void }>()
  readonly #readers = new Map<number, () => void>()
  #socket: WebSocket
  #next = 1
  #pushed = () => {}

  constructor(port: number) {
    this.#again = new Again(() => this.#dial(port))
    this.#socket = this.#again.start()
  }

  get ready(): Promise<void> {
    return this.#again.open
  }

  ask(content: Content) {
    return this.#call('echo', content)
  }

  shout() {
    return this.#call('shout', null)
  }

  async read(chunks: number): Promise<number> {
    let count = 0
    const answer = this.#call('story', chunks)
    const id = this.#next - 1
    this.#readers.set(id, () => {
      count += 1
    })
    await answer
    this.#readers.delete(id)
    return count
  }

  onPush(listener: () => void): void {
    this.#pushed = listener
  }

  askAgain(content: Content) {
    return this.#again.persist(() => this.ask(content))
  }

  close(): void {
    this.#again.stop()
    this.#socket.close()
  }

  #call(type: Asked['type'], content: unknown): Promise<unknown> {
    const id = this.#next++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      this.#socket.send(JSON.stringify({ id, type, content } satisfies Asked))
    })
  }

  #dial(port: number): WebSocket {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
    this.#socket = socket
    socket.on('message', (data) => this.#told(JSON.parse(String(data)) as Told))
    socket.on('close', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('The connection was lost.'))
      this.#pending.clear()
    })
    return socket
  }

  #told({ id = 0, type, content }: Told): void {
    if (type === 'push') return this.#pushed()
    if (type === 'chunk') return this.#readers.get(id)?.()
    this.#pending.get(id)?.resolve(content)
    this.#pending.delete(id)
  }
}

export const wsJson: Peer = {
  serve,
  async connect(port) {
    const client = new Client(port)
    await client.ready
    return client
  },
}
