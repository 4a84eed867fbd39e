/** What becomes of a request when the link or the server fails: the table that this project exists to win, on real sockets. */

import { setTimeout as sleep } from 'node:timers/promises'
import { BackchatError } from '@backchat/client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SetUp } from './set-up.js'

let setUp: SetUp
beforeEach(async () => {
  setUp = await SetUp.start()
})
afterEach(() => setUp.stop())

/** The error a promise rejects with. */
async function errorOf(promise: PromiseLike<unknown>): Promise<BackchatError> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!BackchatError.is(error)) throw new Error(`Expected a BackchatError, got ${String(error)}`)
  return error
}

test('A: the handler ran and the link is cut before the reply: the original reply comes, one run', async () => {
  const { client, proxy } = setUp
  await client.ready
  const cut = proxy.cutBefore('"kind":"reply"')
  const reply = await client.request('text', { text: 'hello' })
  expect(cut.pending).toBe(false)
  expect(reply.content).toEqual({ text: 'You said: hello' })
  expect(setUp.runs('text')).toBe(1)
})

test('A, ten times in a row: each reply comes, each handler ran once', async () => {
  const { client, proxy } = setUp
  await client.ready
  for (let i = 1; i <= 10; i++) {
    proxy.cutBefore('"kind":"reply"')
    const reply = await client.request('text', { text: String(i) })
    expect(reply.content).toEqual({ text: `You said: ${i}` })
    expect(setUp.runs('text')).toBe(i)
  }
})

test('B: the server never answers: TIMEOUT at the deadline, which says that the handler had started', async () => {
  const { client } = setUp
  await client.ready
  const askedAt = performance.now()
  const error = await errorOf(client.request('silent', {}, { timeout: 1_500 }))
  const tookMs = performance.now() - askedAt
  expect(error).toMatchObject({ code: 'TIMEOUT', stage: 'started', mayHaveExecuted: true })
  expect(tookMs).toBeGreaterThanOrEqual(1_499)
  expect(tookMs).toBeLessThan(2_500)
  expect(setUp.runs('silent')).toBe(1)
})

test('C: the link is a black hole after the request: answered within 10 s, one run', async () => {
  const { client, proxy } = setUp
  await client.ready
  const askedAt = performance.now()
  const pending = client.request('slow', { ms: 500 })
  await expect.poll(() => setUp.runs('slow')).toBe(1)
  proxy.cut({ how: 'silent' })
  const reply = await pending
  expect(reply.content).toEqual({ text: 'slow, but sure' })
  expect(performance.now() - askedAt).toBeLessThan(10_000)
  expect(setUp.runs('slow')).toBe(1)
})

test('D: asked while there is no link: answered once there is one, one run', async () => {
  const { client, proxy } = setUp
  await client.ready
  proxy.refuse()
  proxy.cut()
  await expect.poll(() => client.status.state).not.toBe('online')
  const pending = client.request('text', { text: 'are you there?' })
  await sleep(500)
  expect(pending.stage).toBe('queued')
  proxy.heal()
  expect((await pending).content).toEqual({ text: 'You said: are you there?' })
  expect(setUp.runs('text')).toBe(1)
})

test('a request that never left says so, and that it certainly did not run', async () => {
  const { client, proxy } = setUp
  await client.ready
  proxy.refuse()
  proxy.cut()
  await expect.poll(() => client.status.state).not.toBe('online')
  const error = await errorOf(client.request('text', { text: 'hello' }, { timeout: 400 }))
  expect(error).toMatchObject({ code: 'TIMEOUT', stage: 'queued', mayHaveExecuted: false })
  proxy.heal()
  await expect.poll(() => client.status.state, { timeout: 15_000 }).toBe('online')
  await client.request('text', { text: 'a later one' })
  expect(setUp.runs('text')).toBe(1)
})

test('a stream is cut three times: every chunk comes, once, in order', async () => {
  const { client, proxy } = setUp
  await client.ready
  for (const chunk of [20, 90, 91]) proxy.cutBefore(`"chunk":${chunk},`)
  const story = client.stream('story', { chunks: 200 })
  const pieces: unknown[] = []
  for await (const piece of story) pieces.push(piece)
  expect(pieces).toEqual(Array.from({ length: 200 }, (_, i) => `piece ${i}`))
  expect((await story.reply).content).toEqual({ text: 'the end' })
  expect(setUp.runs('story')).toBe(1)
})

test('the server is killed and forgets everything: sent ends OUTCOME_UNKNOWN, idempotent runs again, queued is sent, one reset, then init', async () => {
  const { client } = setUp
  const resets: unknown[] = []
  const inits: unknown[] = []
  client.events.on('reset', (reset) => resets.push(reset))
  client.on('init', (message) => inits.push(message.content))
  await client.ready
  await expect.poll(() => inits.length).toBe(1)

  const sent = errorOf(client.request('slow', { ms: 60_000 }))
  const idempotent = client.request('lookup', { ms: 1_000 })
  await expect.poll(() => setUp.runs('slow') + setUp.runs('lookup')).toBe(2)
  await setUp.killServer()
  await expect.poll(() => client.status.state).not.toBe('online')
  const queued = client.request('text', { text: 'still there?' })
  await setUp.startServer()

  expect(await sent).toMatchObject({ code: 'OUTCOME_UNKNOWN', mayHaveExecuted: true, retryable: false })
  expect((await queued).content).toEqual({ text: 'You said: still there?' })
  expect((await idempotent).content).toEqual({ text: 'found' })
  expect(resets).toHaveLength(1)
  await expect.poll(() => inits.length).toBe(2)
  expect(setUp.runs('slow')).toBe(1)
  expect(setUp.runs('text')).toBe(1)
  expect(setUp.runs('lookup')).toBe(2)
})
