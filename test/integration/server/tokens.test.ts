/** Tokens that end, and others that take their place on the living link, on real sockets. */

import { expect, test } from 'vitest'
import { greeted, newIdentity } from './raw-client.js'
import { serve } from './serve.js'

/** `ann 200`: Ann, for 200 ms. `ann`: Ann, for ever. */
const authenticate = (token: string | undefined) => {
  const [id = '', lasts] = (token ?? '').split(' ')
  if (id === 'nobody') return null
  return { id, token, ...(lasts !== undefined && { expiresAt: Date.now() + Number(lasts) }) }
}

test('a client is told when its token ends, and brings another on the same link', async () => {
  const { manager, url } = await serve({ authenticate })
  manager.registerHandler('who', (_message, { user }) => user.token)
  const { client, welcome } = await greeted(url, newIdentity(), { token: 'ann 5000' })
  expect(welcome['expiresInMs']).toBeGreaterThan(4_000)
  client.send({ kind: 'token', token: 'ann 9000' })
  expect((await client.next('authorized'))['expiresInMs']).toBeGreaterThan(8_000)
  client.request(1, 'who', null)
  expect(await client.next('reply')).toMatchObject({ message: { content: 'ann 9000' } })
  client.send({ kind: 'token', token: 'ann' })
  expect(await client.next('authorized')).toEqual({ kind: 'authorized' })
})

test('when a token has ended, what is new does not run and may be sent again; what runs goes on', async () => {
  const { manager, url } = await serve({ authenticate })
  let release: () => void = () => {}
  manager.registerHandler('slow', () => new Promise((resolve) => (release = () => resolve('went on'))))
  manager.registerHandler('text', () => 'hello')
  const { client } = await greeted(url, newIdentity(), { token: 'ann 150' })
  client.request(1, 'slow', null)
  await new Promise((resolve) => setTimeout(resolve, 200))
  client.request(2, 'text', null)
  expect(await client.next('error')).toMatchObject({
    n: 2,
    refused: true,
    error: { code: 'UNAUTHORIZED', mayHaveExecuted: false },
  })
  client.send({ kind: 'token', token: 'ann' })
  await client.next('authorized')
  client.request(2, 'text', null)
  expect(await client.next('reply')).toMatchObject({ n: 2 })
  release()
  expect(await client.next('reply')).toMatchObject({ n: 1, message: { content: 'went on' } })
})

test('a link whose token has ended is let go after a while, and its session is kept', async () => {
  const { url } = await serve({ authenticate }, 50)
  const identity = newIdentity()
  const { client, welcome } = await greeted(url, identity, { token: 'ann 1000' })
  expect(await client.next('refuse')).toMatchObject({ code: 'unauthorized' })
  expect(await client.closed).toBe(4401)
  const back = await greeted(url, identity, { token: 'ann', attempt: 2, epoch: welcome['epoch'] })
  expect(back.welcome).toMatchObject({ resumed: true, sessionId: welcome['sessionId'] })
})

test.each(['nobody', 'bob'])('the token of %s is not taken on a link of ann', async (token) => {
  const { url } = await serve({ authenticate })
  const { client } = await greeted(url, newIdentity(), { token: 'ann' })
  client.send({ kind: 'token', token })
  expect(await client.next('refuse')).toMatchObject({ code: 'unauthorized' })
  expect(await client.closed).toBe(4401)
})

test('a token that has ended already is none', async () => {
  const { url } = await serve({ authenticate })
  await expect(greeted(url, newIdentity(), { token: 'ann -5' })).rejects.toThrow('unauthorized')
})

test('where nobody authenticates, a token is taken for what it is: nothing', async () => {
  const { url } = await serve()
  const { client } = await greeted(url)
  client.send({ kind: 'token', token: 'whatever' })
  expect(await client.next('authorized')).toEqual({ kind: 'authorized' })
})
