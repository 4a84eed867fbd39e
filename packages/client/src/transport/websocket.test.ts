import { afterEach, expect, test, vi } from 'vitest'
import WebSocket from 'ws'
import { Facts } from './facts.js'
import { closedPort, mutePeer, type Peer, silentPeer, type WebSocketPeer, webSocketPeer } from './peers.js'
import type { TransportOptions, WebSocketConstructor } from './transport.js'
import { openWebSocket } from './websocket.js'

const endings: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

function until<P extends Peer>(peer: P): P {
  endings.push(() => peer.close())
  return peer
}

function open(options: Omit<TransportOptions, 'events'>) {
  const facts = new Facts()
  const transport = openWebSocket({ ...options, events: facts })
  endings.push(() => transport.close())
  return { transport, facts }
}

/** An open link, seen from both ends. */
async function opened(link = 1, options: Partial<TransportOptions> = {}) {
  const peer = until(await webSocketPeer())
  const { transport, facts } = open({ url: peer.url, ...options })
  const client = await connect(peer, () => transport.dial(link))
  await facts.until(`opened ${link}`)
  return { peer, transport, facts, client }
}

async function connect(peer: WebSocketPeer, dial: () => void): Promise<WebSocket> {
  const next = peer.next()
  dial()
  return next
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 5 })

test('nothing is dialled before the machine says so', async () => {
  const peer = until(await webSocketPeer())
  const url = vi.fn(() => peer.url)
  const { transport, facts } = open({ url })
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(url).not.toHaveBeenCalled()
  transport.dial(1)
  await facts.until('opened 1')
  expect(url).toHaveBeenCalledTimes(1)
})

test('a link opens with the subprotocol and without extensions', async () => {
  const { client } = await opened()
  expect(client.protocol).toBe('backchat.1')
  expect(client.extensions).toBe('')
})

test('texts go both ways, in order', async () => {
  const { transport, facts, client } = await opened(7)
  const heard: string[] = []
  client.on('message', (data) => heard.push(String(data)))
  transport.send(7, 'one')
  await Promise.resolve()
  transport.send(7, 'two')
  client.send('three')
  client.send('four')
  await facts.until('received 7 four')
  await eventually(() => expect(heard).toEqual(['one', 'two']))
  expect(facts.all).toEqual(['opened 7', 'received 7 three', 'received 7 four'])
})

test('the frames of one turn leave in one text, when it ends', async () => {
  const { transport, client } = await opened()
  const heard: string[] = []
  client.on('message', (data) => heard.push(String(data)))
  for (const frame of ['one', 'two', 'three']) transport.send(1, frame)
  await Promise.resolve()
  transport.send(1, 'four')
  await eventually(() => expect(heard).toEqual(['one\ntwo\nthree', 'four']))
})

test('no text with several frames is longer than every peer takes', async () => {
  const { transport, client } = await opened()
  const heard: string[] = []
  client.on('message', (data) => heard.push(String(data)))
  const frames = [1_365, 1_364, 1, 2_730, 1]
  for (const length of frames) transport.send(1, '你'.repeat(length))
  await eventually(() => expect(heard.at(-1)).toBe('你'))
  expect(heard.map((text) => text.split('\n').length)).toEqual([2, 1, 1, 1])
  expect(Buffer.byteLength(heard[0] ?? '')).toBeLessThanOrEqual(8 * 1024)
})

test('what was sent in the turn that abandons a link leaves before the close frame', async () => {
  const { transport, client } = await opened()
  const heard: string[] = []
  client.on('message', (data) => heard.push(String(data)))
  const closed = new Promise((resolve) => client.once('close', resolve))
  transport.send(1, 'bye')
  transport.abandon(1, 1000)
  expect(await closed).toBe(1000)
  expect(heard).toEqual(['bye'])
})

test('a binary message is garbled, and the link stays', async () => {
  const { facts, client } = await opened()
  client.send(new Uint8Array([1, 2, 3]))
  client.send('hello')
  await facts.until('received 1 hello')
  expect(facts.all).toEqual(['opened 1', 'garbled 1 a binary message', 'received 1 hello'])
})

