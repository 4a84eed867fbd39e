/** Requests and their answers on real sockets: replies, chunks, cancels, refusals, and what a lost link does not lose. */

import { BackchatError, defineContract } from '@backchat/protocol'
import type { HandledReport } from '@backchat/server'
import { expect, test, vi } from 'vitest'
import * as z from 'zod/mini'
import { greeted, newIdentity } from './raw-client.js'
import { serve } from './serve.js'

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('a request is answered by its handler', async () => {
  const { manager, url } = await serve()
  manager.registerHandler('text', async (message, { session }) => ({ said: message.content.text, in: session.id }))
  const { client, welcome } = await greeted(url)
  client.request(1, 'text', { text: 'hello' })
  expect(await client.next('reply')).toEqual({
    kind: 'reply',
    n: 1,
    message: {
      id: expect.stringMatching(/^[\w-]{21}$/),
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      content: { said: 'hello', in: welcome['sessionId'] },
    },
  })
})

test('a handler that is registered when everything runs already is found', async () => {
  const { manager, url } = await serve()
  const { client } = await greeted(url)
  client.request(1, 'late', null)
  expect(await client.next('error')).toMatchObject({
    refused: true,
    error: { code: 'NO_HANDLER', mayHaveExecuted: false },
  })
  manager.registerHandler('late', () => 'here', { idempotent: true })
  client.request(1, 'late', null)
  expect(await client.next('reply')).toMatchObject({ message: { content: 'here' } })
  const { welcome } = await greeted(url)
  expect(welcome['idempotent']).toEqual(['late'])
})

test('a type has one handler, and only if the contract lets a client say it', async () => {
  const contract = defineContract({
    text: { content: z.object({ text: z.string() }), reply: z.string() },
    system: { content: z.string(), by: 'server' },
  })
  const { manager } = await serve({ contract })
  // A program without types may say anything.
  const register = (type: string) => () => manager.registerHandler(type as 'text', () => 'reply')
  register('text')()
  expect(register('text')).toThrow("'text' has a handler already")
  expect(register('other')).toThrow("The contract has no type 'other' that a client may send.")
  expect(register('system')).toThrow("no type 'system' that a client may send")
  expect(register('error')).toThrow("'error' is the name of a local event")
  expect(() => manager.registerHandler('text', 'not a function' as never)).toThrow('is not a function')
})

test('what breaks the contract is answered and never handled', async () => {
  const contract = defineContract({ text: { content: z.object({ text: z.string() }), reply: z.string() } })
  const { manager, url } = await serve({ contract })
  manager.registerHandler('text', (message) => message.content.text)
  const { client } = await greeted(url)
  client.request(1, 'text', { text: 5 })
  expect(await client.next('error')).toMatchObject({ n: 1, error: { code: 'INVALID_MESSAGE', mayHaveExecuted: false } })
  client.request(2, 'text', { text: 'five' })
  expect(await client.next('reply')).toMatchObject({ n: 2, message: { content: 'five' } })
})

test('a stream is chunks in order and then a reply that counts them; a request of the same handler is the reply only', async () => {
  const { manager, url } = await serve()
  manager.registerHandler('count', async function* (message) {
    for (let n = 0; n < message.content; n += 1) yield `${n}`
    return 'done'
  })
  const { client } = await greeted(url)
  client.request(1, 'count', 3, { mode: 'stream' })
  for (const n of [0, 1, 2])
    expect(await client.next('chunk')).toEqual({ kind: 'chunk', n: 1, chunk: n, content: `${n}` })
  expect(await client.next('reply')).toMatchObject({ n: 1, count: 3, message: { content: 'done' } })
  client.request(2, 'count', 3)
  expect(await client.next('reply')).toMatchObject({ n: 2, message: { content: 'done' } })
})

test('a stream runs no further ahead of its reader than it may', async () => {
  let yielded = 0
  const { manager, url } = await serve()
  manager.registerHandler('count', async function* () {
    for (; yielded < 300; yielded += 1) yield yielded
    return 'done'
  })
  const { client } = await greeted(url)
  client.request(1, 'count', null, { mode: 'stream' })
  for (let n = 0; n < 256; n += 1) await client.next('chunk')
  await sleep(50)
  expect(client.unread()).toEqual([])
  expect(yielded).toBeLessThanOrEqual(256)
  client.send({ kind: 'ack', push: 0, floor: 0, settled: [], chunks: [[1, 256]] })
  for (let n = 256; n < 300; n += 1) expect(await client.next('chunk')).toMatchObject({ chunk: n })
  expect(await client.next('reply')).toMatchObject({ count: 300 })
})

