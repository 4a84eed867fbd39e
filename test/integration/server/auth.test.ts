/** Who somebody is, and for how long, on real sockets. */

import { createClient } from '@backchat/client'
import { jwt } from '@backchat/server/jwt'
import { SignJWT } from 'jose'
import { expect, onTestFinished, test, vi } from 'vitest'
import { dial, greeted, newIdentity } from './raw-client.js'
import { serve } from './serve.js'

const secret = 'a secret that is known to both, and long'
const token = (sub: string, lastsSeconds = 600) =>
  new SignJWT({ sub })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(Math.floor(Date.now() / 1_000) + lastsSeconds)
    .sign(new TextEncoder().encode(secret))

test('a web token lets its user in and says when it ends; a forged one is refused', async () => {
  const { manager, url } = await serve({ authenticate: jwt({ secret }) })
  manager.registerHandler('who', (_message, { user }) => user.claims.sub)
  const { client, welcome } = await greeted(url, newIdentity(), { token: await token('ann') })
  expect(welcome['expiresInMs']).toBeGreaterThan(500_000)
  client.request(1, 'who', null)
  expect(await client.next('reply')).toMatchObject({ message: { content: 'ann' } })
  client.send({ kind: 'token', token: await token('ann', 1_200) })
  expect((await client.next('authorized'))['expiresInMs']).toBeGreaterThan(1_000_000)
  const forged = `${(await token('ann')).slice(0, -3)}AAA`
  await expect(greeted(url, newIdentity(), { token: forged })).rejects.toThrow('unauthorized')
  await expect(greeted(url, newIdentity())).rejects.toThrow('unauthorized')
})

test('a cookie lets pages of the same origin in, and no other, even where all origins may connect', async () => {
  const { manager, url } = await serve({ authenticate: jwt({ secret, cookie: 'session' }), origins: ['*'] })
  manager.registerHandler('who', (_message, { user }) => user.id)
  const headers = { Cookie: `session=${await token('ann')}` }
  const own = await dial(url, { headers, origin: url.replace('ws', 'http') })
  own.hello(newIdentity())
  await own.next('welcome')
  own.request(1, 'who', null)
  expect(await own.next('reply')).toMatchObject({ message: { content: 'ann' } })
  const foreign = await dial(url, { headers, origin: 'https://evil.example.com' })
  foreign.hello(newIdentity())
  expect(await foreign.next('refuse')).toMatchObject({ code: 'unauthorized' })
  expect(await foreign.closed).toBe(4401)
})

test('a logout ends all sessions of a user with a code, and leaves others alone', async () => {
  const { manager, url } = await serve({ authenticate: (token) => ({ id: token ?? 'nobody' }) })
  const ended: string[] = []
  manager.on('sessionEnded', ({ id }, user) => ended.push(`${user} ${id}`))
  const first = await greeted(url, newIdentity(), { token: 'ann' })
  const second = await greeted(url, newIdentity(), { token: 'ann' })
  const bob = await greeted(url, newIdentity(), { token: 'bob' })
  expect(await manager.logout('ann')).toEqual({ ok: true, sessions: 2 })
  for (const { client } of [first, second]) {
    expect(await client.next('refuse')).toMatchObject({ code: 'unauthorized' })
    expect(await client.closed).toBe(4401)
  }
  expect([...ended].sort()).toEqual([first, second].map(({ welcome }) => `ann ${welcome['sessionId']}`).sort())
  bob.client.send({ kind: 'ping' })
  expect(await bob.client.next('pong')).toEqual({ kind: 'pong' })
  expect(await manager.logout('nobody')).toEqual({ ok: true, sessions: 0 })
  expect(await manager.logout(5 as unknown as string)).toMatchObject({ ok: false, error: { code: 'INVALID_MESSAGE' } })
  await manager.close({ drain: 0 })
  expect(await manager.logout('ann')).toMatchObject({ ok: false, error: { code: 'CLOSED' } })
})

test('a client that is logged out, and whose token is not good any more, stops and says so', async () => {
  const good = new Set(['ann'])
  const { manager, url } = await serve({ authenticate: (token) => (good.has(token ?? '') ? { id: 'ann' } : null) })
  const client = createClient({ url, token: () => 'ann' })
  onTestFinished(() => client.close())
  await client.ready
  good.clear()
  await manager.logout('ann')
  await vi.waitFor(() => expect(client.status).toMatchObject({ state: 'unauthorized' }), 20_000)
  await expect(client.request('text', null)).rejects.toMatchObject({ code: 'UNAUTHORIZED', mayHaveExecuted: false })
})