test('the code and reason of a close frame are reported, once', async () => {
  const { facts, client, peer } = await opened()
  client.close(4409, 'a newer link took over')
  expect(await facts.until('closed 1')).toBe('closed 1 4409 a newer link took over')
  await eventually(() => expect(peer.connections.size).toBe(0))
  expect(facts.all).toEqual(['opened 1', 'closed 1 4409 a newer link took over'])
})

test('a connection that breaks is reported as abnormal', async () => {
  const { facts, client } = await opened()
  client.terminate()
  expect(await facts.until('closed 1')).toBe('closed 1 1006')
})

test('a close frame counts within two seconds although the connection stays open', async () => {
  const { facts, peer, client } = await opened()
  const [connection] = peer.connections
  client.close(1001, 'going away')
  connection?.pause()
  const start = performance.now()
  expect(await facts.until('closed 1')).toBe('closed 1 1001 going away')
  expect(performance.now() - start).toBeLessThan(5_000)
})

test('a message above 4 MiB ends the link, and the server is told why', async () => {
  const { facts, client } = await opened()
  const closed = new Promise((resolve) => client.once('close', resolve))
  client.send('x'.repeat(4 * 1024 * 1024 + 1))
  expect(await facts.until('closed 1')).toBe('closed 1 1006 Max payload size exceeded')
  expect(await closed).toBe(1009)
})

test('a link that cannot open is reported with the reason', async () => {
  const port = await closedPort()
  const { transport, facts } = open({ url: `ws://127.0.0.1:${port}` })
  transport.dial(1)
  expect(await facts.until('closed 1')).toBe(`closed 1 1006 connect ECONNREFUSED 127.0.0.1:${port}`)
})

test('a server that does not speak the subprotocol makes no link', async () => {
  const peer = until(await webSocketPeer({ subprotocol: false }))
  const { transport, facts } = open({ url: peer.url })
  transport.dial(1)
  expect(await facts.until('closed 1')).toBe('closed 1 1006 Server sent no subprotocol')
  expect(facts.all).toHaveLength(1)
})

test('a URL is an address too, given or returned', async () => {
  const peer = until(await webSocketPeer())
  const url = new URL(peer.url)
  for (const option of [url, () => url, async () => url]) {
    const { transport, facts } = open({ url: option })
    transport.dial(1)
    await facts.until('opened 1')
  }
})

test('an address that is none is reported, not thrown', async () => {
  const { transport, facts } = open({ url: 'nonsense' })
  transport.dial(1)
  expect(await facts.until('closed 1')).toBe('closed 1 1006 Invalid URL: nonsense')
})

test.each<[string, () => Promise<string>, string]>([
  ['rejects', () => Promise.reject(new Error('no network')), 'no network'],
  ['throws', thrower, 'a slip'],
  [
    'returns nothing',
    () => Promise.resolve(JSON.parse('null')),
    'the url function returned neither a string nor a URL',
  ],
])('a url function that %s is a closed link, and the next dial asks again', async (_, fails, reason) => {
  const peer = until(await webSocketPeer())
  const url = vi.fn(fails)
  const { transport, facts } = open({ url })
  transport.dial(1)
  expect(facts.all).toEqual([])
  expect(await facts.until('closed 1')).toBe(`closed 1 1006 no URL: ${reason}`)
  url.mockResolvedValue(peer.url)
  transport.dial(2)
  await facts.until('opened 2')
  expect(facts.all).toHaveLength(2)
})

function thrower(): never {
  throw new Error('a slip')
}

test('what a url function answers after its link was abandoned is dropped', async () => {
  const peer = until(await webSocketPeer())
  const answers: ((url: string) => void)[] = []
  const { transport, facts } = open({ url: () => new Promise((resolve) => answers.push(resolve)) })
  transport.dial(1)
  transport.abandon(1, 1000)
  transport.dial(2)
  await eventually(() => expect(answers).toHaveLength(2))
  answers[0]?.(peer.url)
  // Whoever dials after that answer and is through has left it time to do harm.
  await anotherOpens(peer)
  expect(facts.all).toEqual([])
  answers[1]?.(peer.url)
  await facts.until('opened 2')
  expect(facts.all).toEqual(['opened 2'])
})

