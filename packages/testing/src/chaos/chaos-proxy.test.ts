import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as passed } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { type ChaosProxy, chaosProxy } from './chaos-proxy.js'

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

test('bytes pass in both directions and are counted', async () => {
  const { proxy, client, served } = await tcpLink()
  client.write('up')
  expect(await text(served, 2)).toBe('up')
  served.write('down')
  expect(await text(client, 4)).toBe('down')
  expect(proxy.connections).toBe(1)
  expect(proxy.counters).toEqual({ links: 1, refused: 0, cuts: 0, bytesUp: 2, bytesDown: 4 })
})

test('the end of one direction passes on and leaves the other open', async () => {
  const { client, served } = await tcpLink()
  client.end('last words')
  expect(await text(served, 10)).toBe('last words')
  await once(served, 'end')
  served.end('farewell')
  expect(await text(client, 8)).toBe('farewell')
  await once(client, 'close')
})

test('a peer that breaks off breaks the other side off', async () => {
  const { client, served } = await tcpLink()
  served.resetAndDestroy()
  expect(await ending(client)).toBe('rst')
})

test('a server that is not there resets the client', async () => {
  const proxy = await opened({ target: { port: 1 } })
  const client = dial(proxy)
  expect(await ending(client)).toBe('rst')
})

test('a cut ends both sides by reset, or politely', async () => {
  const first = await tcpLink()
  first.proxy.cut()
  expect(await Promise.all([ending(first.client), ending(first.served)])).toEqual(['rst', 'rst'])
  const second = await tcpLink()
  second.proxy.cut({ how: 'fin' })
  expect(await Promise.all([ending(second.client), ending(second.served)])).toEqual(['fin', 'fin'])
  expect(second.proxy.counters.cuts).toBe(1)
})

test('a cut that only the client sees leaves the server with a silent link until healed', async () => {
  const { proxy, client, served } = await tcpLink()
  proxy.cut({ side: 'client' })
  expect(await ending(client)).toBe('rst')
  served.write('into the void')
  await passed(20)
  expect(served.destroyed).toBe(false)
  expect(proxy.connections).toBe(1)
  proxy.heal()
  expect(await ending(served)).toBe('rst')
  await until(() => proxy.connections === 0)
})

test('a silent cut leaves both sides open and lets new links through', async () => {
  const { proxy, client, served, next } = await tcpLink()
  proxy.cut({ how: 'silent' })
  client.write('lost')
  const other = dial(proxy)
  const otherServed = await next()
  other.write('new')
  expect(await text(otherServed, 3)).toBe('new')
  expect(served.bytesRead).toBe(0)
  expect(client.destroyed).toBe(false)
})

test('a black hole swallows one direction, and what lost bytes is reset when healed', async () => {
  const { proxy, client, served } = await tcpLink()
  proxy.blackHole({ direction: 'down' })
  served.write('lost')
  client.write('heard')
  expect(await text(served, 5)).toBe('heard')
  await passed(20)
  expect(client.bytesRead).toBe(0)
  proxy.heal()
  expect(await Promise.all([ending(client), ending(served)])).toEqual(['rst', 'rst'])
})

test('a black hole in which nothing was lost leaves no trace', async () => {
  const { proxy, client, served } = await tcpLink()
  proxy.blackHole({ forMs: 20 })
  await passed(60)
  served.write('still here')
  expect(await text(client, 10)).toBe('still here')
})

test('an end that falls into a black hole is not told to the other side', async () => {
  const { proxy, client, served } = await tcpLink()
  proxy.blackHole()
  client.destroy()
  await passed(20)
  expect(served.readableEnded).toBe(false)
  expect(served.destroyed).toBe(false)
})

test('new connections to a black hole are accepted and find silence, or are refused, or are carried', async () => {
  const { proxy, served, next } = await tcpLink()
  proxy.blackHole()
  const silent = dial(proxy)
  await once(silent, 'connect')
  silent.write('hello?')
  proxy.blackHole({ dials: 'refused' })
  expect(await ending(dial(proxy))).not.toBe('open')
  expect(proxy.counters.refused).toBe(1)
  expect(silent.destroyed).toBe(false)
  proxy.heal()
  proxy.blackHole({ direction: 'down', dials: 'carried' })
  dial(proxy).write('up only')
  const carried = await next()
  expect(carried).not.toBe(served)
  expect(await text(carried, 7)).toBe('up only')
})

test('a stall holds bytes back and gives them in order when healed', async () => {
  const { proxy, client, served } = await tcpLink()
  proxy.stall()
  for (const word of ['one ', 'two ', 'three']) served.write(word)
  await passed(20)
  expect(client.bytesRead).toBe(0)
  proxy.heal()
  expect(await text(client, 13)).toBe('one two three')
})

