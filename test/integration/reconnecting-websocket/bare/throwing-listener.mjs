// The bare library with two listeners for a message, the first of which throws. The exception itself is survived here.
import ReconnectingWebSocket from 'reconnecting-websocket'
import WebSocket, { WebSocketServer } from 'ws'

const seen = { exceptions: 0, first: 0, second: 0 }
process.on('uncaughtException', () => {
  seen.exceptions += 1
  setTimeout(() => {
    console.log(JSON.stringify(seen))
    process.exit(0)
  }, 200)
})

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
server.on('connection', (client) => {
  client.send('hello')
  setTimeout(() => client.send('hello again'), 50)
})
server.on('listening', () => {
  const socket = new ReconnectingWebSocket(`ws://127.0.0.1:${server.address().port}`, [], { WebSocket })
  socket.addEventListener('message', () => {
    seen.first += 1
    throw new Error('a slip')
  })
  socket.addEventListener('message', () => {
    seen.second += 1
  })
})
