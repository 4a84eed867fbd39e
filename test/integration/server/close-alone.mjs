/** A server that nobody is connected to closes; the process has nothing else to live for. */

import { WebSocketManager } from '@backchat/server'

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const manager = new WebSocketManager({ port: Number(process.argv[2]), logger: silent })
manager.registerHandler('hang', () => new Promise(() => {}))
await manager.ready
// A handler that does not end has the machine wait for its own times.
const { createClient } = await import('@backchat/client')
const client = createClient({ url: `ws://localhost:${process.argv[2]}` })
client.request('hang').catch(() => {})
await new Promise((resolve) => setTimeout(resolve, 500))
await client.close()
client.events.on('status', () => {})
await manager.close({ drain: 200 })
console.log('closed')
