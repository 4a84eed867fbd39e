// The bare library dials a server that accepts and never answers, until its connection timeout.
import { createServer } from 'node:net'
import ReconnectingWebSocket from 'reconnecting-websocket'
import WebSocket from 'ws'

const server = createServer(() => {})
server.listen(0, '127.0.0.1', () => {
  const url = `ws://127.0.0.1:${server.address().port}`
  const socket = new ReconnectingWebSocket(url, [], { WebSocket, connectionTimeout: 100 })
  // An application that listens to everything the library offers dies all the same.
  socket.addEventListener('error', () => console.log('error listener called'))
  socket.addEventListener('close', () => console.log('close listener called'))
  setTimeout(() => process.exit(0), 10_000)
})