test('a url function that fails after its link was abandoned is not heard of', async () => {
  const peer = until(await webSocketPeer())
  const failures: (() => void)[] = []
  const { transport, facts } = open({
    url: () => new Promise((_, reject) => failures.push(() => reject(new Error('too late')))),
  })
  transport.dial(1)
  await eventually(() => expect(failures).toHaveLength(1))
  transport.abandon(1, 1000)
  failures[0]?.()
  await anotherOpens(peer)
  expect(facts.all).toEqual([])
})

async function anotherOpens(peer: Peer): Promise<void> {
  const { transport, facts } = open({ url: peer.url })
  transport.dial(1)
  await facts.until('opened 1')
}

test('however many dials failed, the next one is not delayed', async () => {
  const port = await closedPort()
  const { transport, facts } = open({ url: `ws://127.0.0.1:${port}` })
  for (let link = 1; link <= 50; link += 1) {
    transport.dial(link)
    await facts.until(`closed ${link}`)
  }
  until(await webSocketPeer({ port }))
  transport.dial(51)
  await facts.until('opened 51')
})

test('after a close the next dial opens a link on the same server', async () => {
  const { peer, transport, facts, client } = await opened(1)
  for (let link = 2; link < 6; link += 1) {
    for (const client of peer.clients) client.close(1001)
    await facts.until(`closed ${link - 1} 1001`)
    transport.dial(link)
    await facts.until(`opened ${link}`)
  }
  expect(client.readyState).toBe(client.CLOSED)
  await eventually(() => expect(peer.connections.size).toBe(1))
})

test('a link may be dialled in the very turn that reports the end of the one before', async () => {
  const peer = until(await webSocketPeer())
  const facts = new Facts()
  const transport = openWebSocket({
    url: peer.url,
    events: {
      opened: (link) => facts.opened(link),
      received: (link, data) => facts.received(link, data),
      garbled: (link, reason) => facts.garbled(link, reason),
      closed: (link) => transport.dial(link + 1),
    },
  })
  endings.push(() => transport.close())
  const client = await connect(peer, () => transport.dial(1))
  await facts.until('opened 1')
  client.close()
  await facts.until('opened 2')
})

test('an abandoned link closes with its code, and nothing more is heard of it', async () => {
  const { peer, transport, facts, client } = await opened()
  const closed = new Promise((resolve) => client.once('close', resolve))
  client.send('too late')
  transport.abandon(1, 4410)
  expect(await closed).toBe(4410)
  await eventually(() => expect(peer.connections.size).toBe(0))
  expect(facts.all).toEqual(['opened 1'])
})

test('a link that is abandoned when a text arrives does not hear the one that came with it', async () => {
  const peer = until(await webSocketPeer())
  const facts = new Facts()
  const transport = openWebSocket({
    url: peer.url,
    events: {
      opened: (link) => facts.opened(link),
      received(link, data) {
        facts.received(link, data)
        transport.abandon(link, 1000)
      },
      garbled: (link, reason) => facts.garbled(link, reason),
      closed: (link, code, reason) => facts.closed(link, code, reason),
    },
  })
  endings.push(() => transport.close())
  const client = await connect(peer, () => transport.dial(1))
  await facts.until('opened 1')
  const closed = new Promise((resolve) => client.once('close', resolve))
  const [connection] = peer.connections
  connection?.cork()
  client.send('one')
  client.send('two')
  connection?.uncork()
  await closed
  expect(facts.all).toEqual(['opened 1', 'received 1 one'])
})

test('a text that was sent before its link is abandoned arrives', async () => {
  const { transport, client } = await opened()
  const heard = new Promise((resolve) => client.once('message', (data) => resolve(String(data))))
  transport.send(1, 'bye')
  transport.abandon(1, 1000)
  expect(await heard).toBe('bye')
})

test('abandoning ends a half-open link at once, whatever the peer does', async () => {
  const peer = until(await mutePeer())
  const terminate = vi.spyOn(WebSocket.prototype, 'terminate')
  endings.push(() => terminate.mockRestore())
  const { transport, facts } = open({ url: peer.url })
  transport.dial(1)
  await facts.until('opened 1')
  transport.abandon(1, 4410)
  // A mere close would wait for a close frame that never comes.
  expect(terminate).toHaveBeenCalledOnce()
  await eventually(() => expect(peer.connections.size).toBe(0))
  expect(facts.all).toEqual(['opened 1'])
})

