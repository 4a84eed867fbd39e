/** What the server sends unasked, on real sockets: to connections, sessions, users, rooms and everybody. */

import { defineContract } from '@backchat/protocol'
import type { Connection } from '@backchat/server'
import { expect, test, vi } from 'vitest'
import * as z from 'zod/mini'
import { greeted, newIdentity } from './raw-client.js'
import { serve } from './serve.js'

const notice = (text: string) => ({ type: 'system', content: { notice: text } })

test('a push has a number and says only what the link does not know', async () => {
  const { manager, url } = await serve()
  const { client, welcome } = await greeted(url)
  const session = String(welcome['sessionId'])
  const sent = await manager.sendToSession(session, notice('hello'))
  expect(sent).toEqual({ ok: true, id: expect.stringMatching(/^[\w-]{21}$/), sessions: 1 })
  expect(await client.next('push')).toEqual({
    kind: 'push',
    push: 1,
    message: { id: sent.ok && sent.id, timestamp: expect.any(String), content: { notice: 'hello' } },
  })
  await manager.sendToSession(session, { type: 'note', from: 'ai', to: 'system', metadata: { a: 1 } })
  expect(await client.next('push')).toMatchObject({
    push: 2,
    message: { type: 'note', from: 'ai', to: 'system', metadata: { a: 1 } },
  })
})

test('a connection’s id leads to its session, also after its link has ended', async () => {
  const { manager, url } = await serve()
  const connections: Connection[] = []
  manager.on('connection', (connection) => connections.push(connection))
  let gone: () => void = () => {}
  const disconnected = new Promise<void>((resolve) => {
    gone = resolve
  })
  manager.on('disconnection', () => gone())
  const identity = newIdentity()
  const { client, welcome } = await greeted(url, identity)
  const id = connections[0]?.id ?? ''
  await manager.sendMessage(id, notice('first'))
  await client.next('push')
  client.terminate()
  await disconnected
  expect(await manager.sendMessage(id, notice('second'))).toMatchObject({ ok: true, sessions: 1 })
  const back = await greeted(url, identity, { attempt: 2, epoch: welcome['epoch'], lastPush: 1 })
  expect(back.welcome['head']).toBe(2)
  expect(await back.client.next('push')).toMatchObject({ push: 2, message: { content: { notice: 'second' } } })
})

test('nobody there is no error and stores nothing', async () => {
  const { manager } = await serve()
  const nobody = { ok: true, sessions: 0 }
  expect(await manager.sendMessage('never-seen', notice('x'))).toMatchObject(nobody)
  expect(await manager.sendToSession('never-seen', notice('x'))).toMatchObject(nobody)
  expect(await manager.sendToUser('nobody', notice('x'))).toMatchObject(nobody)
  expect(await manager.sendToRoom('empty', notice('x'))).toMatchObject(nobody)
  expect(await manager.broadcast(notice('x'))).toMatchObject(nobody)
})

test('users, rooms and everybody are reached, and whom a room leaves out is not', async () => {
  const { manager, url } = await serve({ authenticate: (token) => ({ id: token ?? 'nobody' }) })
  const enter = async (token: string) => {
    const { client, welcome } = await greeted(url, newIdentity(), { token })
    return { client, session: String(welcome['sessionId']) }
  }
  const ann = await enter('ann')
  const annAtWork = await enter('ann')
  const bob = await enter('bob')
  expect(await manager.sendToUser('ann', notice('for ann'))).toMatchObject({ sessions: 2 })
  expect(await manager.broadcast(notice('for all'))).toMatchObject({ sessions: 3 })
  expect(await manager.join(ann.session, 'lobby')).toEqual({ ok: true })
  expect(await manager.join(bob.session, 'lobby')).toEqual({ ok: true })
  expect(await manager.sendToRoom('lobby', notice('for the lobby'))).toMatchObject({ sessions: 2 })
  expect(await manager.sendToRoom('lobby', notice('but for bob'), { except: bob.session })).toMatchObject({
    sessions: 1,
  })
  expect(await manager.leave(ann.session, 'lobby')).toEqual({ ok: true })
  expect(await manager.sendToRoom('lobby', notice('for bob'))).toMatchObject({ sessions: 1 })
  expect(await manager.join('never-seen', 'lobby')).toMatchObject({ ok: false, error: { code: 'SESSION_GONE' } })
  const heard = async ({ client }: typeof ann) => {
    client.send({ kind: 'ping' })
    await vi.waitFor(() => expect(client.unreadKinds()).toContain('pong'))
    return client.unread().flatMap((frame) => (frame.kind === 'push' ? [frame['message']] : []))
  }
  const notices = async (who: typeof ann) =>
    (await heard(who)).map((message) => (message as { content: { notice: string } }).content.notice)
  expect(await notices(ann)).toEqual(['for ann', 'for all', 'for the lobby', 'but for bob'])
  expect(await notices(annAtWork)).toEqual(['for ann', 'for all'])
  expect(await notices(bob)).toEqual(['for all', 'for the lobby', 'for bob'])
})

