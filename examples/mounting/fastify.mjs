/** `node fastify.mjs`: `app.server` of Fastify is a server of node:http. */

import { WebSocketManager } from '@backchat/server'
import fastify from 'fastify'

// Fastify would wait for ever for links that are open: Backchat lets them go first.
const app = fastify({ forceCloseConnections: true })
app.get('/', () => 'a page of Fastify\n')
const manager = new WebSocketManager({ server: app.server, path: '/chat' })
manager.registerHandler('text', ({ content }) => `You said ${content}`)
app.addHook('preClose', () => manager.close())
await manager.ready

console.log(await app.listen({ port: Number(process.env.PORT ?? 8788) }))
