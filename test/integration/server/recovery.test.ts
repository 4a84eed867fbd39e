/** Handlers that fail, and sessions that ask for much, on real sockets. */

import { recovery } from '@backchat/server'
import { expect, test } from 'vitest'
import { greeted } from './raw-client.js'
import { serve } from './serve.js'

const failing = () => {
  throw new Error('hush')
}

test('a handler that may run again is tried again, and another is not', async () => {
  const { manager, url, errors } = await serve({ plugins: [recovery({ retry: { attempts: 3, delay: 1 } })] })
  const calls = { again: 0, once: 0 }
  const third = (name: keyof typeof calls) => () => {
    calls[name] += 1
    return calls[name] === 3 ? 'third' : failing()
  }
  manager.registerHandler('again', third('again'), { idempotent: true })
  manager.registerHandler('once', third('once'))
  const { client } = await greeted(url)
  client.request(1, 'again', null)
  expect(await client.next('reply')).toMatchObject({ message: { content: 'third' } })
  expect(errors).toEqual([])
  client.request(2, 'once', null)
  expect(await client.next('error')).toMatchObject({ n: 2, error: { code: 'HANDLER_FAILED', mayHaveExecuted: true } })
  expect(calls).toEqual({ again: 3, once: 1 })
})

test('what has begun to stream is never begun again', async () => {
  const { manager, url } = await serve({ plugins: [recovery({ retry: { delay: 1 }, fallback: () => 'instead' })] })
  let calls = 0
  const stream = async function* () {
    calls += 1
    yield calls
    failing()
  }
  manager.registerHandler('story', stream, { idempotent: true })
  const { client } = await greeted(url)
  client.request(1, 'story', null, { mode: 'stream' })
  expect(await client.next('chunk')).toMatchObject({ chunk: 0, content: 1 })
  expect(await client.next('error')).toMatchObject({ error: { code: 'HANDLER_FAILED' } })
  expect(calls).toBe(1)
})

test('a handler that fails again and again is left alone, and tried when its time has come', async () => {
  const breaker = { failures: 2, open: 300 }
  const { manager, url } = await serve({ plugins: [recovery({ retry: false, breaker })] })
  let calls = 0
  manager.registerHandler('text', () => {
    calls += 1
    return calls > 2 ? 'well again' : failing()
  })
  manager.registerHandler('other', () => 'untouched')
  const { client } = await greeted(url)
  for (const n of [1, 2]) {
    client.request(n, 'text', null)
    expect(await client.next('error')).toMatchObject({ n, error: { code: 'HANDLER_FAILED' } })
  }
  client.request(3, 'text', null)
  const refusal = await client.next('error')
  expect(refusal).toMatchObject({ n: 3, refused: true, error: { code: 'OVERLOADED', mayHaveExecuted: false } })
  expect(calls).toBe(2)
  client.request(4, 'other', null)
  await client.next('reply')
  const { retryAfterMs } = refusal['error'] as { retryAfterMs: number }
  await new Promise((resolve) => setTimeout(resolve, retryAfterMs + 50))
  client.request(3, 'text', null)
  expect(await client.next('reply')).toMatchObject({ n: 3, message: { content: 'well again' } })
})

test('silence counts as a failure; refusals on purpose and cancels do not', async () => {
  const plugins = [recovery({ retry: false, breaker: { failures: 1, open: 60_000 } })]
  const { manager, url } = await serve({ plugins })
  manager.registerHandler('silent', () => new Promise(() => {}), { timeout: 50 })
  manager.registerHandler('refuse', (_message, context) => {
    throw context.failure('on purpose')
  })
  manager.registerHandler('slow', () => new Promise(() => {}))
  const { client } = await greeted(url)
  for (const n of [1, 2]) {
    client.request(n, 'refuse', null)
    expect(await client.next('error')).toMatchObject({ n, error: { code: 'FAILURE', failure: 'on purpose' } })
  }
  client.request(3, 'slow', null)
  client.send({ kind: 'cancel', n: 3 })
  await client.next('cancelled')
  client.request(4, 'slow', null)
  client.request(5, 'silent', null)
  expect(await client.next('error')).toMatchObject({ n: 5, error: { code: 'HANDLER_TIMEOUT' } })
  client.request(6, 'silent', null)
  expect(await client.next('error')).toMatchObject({ n: 6, error: { code: 'OVERLOADED' } })
})

