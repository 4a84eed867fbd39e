import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { LinkSocket, leastTakenBytes, mostQueuedBytes, slowBytes } from './link-socket.js'
import { takenBytes } from './taken-bytes.js'
import { webSocketServer } from './upgrade.js'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A real client and the server's end of its link. */
const pair = async ({ messageBytes = 64 * 1024 } = {}) => {
  const http = createServer()
  const sockets = webSocketServer(messageBytes)
  const looks = new Set<() => void>()
  const heard: unknown[] = []
  let writes = 0
  let bytesRead = () => 0
  let taken = () => 0
  const after = (_delayMs: number, look: () => void) => {
    looks.add(look)
    return () => void looks.delete(look)
  }
  const accepted = new Promise<LinkSocket>((resolve) => {
    http.on('upgrade', (request, stream, head) => {
      sockets.handleUpgrade(request, stream, head, (socket) => {
        bytesRead = () => (stream as Socket).bytesRead
        taken = () => takenBytes(stream)
        const write = stream._write.bind(stream)
        stream._write = (chunk, encoding, done) => {
          writes += 1
          write(chunk, encoding, done)
        }
        const writeMany = stream._writev?.bind(stream)
        stream._writev = (chunks, done) => {
          writes += 1
          writeMany?.(chunks, done)
        }
        resolve(
          new LinkSocket(
            { link: 1, socket, stream, request },
            { after },
            {
              received: (_link, text) => heard.push(text),
              garbled: (_link, reason, tooLarge) => heard.push({ reason, tooLarge }),
              closed: () => heard.push('closed'),
              gone: () => heard.push('gone'),
            },
          ),
        )
      })
    })
  })
  http.listen(0)
  await once(http, 'listening')
  const client = new WebSocket(`ws://localhost:${(http.address() as AddressInfo).port}`)
  client.on('error', () => {})
  const texts: string[] = []
  const messages: number[] = []
  client.on('message', (data) => {
    const frames = String(data).split('\n')
    texts.push(...frames)
    messages.push(frames.length)
  })
  cleanups.push(() => {
    client.terminate()
    http.close()
    return vi.waitFor(() => expect(heard.at(-1)).toBe('gone'), { timeout: 3_000 })
  })
  const link = await accepted
  await once(client, 'open')
  /** A client that is paused reads a little. */
  const readSome = async () => {
    client.resume()
    await once(client, 'message')
    client.pause()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    link,
    client,
    heard,
    texts,
    messages,
    looks,
    writes: () => writes,
    bytesRead: () => bytesRead(),
    taken: () => taken(),
    readSome,
  }
}

test('the frames of one turn leave in one text and arrive in order', async () => {
  const { link, texts, messages, writes } = await pair()
  for (let n = 0; n < 50; n += 1) link.transmit(`frame ${n}`)
  link.flush()
  link.transmit('another turn')
  link.flush()
  await vi.waitFor(() => expect(texts).toHaveLength(51))
  expect(texts[49]).toBe('frame 49')
  expect(messages).toEqual([50, 1])
  expect(writes()).toBe(2)
})

test('no text with several frames is longer than every peer takes', async () => {
  const { link, texts, messages, writes } = await pair()
  const frames = [1_365, 1_364, 1, 2_730, 1]
  for (const length of frames) link.transmit('你'.repeat(length), '你')
  link.flush()
  await vi.waitFor(() => expect(texts.map(({ length }) => length)).toEqual(frames))
  expect(messages).toEqual([2, 1, 1, 1])
  expect(Buffer.byteLength(texts.slice(0, 2).join('\n'))).toBeLessThanOrEqual(8 * 1024)
  expect(writes()).toBe(1)
})

test('frames of all lengths and languages arrive in order, and those that are short leave in one write', async () => {
  const { link, texts, writes } = await pair()
  const said = [1, 125, 126, 127, 65_534, 65_535, 65_536].flatMap((length) => ['a'.repeat(length), '你'.repeat(length)])
  said.push('\u0000\u007f', '\u0080\u00ff', '😀')
  for (const text of said.slice(0, 8)) link.transmit(text)
  link.flush()
  expect(writes()).toBe(1)
  for (const text of said.slice(8)) link.transmit(text)
  link.flush()
  await vi.waitFor(() => expect(texts).toHaveLength(said.length))
  expect(texts).toEqual(said)
})

test('what was gathered leaves before the close frame', async () => {
  const { link, client, texts } = await pair()
  link.transmit('one')
  link.transmit('two')
  link.abandon(4400, 'over')
  const [code] = await once(client, 'close')
  expect(code).toBe(4400)
  expect(texts).toEqual(['one', 'two'])
})

test('a binary message is no frame', async () => {
  const { client, heard } = await pair()
  client.send(Buffer.from('{"kind":"ping"}'))
  await vi.waitFor(() => expect(heard).toEqual([{ reason: expect.stringContaining('binary'), tooLarge: false }]))
})

test('a stranger may say 16 KiB, who was welcomed more', async () => {
  const { link, client, heard } = await pair()
  client.send('x'.repeat(16 * 1024))
  await vi.waitFor(() => expect(heard).toEqual(['x'.repeat(16 * 1024)]))
  link.welcome()
  client.send('x'.repeat(60 * 1024))
  await vi.waitFor(() => expect(heard[1]).toBe('x'.repeat(60 * 1024)))
})

