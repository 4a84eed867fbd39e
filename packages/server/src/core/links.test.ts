import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type Json, limits } from '@backchat/protocol'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { Input } from '../machine/inputs.js'
import { Links } from './links.js'
import { systemClock } from './system.js'
import { acceptUpgrades } from './upgrade.js'

/** Links behind a real door, and what they told the machine. */
const linked = async () => {
  const inputs: Input[] = []
  const links = new Links({ feed: (input) => inputs.push(input), clock: systemClock, messageBytes: 64 * 1024 })
  const server = createServer().listen(0)
  await once(server, 'listening')
  const stop = acceptUpgrades(server, {
    path: undefined,
    origins: undefined,
    messageBytes: 64 * 1024,
    failed: () => {},
    refusedOrigin: () => {},
    accepted: (...link) => links.open(...link),
  })
  onTestFinished(async () => {
    stop()
    await links.close(1001, 'over')
    server.close()
    await once(server, 'close')
  })
  const dial = async () => {
    const client = new WebSocket(`ws://localhost:${(server.address() as AddressInfo).port}`, 'backchat.1')
    const texts: string[] = []
    client.on('message', (data) => texts.push(String(data)))
    await once(client, 'open')
    return { client, texts }
  }
  return { links, inputs, dial }
}

test('links are numbered from 1, and frames become inputs', async () => {
  const { inputs, dial } = await linked()
  const { client } = await dial()
  await dial()
  client.send('{"kind":"ping"}')
  client.send('{"kind":"tomorrow"}')
  await vi.waitFor(() => expect(inputs).toHaveLength(4))
  expect(inputs).toEqual([
    { kind: 'opened', link: 1 },
    { kind: 'opened', link: 2 },
    { kind: 'received', link: 1, frame: { kind: 'ping' } },
    { kind: 'garbled', link: 1, reason: expect.stringContaining('tomorrow'), tooLarge: false },
  ])
})

test('a text holds a frame in each line; what follows a garbled one is not read', async () => {
  const { links, inputs, dial } = await linked()
  const { client } = await dial()
  links.transmit(1, {
    kind: 'welcome',
    sessionId: 's',
    epoch: 'e',
    resumed: false,
    head: 0,
    idempotent: [],
    limits,
    heartbeatMs: 1,
  })
  client.send('{"kind":"ping"}\n{"kind":"tomorrow"}\n{"kind":"bye"}')
  client.send('{"kind":"pong"}\n'.repeat(2) + '\n'.repeat(1_000))
  await vi.waitFor(() => expect(inputs.at(-1)?.kind).toBe('garbled'))
  expect(inputs.map((input) => (input.kind === 'received' ? input.frame.kind : input.kind))).toEqual([
    'opened',
    'ping',
    'bye',
    'pong',
    'pong',
    'garbled',
  ])
})

test('before welcome nothing after an unknown kind is read', async () => {
  const { inputs, dial } = await linked()
  const { client } = await dial()
  client.send('{"kind":"tomorrow"}\n'.repeat(100).trimEnd())
  client.send('{"kind":"ping"}')
  await vi.waitFor(() => expect(inputs.at(-1)?.kind).toBe('received'))
  expect(inputs.map(({ kind }) => kind)).toEqual(['opened', 'garbled', 'received'])
})

test('what follows a long frame to a slow reader does not stay behind', async () => {
  const { links, inputs, dial } = await linked()
  const { client, texts } = await dial()
  client.pause()
  const chunk = (number: number, length: number) =>
    links.transmit(1, { kind: 'chunk', n: 1, chunk: number, content: JSON.stringify('x'.repeat(length)) as Json })
  let sent = 0
  // Until so much is queued that one more long frame is too much for now.
  while (links.queuedBytes < 900_000) {
    chunk(sent++, 200_000)
    links.flush()
    await new Promise((resolve) => setImmediate(resolve))
  }
  chunk(sent++, 400_000)
  chunk(sent++, 5)
  links.flush()
  await new Promise((resolve) => setImmediate(resolve))
  client.resume()
  await vi.waitFor(() => expect(texts.flatMap((text) => text.split('\n'))).toHaveLength(sent), { timeout: 5_000 })
  expect(inputs.map(({ kind }) => kind)).toEqual(['opened'])
})

test('what is transmitted waits for the end of the turn', async () => {
  const { links, dial } = await linked()
  const { texts } = await dial()
  links.transmit(1, { kind: 'ping' })
  links.transmit(99, { kind: 'ping' })
  await new Promise((resolve) => setImmediate(resolve))
  expect(texts).toEqual([])
  links.flush()
  await vi.waitFor(() => expect(texts).toEqual(['{"kind":"ping"}']))
})

test('the upgrade of a link is there until it is released or the link is over', async () => {
  const { links, inputs, dial } = await linked()
  const { client } = await dial()
  await dial()
  expect(links.request(1)?.url).toBe('/')
  links.release(1)
  expect(links.request(1)).toBeUndefined()
  client.close()
  await vi.waitFor(() => expect(inputs.at(-1)).toEqual({ kind: 'closed', link: 1 }))
  links.abandon(2, 1001, 'over')
  expect(links.request(2)).toBeUndefined()
})

test('a link that comes while links close is closed too, and waited for', async () => {
  const { links, inputs, dial } = await linked()
  const { client: first } = await dial()
  // It does not answer the close frame, so closing takes its second.
  first.pause()
  const closing = links.close(1001, 'over')
  const { client: late } = await dial()
  const lateClosed = once(late, 'close')
  await closing
  expect((await lateClosed)[0]).toBe(1001)
  expect(links.size).toBe(0)
  expect(inputs).toEqual([{ kind: 'opened', link: 1 }])
})

test('a late flush that fails stops none that comes after', () => {
  vi.useFakeTimers({ toFake: ['setImmediate'] })
  onTestFinished(() => void vi.useRealTimers())
  const links = new Links({ feed: () => {}, clock: systemClock, messageBytes: 64 * 1024 })
  const written: unknown[] = []
  const stream = Object.assign(new EventEmitter(), {
    write: (bytes: unknown) => written.push(bytes),
  }) as unknown as Duplex
  const socket = Object.assign(new EventEmitter(), {
    bufferedAmount: 0,
    readyState: 1,
    OPEN: 1,
  }) as unknown as WebSocket
  links.open(socket, stream, {} as IncomingMessage)
  const chunk = () => links.transmit(1, { kind: 'chunk', n: 1, chunk: 0, content: '"x"' as Json })
  vi.spyOn(stream, 'write').mockImplementationOnce(() => {
    throw new Error('broken')
  })
  chunk()
  expect(() => vi.runAllTimers()).toThrow('broken')
  chunk()
  vi.runAllTimers()
  expect(written).toHaveLength(1)
})

test('closing abandons every link, and waits until all sockets are gone', async () => {
  const { links, inputs, dial } = await linked()
  const clients = [await dial(), await dial()]
  const closed = Promise.all(clients.map(({ client }) => once(client, 'close')))
  await links.close(1001, 'over')
  expect((await closed).map(([code]) => code)).toEqual([1001, 1001])
  expect(inputs.map(({ kind }) => kind)).toEqual(['opened', 'opened'])
  await links.close(1001, 'over')
})
