/** `KEY=key.pem CERT=cert.pem node https.mjs`: a server of node:https is taken like one of node:http. */

import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { WebSocketManager } from '@backchat/server'

const credentials = { key: readFileSync(process.env.KEY), cert: readFileSync(process.env.CERT) }
const server = createServer(credentials, (_request, response) => response.end('a page of node:https\n'))
const manager = new WebSocketManager({ server, path: '/chat' })
manager.registerHandler('text', ({ content }) => `You said ${content}`)
await manager.ready

server.listen(Number(process.env.PORT ?? 8788), () => console.log(`https://localhost:${server.address().port}`))
