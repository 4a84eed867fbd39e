/** A chat server in a process of its own: each run of a handler is written to a file before anything else, so runs are counted outside of it. */

import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocketManager } from '@backchat/server'

const [port, runsFile] = process.argv.slice(2)
const ran = (message) => appendFileSync(runsFile, `${message.type} ${message.id}\n`)

const manager = new WebSocketManager({ port: Number(port) })

manager.registerHandler('text', async (message) => {
  ran(message)
  await sleep(50)
  return { text: `You said: ${message.content.text}` }
})
manager.registerHandler('silent', (message) => {
  ran(message)
  return new Promise(() => {})
})
manager.registerHandler('slow', async (message) => {
  ran(message)
  await sleep(message.content.ms)
  return { text: 'slow, but sure' }
})
manager.registerHandler(
  'lookup',
  async (message) => {
    ran(message)
    await sleep(message.content.ms)
    return { text: 'found' }
  },
  { idempotent: true },
)
manager.registerHandler('story', async function* (message) {
  ran(message)
  for (let i = 0; i < message.content.chunks; i++) {
    await sleep(5)
    yield `piece ${i}`
  }
  return { text: 'the end' }
})
manager.registerHandler('init', () => ({ history: [] }))

await manager.ready
process.send('ready')
