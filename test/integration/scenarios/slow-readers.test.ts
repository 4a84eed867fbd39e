/** Streams whose reader is slow, or never comes: the server waits for it, and nothing hangs. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, createClient } from '@backchat/client'
import { WebSocketManager } from '@backchat/server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../free-port.js'

let manager: WebSocketManager
let client: Client
/** Chunks that the handler has yielded so far. */
let yielded: number

beforeEach(async () => {
  const port = await freePort()
  yielded = 0
  manager = new WebSocketManager({ port, host: '127.0.0.1' })
  manager.registerHandler('pages', async function* ({ content }) {
    for (let page = 0; page < content.pages; page++) {
      yielded += 1
      yield String(page).padEnd(content.bytes, '.')
    }
    return { pages: content.pages }
  })
  await manager.ready
  client = createClient({ url: `ws://127.0.0.1:${port}` })
})
afterEach(async () => {
  await client.close()
  await manager.close({ drain: 0 })
})

test.each([
  ['many small chunks', 1_000, 10],
  ['few large ones, together more than 1 MiB', 300, 10_000],
])('the reply of a stream that nobody reads comes after %s', async (_, pages, bytes) => {
  const stream = client.stream('pages', { pages, bytes }, { timeout: 3_000 })
  expect((await stream.reply).content).toEqual({ pages })
})

test.each([
  ['small chunks', 1_000, 10, 600],
  ['large ones', 300, 10_000, 250],
])('a reader of %s may pause for longer than the timeout; the handler waits for it', async (_, pages, bytes, most) => {
  const stream = client.stream('pages', { pages, bytes }, { timeout: 700 })
  let read = 0
  for await (const page of stream) {
    expect(page).toBe(String(read).padEnd(bytes, '.'))
    read += 1
    if (read === 5) {
      await sleep(1_500)
      expect(yielded).toBeLessThan(most)
    }
  }
  expect(read).toBe(pages)
  expect((await stream.reply).content).toEqual({ pages })
})