test('a stalled sender that goes on is not read beyond the bound', async () => {
  const { proxy, client, served } = await tcpLink({ heldBytes: 64 * 1024 })
  client.resume()
  proxy.stall()
  served.write(Buffer.alloc(32 * 1024 * 1024))
  expect(await Promise.race([once(served, 'drain'), passed(500)])).toBeUndefined()
  proxy.heal()
  await once(served, 'drain')
})

test('a receiver that does not read holds its sender back', async () => {
  const { client, served } = await tcpLink({ heldBytes: 64 * 1024 })
  client.pause()
  served.write(Buffer.alloc(32 * 1024 * 1024))
  expect(await Promise.race([once(served, 'drain'), passed(500)])).toBeUndefined()
  client.resume()
  await once(served, 'drain')
})

test('a connection that was accepted elsewhere is carried, and may end in one direction first', async () => {
  const { proxy, next } = await tcpLink()
  const front = createServer((socket) => proxy.carry(socket, Buffer.from('first ')))
  const client = connect({ port: await listening(front), host: '127.0.0.1', allowHalfOpen: true })
  client.end('last')
  const served = await next()
  expect(await text(served, 10)).toBe('first last')
  await passed(20)
  served.end('farewell')
  expect(await text(client, 8)).toBe('farewell')
})

test('delay keeps the order, also when it becomes shorter', async () => {
  const { proxy, client, served } = await tcpLink()
  proxy.delay(60, 'down')
  const start = performance.now()
  served.write('slow ')
  await until(() => proxy.counters.bytesDown === 0)
  await passed(10)
  proxy.delay(0)
  served.write('fast')
  expect(await text(client, 9)).toBe('slow fast')
  expect(performance.now() - start).toBeGreaterThanOrEqual(59)
})

test('refusing resets new connections for a while and leaves the others alone', async () => {
  const { proxy, client, served, next } = await tcpLink()
  proxy.refuse(50)
  expect(await ending(dial(proxy))).not.toBe('open')
  client.write('still')
  expect(await text(served, 5)).toBe('still')
  await passed(80)
  dial(proxy)
  await next()
})

test('a link is cut exactly before the frame that matches', async () => {
  const { proxy, client, server } = await webSocketLink()
  const got = heard(client)
  const cut = proxy.cutBefore('"kind":"reply"')
  server.send('{"kind":"started"}')
  server.send('{"kind":"reply","n":1}')
  server.send('{"kind":"push"}')
  expect(await cut.done).toBe('{"kind":"reply","n":1}')
  await once(client, 'close')
  expect(got).toEqual(['{"kind":"started"}'])
  expect(cut.pending).toBe(false)
})

test('a frame that comes in pieces is cut before it is whole', async () => {
  const { proxy, client, server } = await webSocketLink()
  const got = heard(client)
  const cut = proxy.cutBefore(/^x+END$/)
  server.send('before')
  server.send(`${'x'.repeat(900_000)}END`)
  expect((await cut.done)?.length).toBe(900_003)
  await once(client, 'close')
  expect(got).toEqual(['before'])
})

test('what the client sends is matched too, skipping as many frames as wished', async () => {
  const { proxy, client, server } = await webSocketLink()
  const got = heard(server)
  const cut = proxy.cutBefore((text) => text.startsWith('b'), { direction: 'up', skip: 1, how: 'fin' })
  for (const word of ['a', 'b1', 'b2', 'c']) client.send(word)
  expect(await cut.done).toBe('b2')
  await once(server, 'close')
  expect(got).toEqual(['a', 'b1'])
})

test('a link can go silent before a frame instead of ending', async () => {
  const { proxy, client, server } = await webSocketLink()
  const got = heard(client)
  const cut = proxy.cutBefore('secret', { how: 'silent' })
  server.send('open')
  server.send('secret')
  await cut.done
  client.send('anybody?')
  await passed(20)
  expect(got).toEqual(['open'])
  expect([client.readyState, server.readyState]).toEqual([WebSocket.OPEN, WebSocket.OPEN])
})

test('a planned cut that is called off lets its frame pass', async () => {
  const { proxy, client, server } = await webSocketLink()
  const got = heard(client)
  const cut = proxy.cutBefore('x')
  cut.cancel()
  server.send('x')
  await once(client, 'message')
  expect(got).toEqual(['x'])
  expect(await cut.done).toBeUndefined()
})

test('a link is cut behind the byte that was named, and only there', async () => {
  const { proxy, client, served, next } = await tcpLink()
  const cut = proxy.cutAfter(6, { how: 'fin' })
  served.write('four')
  expect(await text(client, 4)).toBe('four')
  expect(cut.pending).toBe(true)
  served.write('more')
  expect(await text(client, 2)).toBe('mo')
  expect(await Promise.all([ending(client), ending(served)])).toEqual(['fin', 'fin'])
  expect([cut.pending, proxy.counters.bytesDown]).toEqual([false, 6])
  dial(proxy)
  const again = await next()
  again.write('not cut again')
  await until(() => proxy.counters.bytesDown === 19)
})