test('abandoning a link that is still connecting ends it without an error', async () => {
  const peer = until(await silentPeer())
  const { transport, facts } = open({ url: peer.url })
  transport.dial(1)
  await eventually(() => expect(peer.connections.size).toBe(1))
  transport.abandon(1, 1000)
  await eventually(() => expect(peer.connections.size).toBe(0))
  expect(facts.all).toEqual([])
})

test('how long a dial may take is not for the transport to say', async () => {
  const peer = until(await silentPeer())
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  endings.push(() => void vi.useRealTimers())
  const { transport, facts } = open({ url: peer.url })
  transport.dial(1)
  while (peer.connections.size === 0) {
    await vi.advanceTimersByTimeAsync(1)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await vi.advanceTimersByTimeAsync(24 * 60 * 60 * 1000)
  expect(facts.all).toEqual([])
  expect(peer.connections.size).toBe(1)
})

test('dialling abandons an older link', async () => {
  const { peer, transport, facts, client } = await opened(1)
  const closed = new Promise((resolve) => client.once('close', resolve))
  transport.dial(2)
  await facts.until('opened 2')
  expect(await closed).toBe(1000)
  await eventually(() => expect(peer.connections.size).toBe(1))
  expect(facts.all).toEqual(['opened 1', 'opened 2'])
})

test('what concerns an older link is ignored', async () => {
  const { transport, facts, client } = await opened(2)
  const heard: string[] = []
  client.on('message', (data) => heard.push(String(data)))
  transport.send(1, 'stale')
  transport.abandon(1, 4410)
  transport.send(2, 'current')
  await eventually(() => expect(heard).toEqual(['current']))
  expect(facts.all).toEqual(['opened 2'])
})

test('a text for a link that is not open is lost, neither thrown nor queued', async () => {
  const peer = until(await webSocketPeer())
  const heard: string[] = []
  peer.next().then((client) => client.on('message', (data) => heard.push(String(data))))
  const { transport, facts } = open({ url: peer.url })
  transport.send(1, 'too early')
  transport.dial(1)
  while (facts.all.length === 0) {
    transport.send(1, 'too early')
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(facts.all).toEqual(['opened 1'])
  transport.send(1, 'in time')
  await eventually(() => expect(heard).toEqual(['in time']))
})

test('a text for a dying link is lost, and its end is reported', async () => {
  const { transport, facts, client } = await opened()
  client.terminate()
  transport.send(1, 'lost')
  expect(await facts.until('closed 1')).toMatch(/^closed 1 1006/)
  transport.send(1, 'lost too')
  expect(facts.all).toHaveLength(2)
})

class Refusing extends WebSocket {
  override send(): never {
    throw new Error('out of order')
  }
}

test('a socket whose send throws is a closed link', async () => {
  const { transport, facts, peer } = await opened(1, { WebSocket: Refusing })
  transport.send(1, 'hello')
  expect(facts.all).toEqual(['opened 1'])
  expect(await facts.until('closed 1')).toBe('closed 1 1006 out of order')
  await eventually(() => expect(peer.connections.size).toBe(0))
})

test('a link that is abandoned after a failed send reports no end', async () => {
  const { transport, facts, peer } = await opened(1, { WebSocket: Refusing })
  transport.send(1, 'hello')
  transport.abandon(1, 1000)
  await eventually(() => expect(peer.connections.size).toBe(0))
  expect(facts.all).toEqual(['opened 1'])
})

test('a closed transport has no socket and dials no more', async () => {
  const { transport, facts, client, peer } = await opened()
  const closed = new Promise((resolve) => client.once('close', resolve))
  transport.close()
  transport.close()
  transport.dial(2)
  expect(await closed).toBe(1000)
  await eventually(() => expect(peer.connections.size).toBe(0))
  expect(facts.all).toEqual(['opened 1'])
})

test('the browser’s WebSocket, Node’s and that of ws fit the option', () => {
  const fitting: WebSocketConstructor[] = [WebSocket]
  const ofBrowsers = (one: typeof globalThis.WebSocket): WebSocketConstructor => one
  expect([fitting, ofBrowsers]).toHaveLength(2)
})
