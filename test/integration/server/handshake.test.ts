/** Who gets in: hello, welcome and every way to be turned away, on real sockets. */

import { once } from 'node:events'
import type { Connection } from '@backchat/server'
import { expect, test, vi } from 'vitest'
import { dial, greeted, newIdentity } from './raw-client.js'
import { serve } from './serve.js'

test('who says hello is welcome, and the application hears of the connection', async () => {
  const { manager, url } = await serve()
  const connections: Connection[] = []
  manager.on('connection', (connection) => connections.push(connection))
  const { client, welcome } = await greeted(url)
  expect(client.socket.protocol).toBe('backchat.1')
  expect(client.socket.extensions).toBe('')
  expect(welcome).toMatchObject({
    resumed: false,
    head: 0,
    idempotent: [],
    limits: { messageBytes: 65_536, window: 256, ranges: 64 },
    heartbeatMs: 25_000,
  })
  expect(connections).toHaveLength(1)
  expect(connections[0]).toMatchObject({
    session: { id: welcome['sessionId'] },
    resumed: false,
    user: { role: 'guest' },
    state: {},
    headers: { host: expect.stringContaining('localhost') },
  })
  expect(connections[0]?.remoteAddress).toMatch(/127\.0\.0\.1|::1/)
})

test('a client that comes back finds its session, and its older link is told', async () => {
  const { manager, url } = await serve()
  const events: string[] = []
  manager.on('connection', ({ session, resumed }) => events.push(`connection ${session.id} ${resumed}`))
  manager.on('disconnection', ({ session }) => events.push(`disconnection ${session.id}`))
  const identity = newIdentity()
  const first = await greeted(url, identity)
  const session = first.welcome['sessionId']
  const second = await greeted(url, identity, { attempt: 2, epoch: first.welcome['epoch'] })
  expect(second.welcome).toMatchObject({ resumed: true, sessionId: session, epoch: first.welcome['epoch'] })
  expect(await first.client.next('refuse')).toMatchObject({ code: 'superseded' })
  expect(await first.client.closed).toBe(4409)
  expect(events).toEqual([`connection ${session} false`, `disconnection ${session}`, `connection ${session} true`])
})

test('who knows a client id but not its secret is refused, and nothing changes', async () => {
  const { url } = await serve()
  const identity = newIdentity()
  const { client } = await greeted(url, identity)
  const thief = await dial(url)
  thief.hello({ ...newIdentity(), client: identity.client }, { attempt: 5 })
  expect(await thief.next('refuse')).toMatchObject({ code: 'not-yours' })
  client.send({ kind: 'ping' })
  await client.next('pong')
})

test('an attempt that was overtaken is stale', async () => {
  const { url } = await serve()
  const identity = newIdentity()
  await greeted(url, identity, { attempt: 3 })
  const late = await dial(url)
  late.hello(identity, { attempt: 2 })
  expect(await late.next('refuse')).toMatchObject({ code: 'stale' })
  expect(await late.closed).toBe(4409)
})

test('another version is refused for good', async () => {
  const { url } = await serve()
  const client = await dial(url)
  client.hello(newIdentity(), { version: 2 })
  expect(await client.next('refuse')).toMatchObject({ code: 'version' })
  expect(await client.closed).toBe(4426)
})

test('a stranger that says nothing is let go', async () => {
  const { url } = await serve({}, 10)
  const client = await dial(url)
  expect(await client.closed).toBe(4408)
})

test('before welcome only a hello is heard, and a small one', async () => {
  const { url } = await serve()
  const speech: [sent: string | Buffer, code: number][] = [
    ['nonsense', 4400],
    ['[]', 4400],
    ['{"kind":"ping"}', 4400],
    ['{"kind":"something-new"}', 4400],
    ['{"kind":"hello"}', 4400],
    [Buffer.from('{"kind":"ping"}'), 4400],
    [JSON.stringify({ kind: 'hello', token: 'x'.repeat(17 * 1024) }), 1009],
    ['x'.repeat(200 * 1024), 1009],
  ]
  for (const [sent, code] of speech) {
    const client = await dial(url)
    client.socket.send(sent)
    expect(await client.closed, String(sent).slice(0, 40)).toBe(code)
    expect(client.unread()).toEqual([])
  }
})

test('a second hello closes the link and keeps the session', async () => {
  const { url } = await serve()
  const identity = newIdentity()
  const { client, welcome } = await greeted(url, identity)
  client.hello(identity, { attempt: 2 })
  expect(await client.closed).toBe(4400)
  const back = await greeted(url, identity, { attempt: 3, epoch: welcome['epoch'] })
  expect(back.welcome['resumed']).toBe(true)
})

test('after welcome what is no frame closes the link, and what is of an unknown kind does not', async () => {
  const { url } = await serve()
  const { client } = await greeted(url)
  client.send({ kind: 'something-new', with: 'fields' })
  client.send({ kind: 'ping' })
  await client.next('pong')
  client.socket.send('{"kind":"request","n":0}')
  expect(await client.closed).toBe(4400)
})

