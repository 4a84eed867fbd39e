/** Real servers to dial, good and bad, on a free port of the loopback interface. Tests only. */

import { createHash } from 'node:crypto'
import { createServer, type Server as HttpServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

export interface Peer {
  readonly url: string
  readonly port: number
  /** TCP connections that are open now. */
  readonly connections: ReadonlySet<Socket>
  close(): Promise<void>
}

export interface WebSocketPeer extends Peer {
  readonly clients: ReadonlySet<WebSocket>
  /** The first client that connects after the call. */
  next(): Promise<WebSocket>
  /** Every client that connects after the call. */
  onClient(listener: (client: WebSocket) => void): void
}

/** A server of `ws`, which takes what it is offered: extensions, and the first subprotocol unless told otherwise. */
export async function webSocketPeer({ port = 0, subprotocol = true } = {}): Promise<WebSocketPeer> {
  const http = createServer()
  const server = new WebSocketServer({
    server: http,
    perMessageDeflate: true,
    handleProtocols: ([first]) => subprotocol && first !== undefined && first,
  })
  server.on('connection', (client) => client.on('error', () => {}))
  return {
    ...(await listening(http, port)),
    clients: server.clients,
    next: () => new Promise((resolve) => server.once('connection', resolve)),
    onClient: (listener) => void server.on('connection', listener),
  }
}

/** Accepts connections and never says a word: as a stopped process does. */
export async function silentPeer(): Promise<Peer> {
  return listening(
    createTcpServer((connection) => connection.resume()),
    0,
  )
}

/** Opens the WebSocket and never says a word: no message, no answer to a close. */
export async function mutePeer(): Promise<Peer> {
  const http = createServer()
  http.on('upgrade', (request, socket) => {
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
    const accept = createHash('sha1').update(key).digest('base64')
    const protocol = request.headers['sec-websocket-protocol']
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${
        protocol === undefined ? '' : `Sec-WebSocket-Protocol: ${protocol}\r\n`
      }\r\n`,
    )
    socket.resume()
    socket.on('end', () => socket.end())
  })
  return listening(http, 0)
}

/** A port that refuses connections. */
export async function closedPort(): Promise<number> {
  const peer = await silentPeer()
  await peer.close()
  return peer.port
}

async function listening(server: HttpServer | TcpServer, port: number): Promise<Peer> {
  const connections = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => connections.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address() as AddressInfo
  return {
    url: `ws://127.0.0.1:${address.port}`,
    port: address.port,
    connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of connections) socket.destroy()
      }),
  }
}
