/** Many requests beside one endless stream, client and server in this process; prints the heap after each third, once everything was collected. */

import { setImmediate as soon } from 'node:timers/promises'
import { createClient } from '@backchat/client'
import { WebSocketManager } from '@backchat/server'

const requests = Number(process.argv[2])
const port = Number(process.argv[3])
const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }

const manager = new WebSocketManager({ port, logger: silent })
manager.registerHandler('echo', (message) => message.content)
manager.registerHandler('endless', async function* () {
  for (let n = 0; ; n += 1) {
    await soon()
    yield n
  }
})
await manager.ready
const client = createClient({ url: `ws://localhost:${port}` })
await client.ready

let chunks = 0
const story = client.stream('endless')
const reading = (async () => {
  for await (const _ of story) chunks += 1
})()
reading.catch(() => {})

/** The least of several looks: on a busy machine some of what is confirmed late is let go late. */
const heap = async () => {
  let least = Number.POSITIVE_INFINITY
  for (let look = 0; look < 5; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, 300))
    globalThis.gc()
    globalThis.gc()
    least = Math.min(least, process.memoryUsage().heapUsed)
  }
  return least
}

const thirds = []
for (let third = 0; third < 3; third += 1) {
  for (let asked = 0; asked < requests / 3; asked += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, n) => client.request('echo', { n, text: 'x'.repeat(100) })))
  }
  thirds.push(await heap())
}
console.log(JSON.stringify({ thirds, chunks }))
await client.close()
await manager.close({ drain: 0 })