test('a stranger who says more than 16 KiB is told, once', async () => {
  const { client, heard } = await pair()
  client.send('x'.repeat(16 * 1024 + 1))
  await vi.waitFor(() => expect(heard).toEqual([{ reason: expect.any(String), tooLarge: true }]))
  client.send('x'.repeat(60 * 1024))
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(heard).toHaveLength(1)
})

test('what a stranger says is counted before the message is whole, and no more of it is taken in', async () => {
  const { link, client, heard, bytesRead } = await pair({ messageBytes: 16 * 1024 * 1024 })
  // The WebSocket of the server would keep all of it.
  client.send('x'.repeat(15 * 1024 * 1024))
  await vi.waitFor(() => expect(heard).toEqual([{ reason: expect.any(String), tooLarge: true }]))
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(bytesRead()).toBeLessThan(256 * 1024)
  link.abandon(1009, 'too large')
  await vi.waitFor(() => expect(heard.at(-1)).toBe('gone'), { timeout: 3_000 })
  expect(bytesRead()).toBeLessThan(256 * 1024)
  expect(heard).toHaveLength(2)
})

test('a stranger who is being sent away is not listened to for longer either', async () => {
  const { link, client, heard, bytesRead } = await pair({ messageBytes: 16 * 1024 * 1024 })
  link.abandon(4408, 'no hello')
  client.send('x'.repeat(15 * 1024 * 1024))
  await vi.waitFor(() => expect(heard).toEqual(['gone']), { timeout: 3_000 })
  expect(bytesRead()).toBeLessThan(256 * 1024)
})

test('what the WebSocket itself refuses is reported at once', async () => {
  const { link, client, heard } = await pair()
  link.welcome()
  client.send('x'.repeat(80 * 1024))
  await vi.waitFor(() => expect(heard[0]).toEqual({ reason: expect.any(String), tooLarge: true }))
  const other = await pair()
  other.client.send(Buffer.from([0xff, 0xfe]), { binary: false })
  await vi.waitFor(() => expect(other.heard[0]).toEqual({ reason: expect.any(String), tooLarge: false }))
})

test('who goes is reported as closed, once', async () => {
  const { client, heard } = await pair()
  client.terminate()
  await vi.waitFor(() => expect(heard).toEqual(['closed', 'gone']))
})

test('abandoning flushes, tells the code, and nothing is reported any more', async () => {
  const { link, client, heard, texts } = await pair()
  const closed = once(client, 'close')
  link.transmit('last words')
  link.abandon(4400, 'é'.repeat(200))
  client.send('too late')
  const [code, reason] = await closed
  expect(texts).toEqual(['last words'])
  expect(code).toBe(4400)
  expect(String(reason)).toMatch(/^é+/)
  await vi.waitFor(() => expect(heard).toEqual(['gone']))
})

test('who is abandoned with much unread is told the code, and nothing more is reported', async () => {
  const { link, client, heard } = await pair()
  client.pause()
  while (link.queuedBytes < mostQueuedBytes - 500_000) link.transmit('x'.repeat(100_000))
  link.transmit('x'.repeat(1_000_000))
  const closed = once(client, 'close')
  link.abandon(4409, 'a newer link took over')
  expect(heard).toEqual([])
  client.resume()
  expect((await closed)[0]).toBe(4409)
})

test('a healthy reader may be sent a burst larger than the bound', async () => {
  const { link, heard, texts, looks } = await pair()
  const text = 'x'.repeat(100 * 1024)
  for (let bytes = 0; bytes < 2 * slowBytes; bytes += text.length) link.transmit(text)
  link.flush()
  await vi.waitFor(() => expect(texts.length * text.length).toBeGreaterThan(2 * slowBytes))
  look(looks)
  expect(looks.size).toBe(0)
  expect(heard).toEqual([])
})

/** The kernels on both sides take some, so more than these bytes is sent. */
const fill = async (link: LinkSocket, bytes: number) => {
  const text = 'x'.repeat(100 * 1024)
  while (link.queuedBytes <= bytes) {
    link.transmit(text)
    link.flush()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** A while has passed. */
const look = (looks: Set<() => void>) => {
  for (const due of [...looks]) {
    looks.delete(due)
    due()
  }
}

test('a reader that takes nothing is given up after a while', async () => {
  const { link, client, heard, looks } = await pair()
  client.pause()
  await fill(link, slowBytes)
  expect(heard).toEqual([])
  expect(looks.size).toBe(1)
  look(looks)
  expect(heard).toEqual(['closed'])
  await vi.waitFor(() => expect(heard).toEqual(['closed', 'gone']), { timeout: 3_000 })
})

test('a reader that is at it is not given up, however long it is; once it takes nothing, it is', async () => {
  const { link, client, heard, looks, taken, readSome } = await pair()
  client.pause()
  await fill(link, 3 * slowBytes)
  const before = taken()
  while (taken() - before < leastTakenBytes) await readSome()
  expect(link.queuedBytes).toBeGreaterThan(slowBytes)
  look(looks)
  expect(heard).toEqual([])
  expect(looks.size).toBe(1)
  look(looks)
  expect(heard).toEqual(['closed'])
})

test('never more than a bound is queued, however fast it comes', async () => {
  const { link, client, heard } = await pair()
  client.pause()
  const text = 'x'.repeat(100 * 1024)
  let most = 0
  while (heard.length === 0) {
    link.transmit(text)
    most = Math.max(most, link.queuedBytes)
  }
  expect(heard).toEqual(['closed'])
  expect(most).toBeGreaterThan(slowBytes)
  expect(most).toBeLessThanOrEqual(mostQueuedBytes + text.length + 1024)
})