test('a send is settled when it is recorded, and its reply is dropped', async () => {
  const { manager, url } = await serve()
  const seen: unknown[] = []
  manager.registerHandler('read', (message) => {
    seen.push(message.content)
    return 'a reply that nobody wants'
  })
  const { client } = await greeted(url)
  client.request(1, 'read', { upTo: 'x' }, { mode: 'send' })
  expect(await client.next('started')).toEqual({ kind: 'started', n: 1 })
  client.send({ kind: 'ping' })
  await client.next('pong')
  expect(seen).toEqual([{ upTo: 'x' }])
})

test('a cancel fires the signal and is acknowledged', async () => {
  const { manager, url } = await serve()
  let aborted: () => void = () => {}
  const abort = new Promise<void>((resolve) => {
    aborted = resolve
  })
  manager.registerHandler('wait', async (_message, { signal }) => {
    signal.addEventListener('abort', () => aborted())
    await abort
  })
  const { client } = await greeted(url)
  client.request(1, 'wait', null)
  await client.next('started')
  client.send({ kind: 'cancel', n: 1 })
  expect(await client.next('cancelled')).toEqual({ kind: 'cancelled', n: 1 })
  await abort
})

test('a handler that is silent for too long is given up, and told', async () => {
  const { manager, url, errors } = await serve({ config: { messageTimeout: 50 } })
  const reports: HandledReport[] = []
  manager.on('handled', (report) => reports.push(report))
  const reasons: unknown[] = []
  manager.registerHandler('wait', (_message, { signal }) => {
    signal.addEventListener('abort', () => reasons.push(signal.reason))
    return new Promise(() => {})
  })
  manager.registerHandler('patient', () => sleep(100).then(() => 'reply'), { timeout: 5_000 })
  const { client } = await greeted(url)
  client.request(1, 'wait', null)
  expect(await client.next('error')).toMatchObject({ n: 1, error: { code: 'HANDLER_TIMEOUT', mayHaveExecuted: true } })
  expect(reasons).toEqual([expect.any(BackchatError)])
  client.request(2, 'patient', null)
  expect(await client.next('reply')).toMatchObject({ n: 2 })
  expect(reports.map(({ outcome }) => outcome)).toEqual(['HANDLER_TIMEOUT', 'ok'])
  expect(errors).toMatchObject([{ code: 'HANDLER_TIMEOUT', type: 'wait' }])
})

test('a handler that throws says nothing of why, and the application is told everything', async () => {
  const { manager, url, errors } = await serve()
  manager.registerHandler('break', () => {
    throw new Error('password is swordfish')
  })
  const { client } = await greeted(url)
  client.request(1, 'break', null)
  const answer = await client.next('error')
  expect(answer['error']).toEqual({ code: 'HANDLER_FAILED', message: 'The handler failed.', mayHaveExecuted: true })
  expect(errors).toMatchObject([{ code: 'HANDLER_FAILED', cause: { message: 'password is swordfish' } }])
})

test('of a send that fails the application hears once', async () => {
  const { manager, url, errors } = await serve()
  manager.registerHandler('read', async () => {
    throw new Error('no')
  })
  const { client } = await greeted(url)
  client.request(1, 'read', null, { mode: 'send' })
  await client.next('started')
  await vi.waitFor(() => expect(errors).toHaveLength(1))
  client.send({ kind: 'ping' })
  await client.next('pong')
  expect(errors).toMatchObject([{ code: 'HANDLER_FAILED', cause: { message: 'no' } }])
})

test('a handler refuses on purpose, with a reason that travels', async () => {
  const { manager, url, errors } = await serve()
  manager.registerHandler('edit', (_message, context) => {
    throw context.failure({ reason: 'read only' })
  })
  const { client } = await greeted(url)
  client.request(1, 'edit', null)
  expect(await client.next('error')).toMatchObject({ error: { code: 'FAILURE', failure: { reason: 'read only' } } })
  expect(errors).toEqual([])
})

test('a refusal of middleware leaves the number free', async () => {
  const { manager, url } = await serve()
  let open = false
  manager.use(async (_context, next) => {
    if (open) return next()
    throw new BackchatError({
      code: 'RATE_LIMITED',
      message: 'Too many.',
      stage: 'received',
      mayHaveExecuted: false,
      retryable: true,
      retryAfterMs: 5,
    })
  })
  manager.registerHandler('text', () => 'reply')
  const { client } = await greeted(url)
  client.request(1, 'text', null)
  expect(await client.next('error')).toMatchObject({ refused: true, error: { code: 'RATE_LIMITED', retryAfterMs: 5 } })
  open = true
  client.request(1, 'text', null)
  await client.next('reply')
})