test('what the client sends is counted too, from its first byte on', async () => {
  const { proxy, client, served } = await tcpLink()
  proxy.cutAfter(1_000).cancel()
  proxy.cutAfter(0, { direction: 'up' })
  client.write('nothing of this')
  expect(await Promise.all([ending(client), ending(served)])).toEqual(['rst', 'rst'])
  expect([served.bytesRead, proxy.counters.cuts]).toEqual([0, 1])
  for (const wrong of [-1, 0.5, Number.NaN]) expect(() => proxy.cutAfter(wrong)).toThrow('no number of bytes')
})

test('an HTTP server passes its upgrades through the same faults', async () => {
  const { proxy, port } = await webSocketServer()
  const front = createHttpServer((_, response) => response.end('page'))
  front.on('upgrade', proxy.handleUpgrade)
  const frontPort = await listening(front)
  const client = new WebSocket(`ws://127.0.0.1:${frontPort}/chat?x=1`)
  closers.push(() => client.terminate())
  await once(client, 'open')
  client.send('echo')
  expect(String((await once(client, 'message'))[0])).toBe('echo')
  expect(port).not.toBe(frontPort)
  proxy.cut()
  await once(client, 'close')
  expect(await (await fetch(`http://127.0.0.1:${frontPort}`)).text()).toBe('page')
})

test('links beyond the bound are reset', async () => {
  const { proxy } = await tcpLink({ maxLinks: 1 })
  expect(await ending(dial(proxy))).not.toBe('open')
  expect(proxy.counters).toMatchObject({ links: 1, refused: 1 })
})

test('closing ends every link, held bytes and planned cuts included', async () => {
  const { proxy, client, served } = await tcpLink()
  const cut = proxy.cutBefore('never')
  proxy.delay(60_000)
  proxy.stall({ forMs: 60_000 })
  served.write('held')
  await passed(10)
  await proxy.close()
  expect(await cut.done).toBeUndefined()
  await Promise.all([ending(client), ending(served)])
  expect(proxy.connections).toBe(0)
})

test('closing in the very turn in which links are cut ends them all the same', async () => {
  for (const how of ['rst', 'fin', 'silent'] as const) {
    const { proxy, client } = await tcpLink()
    proxy.cut({ how })
    await proxy.close()
    await ending(client)
    expect(proxy.connections).toBe(0)
  }
})

async function opened(options: Parameters<typeof chaosProxy>[0]): Promise<ChaosProxy> {
  const proxy = await chaosProxy(options)
  closers.push(() => proxy.close())
  return proxy
}

/** A client connected through a proxy to a bare TCP server; `next` waits for the server's next socket. */
async function tcpLink(limits: { heldBytes?: number; maxLinks?: number } = {}) {
  const accepted: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    accepted.push(socket)
  })
  const port = await listening(server)
  closers.push(() => {
    for (const socket of accepted) socket.destroy()
  })
  const proxy = await opened({ target: { port }, ...limits })
  let taken = 0
  const next = async () => {
    await until(() => accepted.length > taken)
    return accepted[taken++] as Socket
  }
  const client = dial(proxy)
  return { proxy, client, served: await next(), next }
}

async function webSocketServer() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  closers.push(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  server.on('connection', (socket) => {
    socket.on('error', () => {})
    socket.on('message', (data) => socket.send(String(data)))
  })
  const { port } = server.address() as AddressInfo
  return { server, port, proxy: await opened({ target: { port } }) }
}

async function webSocketLink() {
  const { server, proxy } = await webSocketServer()
  const accepted = once(server, 'connection')
  const client = new WebSocket(`ws://127.0.0.1:${proxy.port}`)
  client.on('error', () => {})
  closers.push(() => client.terminate())
  await once(client, 'open')
  const [socket] = (await accepted) as [WebSocket]
  socket.removeAllListeners('message')
  return { proxy, client, server: socket }
}

function heard(socket: WebSocket): string[] {
  const texts: string[] = []
  socket.on('message', (data) => texts.push(String(data)))
  return texts
}

function dial(proxy: ChaosProxy): Socket {
  const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => {})
  closers.push(() => {
    socket.destroy()
  })
  return socket
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** The next `length` bytes of a socket. */
async function text(socket: Socket, length: number): Promise<string> {
  let got = ''
  while (got.length < length) {
    const bytes: Buffer | null = socket.read()
    if (bytes) got += bytes.toString()
    else await once(socket, 'readable')
  }
  return got
}

/** How the socket learns of its end. */
function ending(socket: Socket): Promise<'fin' | 'rst'> {
  return new Promise((resolve) => {
    if (socket.destroyed || socket.readableEnded) return resolve(socket.errored ? 'rst' : 'fin')
    socket.once('end', () => resolve('fin'))
    socket.once('error', () => resolve('rst'))
    socket.once('close', () => resolve('fin'))
    socket.resume()
  })
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await passed(2)
}