test('the application says who somebody is, and its user is the handlers’ user', async () => {
  const asked: unknown[] = []
  const { manager, url } = await serve({
    authenticate: async (token, request) => {
      asked.push([token, request.headers['x-proof']])
      return token === 'good' ? { id: 'ann', role: 'admin' } : null
    },
  })
  manager.registerHandler('whoami', (_message, { user }) => user.role)
  const bad = await dial(url, { headers: { 'X-Proof': 'upgrade' } })
  bad.hello(newIdentity(), { token: 'bad' })
  expect(await bad.next('refuse')).toMatchObject({ code: 'unauthorized' })
  expect(await bad.closed).toBe(4401)
  const { client } = await greeted(url, newIdentity(), { token: 'good' })
  client.request(1, 'whoami', null)
  expect(await client.next('reply')).toMatchObject({ message: { content: 'admin' } })
  expect(asked).toEqual([
    ['bad', 'upgrade'],
    ['good', undefined],
  ])
})

test('an authenticate that throws, answers nonsense or never answers refuses, and only the application learns why', async () => {
  const answers = [
    () => Promise.reject(new Error('the secret database')),
    () => ({ id: '' }),
    () => new Promise<never>(() => {}),
  ]
  for (const authenticate of answers) {
    const { url, errors } = await serve({ authenticate }, 10)
    const client = await dial(url)
    client.hello(newIdentity())
    const code = await client.closed
    expect(code).toBeGreaterThan(1_000)
    expect(JSON.stringify(client.unread())).not.toContain('database')
    await vi.waitFor(() => expect(errors).toMatchObject([{ code: 'UNAUTHORIZED' }]))
  }
})

test('the server holds no more connections than it may, and says when to come again', async () => {
  const { url } = await serve({ config: { maxConnections: 2 } })
  const first = await greeted(url)
  await greeted(url)
  const third = await dial(url)
  third.hello(newIdentity())
  expect(await third.next('refuse')).toMatchObject({ code: 'full', retryAfterMs: expect.any(Number) })
  expect(await third.closed).toBe(4429)
  first.client.terminate()
  await vi.waitFor(() => greeted(url))
})

test('who is silent is asked, and then let go', async () => {
  const { manager, url } = await serve({ config: { heartbeat: { interval: 1_000 } } }, 10)
  const reasons: string[] = []
  manager.on('disconnection', (_connection, reason) => reasons.push(reason))
  const { client } = await greeted(url)
  expect(await client.closed).toBe(4410)
  expect(client.unread()).toMatchObject([{ kind: 'ping' }])
  expect(reasons).toHaveLength(1)
})

test('connection middleware lets in or not, and handlers wait for it', async () => {
  const { manager, url, errors } = await serve()
  const events: string[] = []
  manager.use('connection', async (connection, next) => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    if (connection.headers['x-let-in'] !== 'yes') throw new Error('not today')
    connection.state['locale'] = 'de'
    await next()
  })
  manager.on('connection', (connection) => events.push(`connection ${connection.state['locale']}`))
  manager.on('disconnection', () => events.push('disconnection'))
  manager.registerHandler('locale', (_message, context) => context.state['locale'])
  const welcomed = await dial(url, { headers: { 'X-Let-In': 'yes' } })
  welcomed.hello(newIdentity())
  await welcomed.next('welcome')
  welcomed.request(1, 'locale', null)
  expect(await welcomed.next('reply')).toMatchObject({ message: { content: 'de' } })
  const { client } = await greeted(url)
  await client.closed
  expect(events).toEqual(['connection de'])
  expect(errors).toMatchObject([{ message: expect.stringContaining('Connection middleware') }])
})

test('a state that cannot be made closes the connection and is an error', async () => {
  const { url, errors } = await serve({
    state: () => {
      throw new Error('no state')
    },
  })
  const { client } = await greeted(url)
  await client.closed
  expect(errors).toMatchObject([{ message: expect.stringContaining('option state') }])
})

test('the application may end a connection, and the client comes back to its session', async () => {
  const { manager, url } = await serve()
  manager.on('connection', (connection) => {
    if (!connection.resumed) connection.close('enough')
  })
  const identity = newIdentity()
  const { client, welcome } = await greeted(url, identity)
  const [, reason] = await once(client.socket, 'close')
  expect(String(reason)).toBe('enough')
  const back = await greeted(url, identity, { attempt: 2, epoch: welcome['epoch'] })
  expect(back.welcome['resumed']).toBe(true)
})

test('who says bye ends the session', async () => {
  const { manager, url } = await serve()
  const ended: unknown[] = []
  manager.on('sessionEnded', (session, user) => ended.push([session.id, user]))
  const identity = newIdentity()
  const { client, welcome } = await greeted(url, identity)
  client.send({ kind: 'bye' })
  expect(await client.closed).toBe(1000)
  expect(ended).toEqual([[welcome['sessionId'], `guest:${identity.client}`]])
  const back = await greeted(url, identity, { attempt: 2, epoch: welcome['epoch'] })
  expect(back.welcome['resumed']).toBe(false)
})