test('a fallback answers for a handler that fails or is left alone; when it fails, nothing of it is told', async () => {
  let broken = false
  const fallback = () => (broken ? failing() : 'come back later')
  const plugins = [recovery({ types: { text: { retry: false, breaker: { failures: 2 }, fallback } } })]
  const { manager, url } = await serve({ plugins })
  let calls = 0
  manager.registerHandler('text', () => {
    calls += 1
    failing()
  })
  const { client } = await greeted(url)
  for (const n of [1, 2, 3]) {
    client.request(n, 'text', null)
    expect(await client.next('reply')).toMatchObject({ n, message: { content: 'come back later' } })
  }
  expect(calls).toBe(2)
  broken = true
  client.request(4, 'text', null)
  const error = await client.next('error')
  expect(error).toMatchObject({ n: 4, error: { code: 'OVERLOADED' } })
  expect(JSON.stringify(error)).not.toContain('hush')
})

test('one that waits to be tried again is called off when the manager closes', async () => {
  const { manager, url, clock } = await serve({ plugins: [recovery({ retry: { delay: 50_000 } })] })
  let calls = 0
  const fails = () => {
    calls += 1
    return failing()
  }
  manager.registerHandler('again', fails, { idempotent: true })
  const { client } = await greeted(url)
  client.request(1, 'again', null)
  await client.nextOf('started')
  await manager.close({ drain: 0 })
  expect([calls, clock.timers()]).toEqual([1, 0])
})

test('numbers that make no sense are refused when the plugin is made', () => {
  expect(() => recovery({ retry: { attempts: 0 } })).toThrow('retry.attempts')
  expect(() => recovery({ types: { text: { breaker: { open: -1 } } } })).toThrow('breaker.open')
})

test('messages of an ordered type are handled in order; beyond what may wait there is a typed refusal', async () => {
  const { manager, url } = await serve({ config: { concurrency: { perSession: 2, waiting: 1 } } })
  const notes: unknown[] = []
  const releases: (() => void)[] = []
  const handler = (message: { content: unknown }) => {
    notes.push(message.content)
    return new Promise((resolve) => releases.push(() => resolve(message.content)))
  }
  manager.registerHandler('ordered', handler, { ordered: true })
  const { client, welcome } = await greeted(url)
  for (const n of [1, 2, 3]) client.request(n, 'ordered', n)
  expect(await client.next('error')).toMatchObject({ n: 3, refused: true, error: { code: 'OVERLOADED' } })
  expect(notes).toEqual([1])
  releases[0]?.()
  expect(await client.next('reply')).toMatchObject({ n: 1 })
  client.request(3, 'ordered', 3)
  for (const n of [2, 3]) {
    await expect.poll(() => notes.length).toBe(n)
    releases[n - 1]?.()
    expect(await client.next('reply')).toMatchObject({ n })
  }
  expect(notes).toEqual([1, 2, 3])
  const [connection, ...others] = manager.connections()
  expect(others).toEqual([])
  expect(manager.connections({ session: String(welcome['sessionId']) })).toEqual([connection])
  expect(manager.connections({ user: 'nobody' })).toEqual([])
})

test('a client that uses an id twice gives up the one that it cancels, and not the other', async () => {
  const { manager, url } = await serve({ plugins: [recovery()] })
  let finish: () => void = () => {}
  manager.registerHandler('slow', () => new Promise((resolve) => (finish = () => resolve('done'))))
  const { client } = await greeted(url)
  const message = { id: 'same', timestamp: new Date().toISOString(), type: 'slow' }
  for (const n of [1, 2]) client.send({ kind: 'request', n, mode: 'request', leftMs: 20_000, message })
  client.send({ kind: 'cancel', n: 1 })
  await client.next('cancelled')
  finish()
  expect(await client.nextOf('reply', 'error')).toMatchObject({ kind: 'reply', n: 2, message: { content: 'done' } })
})
