/** What a server says of a request when somebody asks: how far it got, and why no further, on real sockets. */

import { createClient } from '@backchat/client'
import { memoryStore, type Store } from '@backchat/server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { greeted, newIdentity } from './raw-client.js'
import { serve } from './serve.js'

/** Handlers that do not end by themselves. */
const never = () => new Promise<never>(() => {})

/** Polls, for a look may come before what it looks for. */
const eventually = (look: () => unknown, what: unknown) => vi.waitFor(() => expect(look()).toEqual(what), 10_000)

test('from its coming until the client has confirmed it, and in the words of the client', async () => {
  const { manager, url } = await serve({ authenticate: (token) => ({ id: String(token) }) })
  let release: () => void = () => {}
  manager.registerHandler('slow', () => new Promise<void>((resolve) => (release = resolve)))
  const client = createClient({ url, token: () => 'ann' })
  onTestFinished(() => client.close())
  expect(manager.explain('nobody')).toBeUndefined()
  const pending = client.request('slow', null)
  await eventually(() => client.explain(pending.id)?.stage, 'started')
  const [connection] = manager.connections()
  const running = manager.explain(pending.id)
  expect(running).toMatchObject({
    id: pending.id,
    type: 'slow',
    mode: 'request',
    stage: 'started',
    outcome: 'pending',
    userId: 'ann',
    sessionId: connection?.session.id,
    connectionId: connection?.id,
    waitsFor: 'handler',
    n: 1,
  })
  expect(running?.trace.map(({ stage }) => stage)).toEqual(['received', 'started'])
  expect(running?.text).toMatch(
    /^slow \S+ of ann, session \S+: its handler was running: silent for .*, given up after 60 s \(/,
  )
  expect(client.explain(pending.id)?.text).toMatch(/^slow \S+: its handler was running: /)
  release()
  await pending
  await eventually(() => manager.explain(pending.id)?.stage, 'settled')
  expect(manager.explain(pending.id)).toMatchObject({ outcome: 'ok', waitsFor: undefined, waitsMs: 0, reason: '' })
  expect(manager.explain(pending.id)?.text).toMatch(
    /: settled with ok, confirmed by the client; it got as far as: its handler had replied \(received, started .*, replied /,
  )
})

test('what waits for middleware, for its connection, for its turn or for its reader says so', async () => {
  const { manager, url } = await serve({ config: { concurrency: { perSession: 2 } } })
  manager.registerHandler('stuck', never)
  manager.registerHandler('blocked', () => 'never called')
  manager.registerHandler('story', async function* () {
    for (;;) yield 'word'
  })
  manager.use(async (context, next) => (context.message.type === 'blocked' ? never() : next()))
  let admit = () => {}
  manager.use('connection', async (_connection, next) => {
    await new Promise<void>((resolve) => (admit = resolve))
    await next()
  })
  const { client } = await greeted(url)
  const whatFor = (n: number) => manager.explain(`message-${n}`)?.waitsFor
  client.request(1, 'stuck', null)
  await eventually(() => whatFor(1), 'connection')
  expect(manager.explain('message-1')?.stage).toBe('received')
  admit()
  await eventually(() => whatFor(1), 'handler')
  client.request(2, 'story', null, { mode: 'stream' })
  await eventually(() => whatFor(2), 'reader')
  expect(manager.explain('message-2')).toMatchObject({ stage: 'started', mode: 'stream' })
  client.request(3, 'blocked', null)
  await eventually(() => whatFor(3), 'turn')
  client.send({ kind: 'cancel', n: 1 })
  await eventually(() => whatFor(3), 'middleware')
  expect(manager.explain('message-3')).toMatchObject({ stage: 'received', outcome: 'pending' })
  expect(manager.explain('message-1')).toMatchObject({ outcome: 'ABORTED' })
})

test('an answer is kept for a client that is away, until it has come back for it', async () => {
  const { manager, url } = await serve()
  let release: () => void = () => {}
  manager.registerHandler('slow', () => new Promise<void>((resolve) => (release = resolve)))
  const identity = newIdentity()
  const { client, welcome } = await greeted(url, identity)
  client.request(1, 'slow', null)
  await client.next('started')
  client.terminate()
  await eventually(() => manager.connections().length, 0)
  expect(manager.explain('message-1')).toMatchObject({ stage: 'started', waitsFor: 'handler' })
  release()
  await eventually(() => manager.explain('message-1')?.waitsFor, 'client')
  expect(manager.explain('message-1')).toMatchObject({ stage: 'replied', outcome: 'ok' })
  expect(manager.explain('message-1')?.text).toMatch(
    /its answer is kept; the client has had no link here for .*: The link was lost/,
  )
  const back = await greeted(url, identity, { attempt: 2, epoch: welcome['epoch'] })
  back.client.request(1, 'slow', null)
  await back.client.next('reply')
  expect(manager.explain('message-1')?.text).toContain('the client came back')
  back.client.send({ kind: 'ack', push: 0, floor: 1, settled: [] })
  await eventually(() => manager.explain('message-1')?.stage, 'settled')
})

test('what a hello says is settled is so', async () => {
  const { manager, url } = await serve()
  manager.registerHandler('text', () => 'reply')
  const identity = newIdentity()
  const { client, welcome } = await greeted(url, identity)
  client.request(1, 'text', null)
  await client.next('reply')
  expect(manager.explain('message-1')).toMatchObject({ stage: 'replied', waitsFor: 'client' })
  expect(manager.explain('message-1')?.reason).toMatch(
    /^its answer is kept; sent .* ago, and not confirmed by the client$/,
  )
  client.terminate()
  await greeted(url, identity, { attempt: 2, epoch: welcome['epoch'], floor: 1 })
  expect(manager.explain('message-1')?.stage).toBe('settled')
})

test('with its session everything is over', async () => {
  const { manager, url } = await serve()
  manager.registerHandler('text', () => 'reply')
  const { client } = await greeted(url)
  client.request(1, 'text', null)
  await client.next('reply')
  client.send({ kind: 'bye' })
  await client.closed
  await eventually(() => manager.explain('message-1')?.stage, 'settled')
  expect(manager.explain('message-1')?.text).toContain('settled with ok, its session is over')
})

test('a store that does not answer is what is waited for', async () => {
  const memory = memoryStore()
  let hanging = false
  let release: () => void = () => {}
  const store: Store = {
    async apply(operations) {
      if (hanging) await new Promise<void>((resolve) => (release = resolve))
      return memory.apply(operations)
    },
    close: () => memory.close(),
  }
  const { manager, url } = await serve({ store })
  manager.registerHandler('text', () => 'reply')
  const { client } = await greeted(url)
  hanging = true
  client.request(1, 'text', null)
  await eventually(() => manager.explain('message-1')?.waitsFor, 'store')
  expect(manager.explain('message-1')).toMatchObject({ stage: 'received', outcome: 'pending', type: 'text' })
  expect(manager.explain('message-1')?.text).toMatch(/at the server, its handler not started: waits for the store for /)
  hanging = false
  release()
  await client.next('reply')
})

test('each of two servers on a store knows what it was asked and what it ran', async () => {
  const memory = memoryStore()
  // It is closed once both are.
  const store: Store = { apply: (operations) => memory.apply(operations), close: () => {} }
  const one = await serve({ store })
  const two = await serve({ store })
  for (const { manager } of [one, two]) manager.registerHandler('stuck', never)
  const identity = newIdentity()
  const { client, welcome } = await greeted(one.url, identity)
  client.request(1, 'stuck', null)
  await client.next('started')
  client.terminate()
  expect(two.manager.explain('message-1')).toBeUndefined()
  const moved = await greeted(two.url, identity, { attempt: 2, epoch: welcome['epoch'] })
  moved.client.request(1, 'stuck', null)
  await eventually(() => two.manager.explain('message-1')?.waitsFor, 'server')
  expect(two.manager.explain('message-1')?.text).toContain('another server of this store has had it for')
  expect(one.manager.explain('message-1')).toMatchObject({ stage: 'started', waitsFor: 'handler' })
})

test('what was refused without a run is known while the flight recorder remembers it', async () => {
  const { manager, url } = await serve({ config: { flightRecords: 8 } })
  const { client } = await greeted(url)
  client.request(1, 'made-up', null)
  await client.next('error')
  expect(manager.explain('message-1')).toMatchObject({ stage: 'settled', outcome: 'NO_HANDLER', type: 'made-up', n: 1 })
  expect(manager.explain('message-1')?.text).toContain('settled with NO_HANDLER, refused: its number may come again')
  for (let n = 2; n <= 6; n += 1) {
    client.request(n, 'made-up', null)
    await client.next('error')
  }
  expect(manager.explain('message-1')).toBeUndefined()
})

test('how a handler failed, timed out, or was limited', async () => {
  const { manager, url } = await serve({ config: { rateLimit: { perSecond: 0.001, burst: 2 } } })
  manager.registerHandler('bad', () => {
    throw new Error('no')
  })
  manager.registerHandler('late', never, { timeout: 50 })
  const { client } = await greeted(url)
  for (const [n, type] of [
    [1, 'bad'],
    [2, 'late'],
    [3, 'bad'],
  ] as const) {
    client.request(n, type, null)
    await client.next('error')
  }
  const outcome = (n: number) => [manager.explain(`message-${n}`)?.outcome, manager.explain(`message-${n}`)?.stage]
  expect([1, 2, 3].map(outcome)).toEqual([
    ['HANDLER_FAILED', 'started'],
    ['HANDLER_TIMEOUT', 'started'],
    ['RATE_LIMITED', 'settled'],
  ])
})

test('so many are remembered as config.explained says', async () => {
  const { manager, url } = await serve({ config: { explained: 2, flightRecords: 0 } })
  manager.registerHandler('text', () => 'reply')
  const { client } = await greeted(url)
  for (let n = 1; n <= 6; n += 1) {
    client.request(n, 'text', null)
    await client.next('reply')
    if (n % 2 === 1) client.send({ kind: 'ack', push: 0, floor: n, settled: [] })
  }
  client.request(7, 'made-up', null)
  await client.next('error')
  const known = [1, 2, 3, 4, 5, 6, 7].filter((n) => manager.explain(`message-${n}`) !== undefined)
  expect(known).toEqual([5, 6])
  expect(manager.flightRecords()).toEqual([])
})

test('the flight recorder has who said what, and no content, token or secret', async () => {
  const { manager, url } = await serve({ authenticate: (token) => ({ id: String(token).slice(0, 3) }) })
  manager.registerHandler('text', () => 'the-content')
  const identity = newIdentity()
  const { client, welcome } = await greeted(url, identity, { token: 'ann-the-token' })
  client.request(1, 'text', 'the-content')
  await client.next('reply')
  const session = String(welcome['sessionId'])
  const pushed = await manager.sendToSession(session, { type: 'system', content: 'the-content' })
  await client.next('push')
  const other = await greeted(url, newIdentity(), { token: 'ben' })
  const records = manager.flightRecords({ session })
  expect(records.map(({ direction, kind, n, type, id }) => [direction, kind, n, type, id])).toEqual([
    ['in', 'opened', undefined, undefined, undefined],
    ['in', 'hello', undefined, undefined, undefined],
    ['out', 'welcome', undefined, undefined, undefined],
    ['in', 'request', 1, 'text', 'message-1'],
    ['out', 'reply', 1, 'text', 'message-1'],
    ['out', 'push', 1, 'system', pushed.ok && pushed.id],
  ])
  const [connection] = manager.connections({ session })
  expect(new Set(records.map(({ connectionId }) => connectionId))).toEqual(new Set([connection?.id]))
  expect(manager.flightRecords({ request: 'message-1' }).map(({ kind }) => kind)).toEqual(['request', 'reply'])
  expect(manager.flightRecords({ session: String(other.welcome['sessionId']) })).toHaveLength(3)
  const all = JSON.stringify(manager.flightRecords())
  for (const secret of ['the-content', 'the-token', identity.secret, identity.client]) expect(all).not.toContain(secret)
})