test('who asks too fast is told when to come again, and then runs', async () => {
  const { manager, url } = await serve({ config: { rateLimit: { perSecond: 4, burst: 2 } } })
  manager.registerHandler('text', () => 'reply')
  const { client } = await greeted(url)
  for (const n of [1, 2, 3]) client.request(n, 'text', null)
  const answers = [
    await client.nextOf('reply', 'error'),
    await client.nextOf('reply', 'error'),
    await client.nextOf('reply', 'error'),
  ]
  const refusal = answers.find(({ kind }) => kind === 'error')
  expect(refusal).toMatchObject({ n: 3, refused: true, error: { code: 'RATE_LIMITED', mayHaveExecuted: false } })
  const error = refusal?.['error'] as { retryAfterMs: number } | undefined
  await sleep((error?.retryAfterMs ?? 0) + 5)
  client.request(3, 'text', null)
  await client.next('reply')
})

test('the reply survives the link: the handler runs once, and the next link gets what it returned', async () => {
  const { manager, url } = await serve()
  let runs = 0
  manager.registerHandler('slow', async () => {
    runs += 1
    await sleep(50)
    return { run: runs }
  })
  const identity = newIdentity()
  const { client, welcome } = await greeted(url, identity)
  client.request(1, 'slow', null)
  await vi.waitFor(() => expect(runs).toBe(1))
  client.terminate()
  await sleep(80)
  const back = await greeted(url, identity, { attempt: 2, epoch: welcome['epoch'] })
  back.client.request(1, 'slow', null)
  expect(await back.client.next('reply')).toMatchObject({ n: 1, message: { content: { run: 1 } } })
  expect(runs).toBe(1)
})

test('a stream goes on at the chunk that is wanted', async () => {
  const { manager, url } = await serve()
  let runs = 0
  manager.registerHandler('count', async function* () {
    runs += 1
    for (let n = 0; n < 20; n += 1) {
      await sleep(5)
      yield n
    }
    return 'done'
  })
  const identity = newIdentity()
  const { client, welcome } = await greeted(url, identity)
  client.request(1, 'count', null, { mode: 'stream' })
  for (let n = 0; n < 5; n += 1) await client.next('chunk')
  client.terminate()
  const back = await greeted(url, identity, { attempt: 2, epoch: welcome['epoch'] })
  back.client.request(1, 'count', null, { mode: 'stream', from: 5 })
  for (let n = 5; n < 20; n += 1) expect(await back.client.next('chunk')).toMatchObject({ chunk: n, content: n })
  expect(await back.client.next('reply')).toMatchObject({ count: 20 })
  expect(runs).toBe(1)
})

test('64 KiB may be said, and no more; a reply may have 1 MiB, and no more', async () => {
  const { manager, url } = await serve()
  manager.registerHandler('length', (message) => message.content.length)
  manager.registerHandler('long', (message) => 'x'.repeat(message.content))
  const identity = newIdentity()
  const { client, welcome } = await greeted(url, identity)
  client.request(1, 'length', 'x'.repeat(65_000))
  expect(await client.next('reply')).toMatchObject({ message: { content: 65_000 } })
  client.request(2, 'long', 1_000_000)
  expect((await client.next('reply'))['message']).toHaveProperty('content.length', 1_000_000)
  client.request(3, 'long', 1_100_000)
  expect(await client.next('error')).toMatchObject({ error: { code: 'TOO_LARGE', mayHaveExecuted: true } })
  client.request(4, 'length', 'x'.repeat(80_000))
  expect(await client.closed).toBe(1009)
  const back = await greeted(url, identity, { attempt: 2, epoch: welcome['epoch'] })
  expect(back.welcome['resumed']).toBe(true)
})

test('many requests of one turn are answered each, and in few packets', async () => {
  const { manager, url } = await serve()
  manager.registerHandler('echo', (message) => message.content)
  const { client } = await greeted(url)
  for (let n = 1; n <= 200; n += 1) client.request(n, 'echo', n)
  const contents: unknown[] = []
  for (let n = 1; n <= 200; n += 1) contents.push((await client.next('reply'))['message'])
  expect(contents).toHaveLength(200)
})

test('a listener that throws stops nothing', async () => {
  const { manager, url, errors } = await serve()
  manager.on('connection', () => {
    throw new Error('a listener')
  })
  manager.on('handled', async () => {
    throw new Error('an async listener')
  })
  manager.on('error', () => {
    throw new Error('a listener of errors')
  })
  manager.registerHandler('text', () => 'reply')
  const { client } = await greeted(url)
  client.request(1, 'text', null)
  await client.next('reply')
  await vi.waitFor(() => expect(errors).toHaveLength(2))
  expect(errors).toMatchObject([
    { message: expect.stringContaining("'connection'"), cause: { message: 'a listener' } },
    { message: expect.stringContaining("'handled'"), cause: { message: 'an async listener' } },
  ])
})