test('joining and sending in one breath happen in that order', async () => {
  const { manager, url } = await serve()
  manager.on('connection', ({ session }) => manager.join(session.id, 'lobby'))
  const { welcome } = await greeted(url)
  const session = String(welcome['sessionId'])
  const [, sent] = await Promise.all([manager.join(session, 'other'), manager.sendToRoom('other', notice('x'))])
  expect(sent).toMatchObject({ sessions: 1 })
  expect(await manager.sendToRoom('lobby', notice('x'))).toMatchObject({ sessions: 1 })
})

test('what cannot be sent is refused with a code and a sentence, and never rejects', async () => {
  const contract = defineContract({
    system: { content: z.object({ notice: z.string() }), by: 'server' },
    text: { content: z.string(), by: 'client' },
  })
  const { manager } = await serve({ contract })
  const codes = async (message: unknown) => {
    const sent = await manager.broadcast(message as never)
    return sent.ok ? 'ok' : sent.error.code
  }
  expect(await codes(notice('fine'))).toBe('ok')
  expect(await codes({ type: 'system', content: { notice: 5 } })).toBe('INVALID_MESSAGE')
  expect(await codes({ type: 'text', content: 'not yours to say' })).toBe('INVALID_MESSAGE')
  expect(await codes({ type: 'unknown' })).toBe('INVALID_MESSAGE')
  expect(await codes({ type: 'system', from: 'nobody', content: { notice: 'x' } })).toBe('INVALID_MESSAGE')
  expect(await codes({ type: 'system', metadata: [], content: { notice: 'x' } })).toBe('INVALID_MESSAGE')
  expect(await codes({ type: '' })).toBe('INVALID_MESSAGE')
  expect(await codes(null)).toBe('INVALID_MESSAGE')
  expect(await codes(notice('x'.repeat(70_000)))).toBe('TOO_LARGE')
})

test('without a contract local events are still no message types, and content must be JSON', async () => {
  const { manager } = await serve()
  expect(await manager.broadcast({ type: 'error', content: 'x' })).toMatchObject({ error: { code: 'INVALID_MESSAGE' } })
  expect(await manager.broadcast({ type: 'x', content: 1n })).toMatchObject({ error: { code: 'INVALID_MESSAGE' } })
})

test('a reader that takes nothing is let go, and finds its pushes or a gap when it comes back', async () => {
  const { manager, url } = await serve()
  const reasons: string[] = []
  manager.on('disconnection', (_connection, reason) => reasons.push(reason))
  const identity = newIdentity()
  const { client, welcome } = await greeted(url, identity)
  const session = String(welcome['sessionId'])
  client.socket.pause()
  let sent = 0
  await vi.waitFor(
    async () => {
      for (let n = 0; n < 20; n += 1) await manager.sendToSession(session, notice('x'.repeat(60_000)))
      sent += 20
      expect(reasons).toHaveLength(1)
    },
    { timeout: 10_000, interval: 0 },
  )
  client.socket.resume()
  await client.closed
  const back = await greeted(url, identity, { attempt: 2, epoch: welcome['epoch'], lastPush: 1 })
  expect(back.welcome['head']).toBe(sent)
  const gap = back.welcome['gap'] as { from: number; to: number }
  expect(gap.from).toBe(2)
  expect(await back.client.next('push')).toMatchObject({ push: gap.to + 1 })
})
