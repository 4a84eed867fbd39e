/** What stands around handlers, on real sockets: checks, limits, records. */

import { defineContract } from '@backchat/protocol'
import { createLogger, type Plugin, WebSocketManager } from '@backchat/server'
import { expect, onTestFinished, test, vi } from 'vitest'
import * as z from 'zod/mini'
import { greeted, newIdentity } from './raw-client.js'
import { freePort, serve, silent } from './serve.js'

const authenticate = (token: string | undefined) => ({ id: token ?? 'nobody' })

test('a message that breaks the contract is told which path is wrong, and never reaches the handler', async () => {
  const contract = defineContract({
    order: { content: z.object({ items: z.array(z.object({ count: z.number() })) }), reply: z.string(), by: 'client' },
  })
  const { manager, url } = await serve({ contract })
  const handler = vi.fn(() => 'taken')
  manager.registerHandler('order', handler)
  const { client } = await greeted(url)
  client.request(1, 'order', { items: [{ count: 1 }, { count: 'two' }] })
  expect(await client.next('error')).toMatchObject({
    n: 1,
    error: { code: 'INVALID_MESSAGE', message: expect.stringContaining('items.1.count: '), mayHaveExecuted: false },
  })
  expect(handler).not.toHaveBeenCalled()
})

test('all sessions of a user share what the user may send, and others do not pay for it', async () => {
  const rateLimit = { perSecond: 0.1, burst: 10, perUser: { perSecond: 0.1, burst: 2 } }
  const { manager, url } = await serve({ authenticate, config: { rateLimit } })
  manager.registerHandler('text', () => 'reply')
  const first = await greeted(url, newIdentity(), { token: 'ann' })
  const second = await greeted(url, newIdentity(), { token: 'ann' })
  const other = await greeted(url, newIdentity(), { token: 'bob' })
  first.client.request(1, 'text', null)
  await first.client.next('reply')
  second.client.request(1, 'text', null)
  await second.client.next('reply')
  second.client.request(2, 'text', null)
  const refusal = await second.client.next('error')
  expect(refusal).toMatchObject({ n: 2, refused: true, error: { code: 'RATE_LIMITED', mayHaveExecuted: false } })
  expect(refusal).toHaveProperty('error.retryAfterMs', expect.any(Number))
  other.client.request(1, 'text', null)
  await other.client.next('reply')
})

test('each request leaves one line of metadata in the log, and nothing of what was said', async () => {
  const lines: string[] = []
  const logger = createLogger({ level: 'debug', destination: { write: (line) => void lines.push(line) } })
  const { manager, url } = await serve({ authenticate, logger, config: { requestLog: 'info' } })
  manager.registerHandler('text', () => 'hush in the reply')
  manager.registerHandler('refuse', (_message, context) => {
    throw context.failure('hush in the failure')
  })
  manager.registerHandler('own', (_message, context) => {
    context.log.info({ token: 'hush', note: 'kept' }, 'own record')
    return null
  })
  const { client, welcome } = await greeted(url, newIdentity(), { token: 'ann' })
  client.request(1, 'text', 'hush')
  await client.next('reply')
  client.request(2, 'refuse', 'hush')
  await client.next('error')
  client.request(3, 'own', 'hush')
  await client.next('reply')
  client.request(4, 'refuse', 'hush', { mode: 'send' })
  await vi.waitFor(() => expect(lines.filter((line) => line.includes('"msg":"request"'))).toHaveLength(4))
  const requests = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request')
  expect(requests).toMatchObject([
    { message: 'message-1', type: 'text', session: welcome['sessionId'], user: 'ann', outcome: 'ok', level: 30 },
    { message: 'message-2', type: 'refuse', outcome: 'FAILURE', mode: 'request', chunks: 0 },
    { message: 'message-3', type: 'own', outcome: 'ok', durationMs: expect.any(Number) },
    { message: 'message-4', outcome: 'FAILURE', mode: 'send' },
  ])
  expect(lines.find((line) => line.includes('own record'))).toContain('kept')
  expect(lines.join()).not.toContain('hush')
})

test('middleware stands around connections and messages in the order of use', async () => {
  const { manager, url } = await serve()
  const notes: string[] = []
  manager.use('connection', async (connection, next) => {
    connection.state['locale'] = 'de'
    notes.push('before the connection')
    await next()
    notes.push('after the connection')
  })
  manager.use(async (context, next) => {
    notes.push(`outer ${context.state['locale']}`)
    await next()
    notes.push(`outer saw ${context.reply?.content}`)
  })
  manager.use(async (_context, next) => {
    notes.push('inner')
    await next()
  })
  manager.on('connection', () => notes.push('connection'))
  manager.registerHandler('text', () => 'reply')
  const { client } = await greeted(url)
  client.request(1, 'text', null)
  await client.next('reply')
  expect(notes).toEqual([
    'before the connection',
    'connection',
    'after the connection',
    'outer de',
    'inner',
    'outer saw reply',
  ])
})

test('middleware of plugins stands outside that of the application, which may come first', async () => {
  const order: string[] = []
  const plugin: Plugin = {
    name: 'outer',
    install(host) {
      host.use('connection', (_connection, next) => {
        order.push('plugin: connection')
        return next()
      })
      host.use((_context, next) => {
        order.push('plugin')
        return next()
      })
    },
  }
  const port = await freePort()
  const manager = new WebSocketManager({ port, logger: silent, plugins: [plugin] })
  onTestFinished(() => manager.close({ drain: 0 }))
  manager.use('connection', (_connection, next) => {
    order.push('application: connection')
    return next()
  })
  manager.use((_context, next) => {
    order.push('application')
    return next()
  })
  manager.registerHandler('text', () => 'hi')
  await manager.ready
  const { client } = await greeted(`ws://localhost:${port}`)
  client.request(1, 'text', null)
  await client.next('reply')
  expect(order).toEqual(['plugin: connection', 'application: connection', 'plugin', 'application'])
})
