// The bare library with a url function that rejects once. With the argument `survive` the rejection is swallowed.
import ReconnectingWebSocket from 'reconnecting-websocket'
import WebSocket, { WebSocketServer } from 'ws'

const seen = { rejections: 0, asked: 0, opened: 0, readyState: -1 }
if (process.argv[2] === 'survive') {
  process.on('unhandledRejection', () => {
    seen.rejections += 1
  })
}

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
server.on('listening', () => {
  const url = async () => {
    seen.asked += 1
    if (seen.asked === 1) throw new Error('the network is not up yet')
    return `ws://127.0.0.1:${server.address().port}`
  }
  const options = { WebSocket, minReconnectionDelay: 10, maxReconnectionDelay: 10 }
  const socket = new ReconnectingWebSocket(url, [], options)
  socket.addEventListener('open', () => {
    seen.opened += 1
  })
  setTimeout(() => socket.reconnect(), 100)
  setTimeout(() => {
    console.log(JSON.stringify({ ...seen, readyState: socket.readyState }))
    process.exit(0)
  }, 500)
})
