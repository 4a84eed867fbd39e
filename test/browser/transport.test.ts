/** The transport over Chromium's own WebSocket: what a browser does otherwise than Node. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'esbuild'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { platform } from '../../packages/client/src/environment/platform.js'
import type { Facts } from '../../packages/client/src/transport/facts.js'
import {
  closedPort,
  mutePeer,
  silentPeer,
  type WebSocketPeer,
  webSocketPeer,
} from '../../packages/client/src/transport/peers.js'
import type { Transport } from '../../packages/client/src/transport/transport.js'
import type { openWebSocket } from '../../packages/client/src/transport/websocket.js'

/** What the page is given: our sources, and the transport under test. */
declare global {
  var openTransport: typeof openWebSocket
  var newFacts: () => Facts
  var platformOfPage: typeof platform
  var transport: Transport
  var facts: Facts
}

const script = `
  import { platform } from './environment/platform.js'
  import { Facts } from './transport/facts.js'
  import { openWebSocket } from './transport/websocket.js'
  Object.assign(globalThis, { openTransport: openWebSocket, newFacts: () => new Facts(), platformOfPage: platform })
`

/** An empty page from the loopback interface: Chromium lets no page from elsewhere connect to it. */
const pages = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html>'))
let browser: Browser
let bundle: string
let address: string
let page: Page
let peer: WebSocketPeer
const errors: string[] = []

beforeAll(async () => {
  const resolveDir = new URL('../../packages/client/src', import.meta.url).pathname
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir },
    bundle: true,
    format: 'iife',
    platform: 'browser',
    conditions: ['backchat-source'],
    write: false,
    logLevel: 'error',
  })
  bundle = outputFiles[0]?.text ?? ''
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(pages.address() as AddressInfo).port}/`
  const executablePath = process.env['BACKCHAT_CHROMIUM'] ?? '/usr/bin/chromium'
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
})
afterAll(async () => {
  await browser.close()
  pages.close()
})

beforeEach(async () => {
  peer = await webSocketPeer()
  page = await browser.newPage()
  page.on('pageerror', (error) => errors.push(String(error)))
  await page.goto(address)
  await page.addScriptTag({ content: bundle })
})
afterEach(async () => {
  await page.close()
  await peer.close()
  expect(errors.splice(0)).toEqual([])
})

const open = (url: string) =>
  page.evaluate((url) => {
    globalThis.facts = newFacts()
    globalThis.transport = openTransport({ url, events: facts })
  }, url)
const dial = (link: number) => page.evaluate((link) => transport.dial(link), link)
const abandon = (link: number, code: number) =>
  page.evaluate(([link, code]) => transport.abandon(link, code), [link, code] as const)
const until = (beginning: string) => page.evaluate((beginning) => facts.until(beginning), beginning)
const all = () => page.evaluate(() => facts.all)
const eventually = (check: () => unknown) => vi.waitFor(async () => check(), { timeout: 15_000 })

async function opened() {
  const next = peer.next()
  await open(peer.url)
  await dial(1)
  await until('opened 1')
  return next
}

test('texts go both ways, and a binary message is garbled', async () => {
  const client = await opened()
  expect(client.protocol).toBe('backchat.1')
  const heard = new Promise((resolve) => client.once('message', (data) => resolve(String(data))))
  await page.evaluate(() => transport.send(1, 'hello'))
  expect(await heard).toBe('hello')
  client.send(new Uint8Array([1, 2]))
  client.send('and hello')
  await until('received 1 and hello')
  expect(await all()).toEqual(['opened 1', 'garbled 1 a binary message', 'received 1 and hello'])
})

test('a close frame is reported with its code and reason, and the next dial opens', async () => {
  const client = await opened()
  client.close(4409, 'a newer link')
  expect(await until('closed 1')).toBe('closed 1 4409 a newer link')
  await dial(2)
  await until('opened 2')
})

test('a connection that fails is reported once, as abnormal', async () => {
  await open(`ws://127.0.0.1:${await closedPort()}`)
  await dial(1)
  expect(await until('closed 1')).toBe('closed 1 1006 the connection failed')
  expect(await all()).toHaveLength(1)
})

test('an address that is none is reported, not thrown', async () => {
  await open('ws://')
  await dial(1)
  expect(await until('closed 1')).toMatch(/^closed 1 1006 \S/)
})

test.each([1001, 1005, 1009, 4410])(
  'a link may be abandoned with code %i, also one that browsers do not send',
  async (code) => {
    const client = await opened()
    const closed = new Promise((resolve) => client.once('close', resolve))
    await abandon(1, code)
    expect(await closed).toBe(code === 4410 ? 4410 : 1005)
    await dial(2)
    await until('opened 2')
    expect(await all()).toEqual(['opened 1', 'opened 2'])
  },
)

test('a link that is abandoned while it connects is not heard of again', async () => {
  const silent = await silentPeer()
  await open(silent.url)
  await dial(1)
  await eventually(() => expect(silent.connections.size).toBe(1))
  await abandon(1, 1000)
  await eventually(() => expect(silent.connections.size).toBe(0))
  expect(await all()).toEqual([])
  await silent.close()
})

test('a half-open link does not hold up the next one', async () => {
  const mute = await mutePeer()
  await open(mute.url)
  for (let link = 1; link <= 3; link += 1) {
    await dial(link)
    await until(`opened ${link}`)
    await abandon(link, 4410)
  }
  expect(await all()).toEqual(['opened 1', 'opened 2', 'opened 3'])
  await mute.close()
})

test('losing and finding the network are signs', async () => {
  await page.evaluate(() => {
    globalThis.facts = newFacts()
    platformOfPage().onSign((sign) => facts.all.push(sign))
  })
  await page.context().setOffline(true)
  await page.context().setOffline(false)
  await eventually(async () => expect(await all()).toEqual(['offline', 'online']))
})

test('names are made where nothing but the browser helps', async () => {
  const { id, client, secret } = await page.evaluate(() => {
    const { ids } = platformOfPage()
    return { id: ids.id(), client: ids.client(), secret: ids.secret() }
  })
  expect([id.length, client.length, secret.length]).toEqual([21, 22, 43])
})
