/** The server asks clients, on real sockets: numbered, answered once, withdrawn, and never in doubt without saying so. */

import { defineContract } from '@backchat/protocol'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { type Frame, greeted, newIdentity } from './raw-client.js'
import { serve } from './serve.js'

const wire = (content: unknown) => ({ id: 'answer', timestamp: '2026-01-01T00:00:00.000Z', content })
/** Resolves when the server knows that a link has ended. */
const linkEnds = (manager: { on(name: 'disconnection', listener: () => void): unknown }) =>
  new Promise<void>((resolve) => manager.on('disconnection', resolve))
const sessionOf = (welcome: Frame) => String(welcome['sessionId'])

test('a question is a numbered push, and its answer settles it', async () => {
  const { manager, url } = await serve()
  const { client, welcome } = await greeted(url)
  const asked = manager.request(sessionOf(welcome), 'confirm', { question: 'Delete?' })
  const push = await client.next('push')
  expect(push).toMatchObject({ push: 1, message: { type: 'confirm', content: { question: 'Delete?' } } })
  expect(push['leftMs']).toBeGreaterThan(29_000)
  client.send({ kind: 'answer', push: 1, message: wire({ ok: true }) })
  expect(await client.next('answered')).toEqual({ kind: 'answered', push: 1 })
  const question = push['message'] as { readonly id: string }
  expect(await asked).toMatchObject({
    type: 'response',
    from: 'user',
    to: 'system',
    content: { ok: true },
    sessionId: sessionOf(welcome),
    metadata: { replyTo: question.id },
  })
})

test('an answer that comes twice is confirmed twice, and counts once', async () => {
  const { manager, url } = await serve()
  const { client, welcome } = await greeted(url)
  const asked = manager.request(sessionOf(welcome), 'confirm', null)
  await client.next('push')
  client.send({ kind: 'answer', push: 1, message: wire('first') })
  client.send({ kind: 'answer', push: 1, message: wire('second') })
  client.send({ kind: 'answer', push: 7, message: wire('nobody asked') })
  for (const push of [1, 1, 7]) expect(await client.next('answered')).toMatchObject({ push })
  expect((await asked).content).toBe('first')
})

test('a session without a link is asked when it comes back', async () => {
  const { manager, url } = await serve()
  const identity = newIdentity()
  const { client, welcome } = await greeted(url, identity)
  const gone = linkEnds(manager)
  client.terminate()
  await gone
  const asked = manager.request(sessionOf(welcome), 'confirm', null)
  const { client: back } = await greeted(url, identity, { attempt: 2, epoch: welcome['epoch'] })
  expect(await back.next('push')).toMatchObject({ push: 1, leftMs: expect.any(Number) })
  back.send({ kind: 'answer', push: 1, message: wire('here again') })
  await back.next('answered')
  expect((await asked).content).toBe('here again')
})

test('a client without a handler, and one whose handler failed, say so', async () => {
  const { manager, url } = await serve()
  const { client, welcome } = await greeted(url)
  const asked = manager.request(sessionOf(welcome), 'confirm', null)
  await client.next('push')
  const error = { code: 'NO_HANDLER', message: 'No handler.', mayHaveExecuted: false }
  client.send({ kind: 'answerError', push: 1, error })
  await client.next('answered')
  await expect(asked).rejects.toMatchObject({ code: 'NO_HANDLER', mayHaveExecuted: false, type: 'confirm' })
})

test('its time counts from the call, whatever the code that asked does after it', async () => {
  const { manager, url } = await serve()
  const { client, welcome } = await greeted(url)
  const asked = manager.request(sessionOf(welcome), 'confirm', null, { timeout: 20 })
  const until = performance.now() + 40
  while (performance.now() < until);
  await expect(asked).rejects.toMatchObject({ code: 'TIMEOUT', stage: 'queued', mayHaveExecuted: false })
  const next = manager.request(sessionOf(welcome), 'confirm', 'next')
  expect(await client.next('push')).toMatchObject({ push: 1, message: { content: 'next' } })
  client.send({ kind: 'answer', push: 1, message: wire('yes') })
  expect((await next).content).toBe('yes')
})

test('what nobody answers in time is withdrawn: it may have run, if the client had it', async () => {
  const { manager, url } = await serve()
  const { client, welcome } = await greeted(url)
  await expect(manager.request(sessionOf(welcome), 'confirm', null, { timeout: 30 })).rejects.toMatchObject({
    code: 'TIMEOUT',
    stage: 'sent',
    mayHaveExecuted: true,
  })
  await client.next('push')
  expect(await client.next('withdrawn')).toEqual({ kind: 'withdrawn', push: 2, ask: 1 })
})

test('a question that no link had is taken back, and the client never sees it', async () => {
  const { manager, url } = await serve()
  const identity = newIdentity()
  const { client, welcome } = await greeted(url, identity)
  const gone = linkEnds(manager)
  client.terminate()
  await gone
  await expect(manager.request(sessionOf(welcome), 'confirm', null, { timeout: 30 })).rejects.toMatchObject({
    code: 'TIMEOUT',
    stage: 'queued',
    mayHaveExecuted: false,
  })
  const { client: back } = await greeted(url, identity, { attempt: 2, epoch: welcome['epoch'] })
  expect(await back.next('withdrawn')).toEqual({ kind: 'withdrawn', push: 1, ask: 1 })
})

