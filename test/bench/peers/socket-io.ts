/** Socket.IO with `emitWithAck`, over WebSocket from the first moment. It has no streams: chunks are events. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { io, type Socket } from 'socket.io-client'
import { untilAnswered } from './again.js'
import { type Contact, type Content, news, type Peer, type ServeOptions, story } from './peer.js'

async function serve({ port }: ServeOptions): Promise<void> {
  const http = createServer()
  const server = new Server(http, { transports: ['websocket'] })
  server.on('connection', (socket) => {
    socket.on('echo', async (content: unknown, ack: (content: unknown) => void) => ack(content))
    socket.on('shout', (ack: (content: unknown) => void) => {
      server.emit('news', news)
      ack(null)
    })
    socket.on('story', async (id: number, chunks: number, ack: (content: unknown) => void) => {
      for await (const chunk of story(chunks)) socket.emit('chunk', id, chunk)
      ack(null)
    })
  })
  http.listen(port, '127.0.0.1')
  await once(http, 'listening')
}

class SocketIoContact implements Contact {
  readonly #socket: Socket
  readonly #readers = new Map<number, () => void>()
  #next = 1

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('chunk', (id: number) => this.#readers.get(id)?.())
  }

  ask(content: Content): Promise<unknown> {
    return this.#socket.emitWithAck('echo', content)
  }

  shout(): Promise<unknown> {
    return this.#socket.emitWithAck('shout')
  }

  async read(chunks: number): Promise<number> {
    let count = 0
    const id = this.#next++
    this.#readers.set(id, () => {
      count += 1
    })
    await this.#socket.emitWithAck('story', id, chunks)
    this.#readers.delete(id)
    return count
  }

  onPush(listener: () => void): void {
    this.#socket.on('news', listener)
  }

  /** While there is no connection it keeps what is emitted; what was on its way when one is lost is asked again. */
  askAgain(content: Content): Promise<unknown> {
    return untilAnswered(() => this.#socket.timeout(10_000).emitWithAck('echo', content))
  }

  close(): void {
    this.#socket.close()
  }
}

export const socketIo: Peer = {
  serve,
  async connect(port) {
    const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true })
    await new Promise<void>((resolve) => socket.once('connect', resolve))
    return new SocketIoContact(socket)
  },
}
