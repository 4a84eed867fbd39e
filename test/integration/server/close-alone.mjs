/** A server closes while nothing else keeps its process alive, and something has to be waited for: a plugin that never closes. */

import { WebSocketManager } from '@backchat/server'

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const plugin = { name: 'stuck', install() {}, close: () => new Promise(() => {}) }
const manager = new WebSocketManager({ port: Number(process.argv[2]), logger: silent, plugins: [plugin] })
await manager.ready
await manager.close()
console.log('closed')