test('a signal withdraws it, too', async () => {
  const { manager, url } = await serve()
  const { client, welcome } = await greeted(url)
  const controller = new AbortController()
  const asked = manager.request(sessionOf(welcome), 'confirm', null, { signal: controller.signal })
  await client.next('push')
  controller.abort('changed my mind')
  await expect(asked).rejects.toMatchObject({ code: 'ABORTED', cause: 'changed my mind' })
  expect(await client.next('withdrawn')).toMatchObject({ ask: 1 })
})

test('another page has forgotten what it was asked', async () => {
  const { manager, url } = await serve()
  const identity = newIdentity()
  const { client, welcome } = await greeted(url, identity)
  const asked = manager.request(sessionOf(welcome), 'confirm', null)
  await client.next('push')
  await greeted(url, identity, { attempt: 2, epoch: welcome['epoch'], page: 'page-2' })
  await expect(asked).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN', mayHaveExecuted: true })
})

test('the same page is asked again only for what it was not given', async () => {
  const { manager, url } = await serve()
  const identity = newIdentity()
  const { client, welcome } = await greeted(url, identity)
  const asked = manager.request(sessionOf(welcome), 'confirm', null)
  await client.next('push')
  const { client: again } = await greeted(url, identity, { attempt: 2, epoch: welcome['epoch'], lastPush: 1 })
  again.send({ kind: 'answer', push: 1, message: wire('kept') })
  expect(await again.next('answered')).toMatchObject({ push: 1 })
  expect((await asked).content).toBe('kept')
})

test('bye ends what the session was asked', async () => {
  const { manager, url } = await serve()
  const { client, welcome } = await greeted(url)
  const asked = manager.request(sessionOf(welcome), 'confirm', null)
  await client.next('push')
  client.send({ kind: 'bye' })
  await expect(asked).rejects.toMatchObject({ code: 'SESSION_GONE', mayHaveExecuted: true })
})

test('a session has at most so many open questions', async () => {
  const { manager, url } = await serve()
  const { welcome } = await greeted(url)
  const ask = () => manager.request(sessionOf(welcome), 'confirm', null)
  for (let n = 0; n < 64; n += 1) void ask()
  await expect(ask()).rejects.toMatchObject({ code: 'OVERLOADED', mayHaveExecuted: false, retryAfterMs: 1_000 })
})

test('what cannot be asked rejects, and nothing is sent', async () => {
  const contract = defineContract({
    confirm: { content: z.object({ question: z.string() }), reply: z.object({ ok: z.boolean() }), by: 'server' },
  })
  const { manager, url } = await serve({ contract })
  const { client, welcome } = await greeted(url)
  const session = sessionOf(welcome)
  // A program without types may say anything.
  const ask = (...given: unknown[]) => manager.request(...(given as Parameters<typeof manager.request>))
  const invalid = { code: 'INVALID_MESSAGE', stage: 'queued', mayHaveExecuted: false }
  await expect(ask(session, 'confirm', { question: 5 })).rejects.toMatchObject(invalid)
  await expect(ask(session, 'other', null)).rejects.toMatchObject(invalid)
  for (const timeout of [0, -1, Number.NaN, '5', null])
    await expect(ask(session, 'confirm', { question: 'a' }, { timeout })).rejects.toMatchObject(invalid)
  await expect(ask(session, 'confirm', { question: 'a' }, { signal: {} })).rejects.toMatchObject(invalid)
  await expect(ask(5, 'confirm', { question: 'a' })).rejects.toMatchObject(invalid)
  await expect(ask('nobody', 'confirm', { question: 'a' })).rejects.toMatchObject({ code: 'SESSION_GONE' })
  await expect(ask(session, 'confirm', { question: 'a' }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'ABORTED',
    mayHaveExecuted: false,
  })
  client.send({ kind: 'ping' })
  await client.next('pong')
})

test('an answer that breaks the contract is told as such', async () => {
  const contract = defineContract({ confirm: { reply: z.object({ ok: z.boolean() }), by: 'server' } })
  const { manager, url } = await serve({ contract })
  const { client, welcome } = await greeted(url)
  const asked = manager.request(sessionOf(welcome), 'confirm')
  await client.next('push')
  client.send({ kind: 'answer', push: 1, message: wire({ ok: 'yes' }) })
  await expect(asked).rejects.toMatchObject({ code: 'INVALID_MESSAGE', stage: 'replied', mayHaveExecuted: true })
})

test('closing settles what nobody has answered', async () => {
  const { manager, url } = await serve()
  const { client, welcome } = await greeted(url)
  const asked = manager.request(sessionOf(welcome), 'confirm', null)
  await client.next('push')
  client.terminate()
  await manager.close()
  await expect(asked).rejects.toMatchObject({ code: 'CLOSED', mayHaveExecuted: true })
  await expect(manager.request(sessionOf(welcome), 'confirm', null)).rejects.toMatchObject({ code: 'CLOSED' })
})
