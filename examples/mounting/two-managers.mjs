/** `node two-managers.mjs`: several managers share a server, each on a path of its own. */

import { createServer } from 'node:http'
import { WebSocketManager } from '@backchat/server'

const server = createServer((_request, response) => response.end('a page of node:http\n'))
const chat = new WebSocketManager({ server, path: '/chat' })
const support = new WebSocketManager({ server, path: '/support' })
chat.registerHandler('text', ({ content }) => `You said ${content}`)
support.registerHandler('text', ({ content }) => `We look into ${content}`)
await Promise.all([chat.ready, support.ready])

server.listen(Number(process.env.PORT ?? 8788), () => console.log(`http://localhost:${server.address().port}`))
