/** `node node-http.mjs`: Backchat on a server of node:http, beside the application's own pages. */

import { createServer } from 'node:http'
import { WebSocketManager } from '@backchat/server'

const server = createServer((_request, response) => response.end('a page of node:http\n'))
const manager = new WebSocketManager({ server, path: '/chat' })
manager.registerHandler('text', ({ content }) => `You said ${content}`)
await manager.ready

server.listen(Number(process.env.PORT ?? 8788), () => console.log(`http://localhost:${server.address().port}`))
