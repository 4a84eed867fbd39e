/** `node server.mjs`: Backchat on a custom server of Next.js, beside its pages. With `NODE_ENV=production`, after `next build`. */

import { createServer } from 'node:http'
import { WebSocketManager } from '@backchat/server'
import next from 'next'

const app = next({ dev: process.env.NODE_ENV !== 'production', dir: import.meta.dirname })
await app.prepare()
const page = app.getRequestHandler()
const server = createServer((request, response) => page(request, response))

// Next.js listens for upgrades, too: for its own paths, and leaves others alone.
const manager = new WebSocketManager({ server, path: '/chat' })
manager.registerHandler('text', ({ content }) => `You said ${content}`)
await manager.ready

server.listen(Number(process.env.PORT ?? 8788), () => console.log(`http://localhost:${server.address().port}`))
