/** `node hono.mjs`: on Node, `serve()` of Hono gives a server of node:http. */

import { WebSocketManager } from '@backchat/server'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'

const app = new Hono()
app.get('/', (context) => context.text('a page of Hono\n'))
const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 8788) }, ({ port }) => {
  console.log(`http://localhost:${port}`)
})

const manager = new WebSocketManager({ server, path: '/chat' })
manager.registerHandler('text', ({ content }) => `You said ${content}`)
await manager.ready
