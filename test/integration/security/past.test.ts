/** Weaknesses that other libraries had beyond the upgrade and the frames of RFC 6455, each by its number. */

import { createClient } from '@backchat/client'
import { closeCodes } from '@backchat/protocol'
import type { WebSocketManager } from '@backchat/server'
import { expect, onTestFinished, test } from 'vitest'
import { dial, greeted, newIdentity } from '../server/raw-client.js'
import { serve } from '../server/serve.js'

const echo = (manager: WebSocketManager) => manager.registerHandler('echo', ({ content }) => content)

/** A second client, to be asked whether it noticed anything. */
const neighbourOf = async (url: string) => {
  const { client } = await greeted(url)
  let n = 0
  return async () => {
    n += 1
    client.request(n, 'echo', n)
    expect(await client.next('reply')).toMatchObject({ n, message: { content: n } })
  }
}

test('CVE-2020-36049: 10 MB of digits are not read', async () => {
  const { url, manager } = await serve()
  echo(manager)
  const allIsWell = await neighbourOf(url)
  const stranger = await dial(url)
  stranger.socket.send('9'.repeat(10_000_000))
  expect(await stranger.closed).toBe(closeCodes.tooLarge)
  const { client } = await greeted(url)
  client.socket.send('9'.repeat(10_000_000))
  expect(await client.closed).toBe(closeCodes.tooLarge)
  await allIsWell()
})

test('CVE-2020-36049: what is nested as deep as fits ends its own link', async () => {
  const { url, manager } = await serve()
  echo(manager)
  const allIsWell = await neighbourOf(url)
  const { client } = await greeted(url)
  client.socket.send(`${'['.repeat(30_000)}${']'.repeat(30_000)}`)
  expect(await client.closed).toBe(closeCodes.protocolError)
  await allIsWell()
})

test.for([
  ['a number as an object', { n: { valueOf: 1 } }],
  ['a number as an array', { n: [1] }],
  ['a type that is an object', { message: { id: 'm', timestamp: '2026-11-25T00:00:00.000Z', type: { toString: 1 } } }],
  ['a mode that is a property’s name', { mode: '__proto__' }],
] as const)('CVE-2022-2421, CVE-2023-32695: %s', async ([, otherwise]) => {
  const { url, manager } = await serve()
  echo(manager)
  const allIsWell = await neighbourOf(url)
  const { client } = await greeted(url)
  client.request(1, 'echo', 1, otherwise)
  expect(await client.closed).toBe(closeCodes.protocolError)
  await allIsWell()
})

test('CVE-2026-33151: numbers that announce 1e9 of something reserve nothing', async () => {
  const { url, manager } = await serve()
  echo(manager)
  const allIsWell = await neighbourOf(url)
  const before = process.memoryUsage().heapUsed
  for (const frame of [
    { kind: 'ack', push: 1e9, floor: 1e9, settled: [[2e9, 3e9]] },
    { kind: 'credit', n: 1, chunks: 1e9, bytes: 1e9 },
    { kind: 'cancel', n: 1e9 },
  ]) {
    const { client } = await greeted(url)
    client.send(frame)
    client.send({ kind: 'ping' })
    await Promise.race([client.next('pong').catch(() => {}), client.closed])
    client.terminate()
  }
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(50_000_000)
  await allIsWell()
})

test('CVE-2017-16031: what names a session, and what opens it, cannot be guessed', async () => {
  const { url } = await serve()
  const ids = new Set<string>()
  for (let count = 0; count < 50; count += 1) {
    const { client, welcome } = await greeted(url)
    ids.add(String(welcome['sessionId']))
    client.terminate()
  }
  expect(ids.size).toBe(50)
  // 21 letters of 64 are 126 bits.
  for (const id of ids) expect(id).toMatch(/^[\w-]{21,}$/)
  // Neighbours in time share no more than chance gives them.
  const [first = '', ...others] = ids
  for (const other of others) expect([...other].filter((letter, at) => letter === first[at]).length).toBeLessThan(10)
})

test('CVE-2017-16031: who knows a client and its session, but not the secret, gets nothing and disturbs nobody', async () => {
  const { url, manager } = await serve()
  echo(manager)
  const identity = newIdentity()
  const { client } = await greeted(url, identity)
  for (const attempt of [2, 1, 2 ** 53 - 1]) {
    const thief = await dial(url)
    thief.hello({ client: identity.client, secret: newIdentity().secret }, { attempt })
    await thief.closed
    expect(thief.unread().map(({ kind }) => kind)).toEqual(['refuse'])
  }
  client.request(1, 'echo', 'mine')
  expect(await client.next('reply')).toMatchObject({ message: { content: 'mine' } })
})

const hostileTypes = ['newListener', 'removeListener', '__proto__', 'constructor', 'toString', 'hasOwnProperty']

test.for(hostileTypes)('CVE-2024-38355: the message type %s is a type like any other', async (type) => {
  const { url, manager, errors } = await serve()
  echo(manager)
  const allIsWell = await neighbourOf(url)
  const { client } = await greeted(url)
  client.request(1, type, null)
  expect(await client.next('error')).toMatchObject({ n: 1, error: { code: 'NO_HANDLER', mayHaveExecuted: false } })
  manager.registerHandler(type, () => `handled ${type}`)
  client.request(2, type, null)
  expect(await client.next('reply')).toMatchObject({ message: { content: `handled ${type}` } })
  expect(errors).toEqual([])
  await allIsWell()
})

test("CVE-2024-38355: the type error has no handler, can have none, and is no event of the manager's", async () => {
  const { url, manager, errors } = await serve()
  expect(() => manager.registerHandler('error', () => {})).toThrow(TypeError)
  const { client } = await greeted(url)
  client.request(1, 'error', null)
  expect(await client.next('error')).toMatchObject({ n: 1, error: { code: 'NO_HANDLER', mayHaveExecuted: false } })
  expect(errors).toEqual([])
})

test.for(hostileTypes)('CVE-2024-38355: a client that is pushed the type %s hears it, and goes on', async (type) => {
  const { url, manager } = await serve()
  echo(manager)
  const client = createClient({ url })
  onTestFinished(() => client.close())
  const heard: unknown[] = []
  client.on(type, ({ content }) => void heard.push(content))
  await client.request('echo', 'ready')
  await manager.broadcast({ type, content: 'pushed' })
  await expect.poll(() => heard).toEqual(['pushed'])
  expect(await client.request('echo', 'on')).toMatchObject({ content: 'on' })
})

test.for([
  ['typed array', new Uint16Array(20)],
  ['number', 60],
  ['null', null],
  ['object', {}],
] as const)('CVE-2026-45736: a reason to close that is a %s is refused where it is given', async ([, reason]) => {
  const { url, manager } = await serve()
  let problem: unknown
  manager.on('connection', (connection) => {
    try {
      connection.close(reason as never)
    } catch (error) {
      problem = error
      connection.close('x'.repeat(10_000))
    }
  })
  const { client } = await greeted(url)
  const said = new Promise<string>((resolve) => client.socket.once('close', (_, text) => resolve(String(text))))
  expect(await said).toBe('x'.repeat(123))
  expect(problem).toBeInstanceOf(TypeError)
})
