/** `node express.mjs`: `app.listen()` of Express gives the server of node:http that Backchat needs. */

import { WebSocketManager } from '@backchat/server'
import express from 'express'

const app = express()
app.get('/', (_request, response) => response.send('a page of Express\n'))
const server = app.listen(Number(process.env.PORT ?? 8788), () => {
  console.log(`http://localhost:${server.address().port}`)
})

const manager = new WebSocketManager({ server, path: '/chat' })
manager.registerHandler('text', ({ content }) => `You said ${content}`)
await manager.ready
