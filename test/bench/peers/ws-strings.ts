/** The limit: bare strings on `ws`. No JSON, no ids; the answers come in the order of the questions. */

import { once } from 'node:events'
import { WebSocket, WebSocketServer } from 'ws'
import { Again } from './again.js'
import { type Contact, type Content, news, type Peer, type ServeOptions, story } from './peer.js'

async function serve({ port }: ServeOptions): Promise<void> {
  const server = new WebSocketServer({ port, host: '127.0.0.1' })
  server.on('connection', (socket) => {
    socket.on('error', () => {})
    socket.on('message', async (data) => {
      const text = String(data)
      if (text.startsWith('shout')) {
        for (const client of server.clients) client.send(`p${news.text}`)
        socket.send('r')
      } else if (text.startsWith('story')) {
        for await (const chunk of story(Number(text.slice(5)))) socket.send(`c${chunk}`)
        socket.send('r')
      } else socket.send(`r${text}`)
    })
  })
  await once(server, 'listening')
}

class Client implements Contact {
  readonly #again: Again
  #pending: { resolve: (text: string) => void; reject: (error: Error) => void }[] = []
  #first = 0
  #chunks = 0
  #socket: WebSocket
  #pushed = () => {}

  constructor(port: number) {
    this.#again = new Again(() => this.#dial(port))
    this.#socket = this.#again.start()
  }

  get ready(): Promise<void> {
    return this.#again.open
  }

  ask({ text }: Content) {
    return this.#call(text)
  }

  shout() {
    return this.#call('shout')
  }

  async read(chunks: number): Promise<number> {
    this.#chunks = 0
    await this.#call(`story${chunks}`)
    return this.#chunks
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

  #call(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ resolve, reject })
      this.#socket.send(text)
    })
  }

  #dial(port: number): WebSocket {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
    this.#socket = socket
    socket.on('message', (data) => this.#told(String(data)))
    socket.on('close', () => {
      const lost = this.#pending.slice(this.#first)
      this.#pending = []
      this.#first = 0
      for (const { reject } of lost) reject(new Error('The connection was lost.'))
    })
    return socket
  }

  #told(text: string): void {
    const kind = text.charAt(0)
    if (kind === 'p') this.#pushed()
    else if (kind === 'c') this.#chunks += 1
    else {
      this.#pending[this.#first]?.resolve(text)
      this.#first += 1
      if (this.#first < 1_024) return
      this.#pending = this.#pending.slice(this.#first)
      this.#first = 0
    }
  }
}

export const wsStrings: Peer = {
  serve,
  async connect(port) {
    const client = new Client(port)
    await client.ready
    return client
  },
}
