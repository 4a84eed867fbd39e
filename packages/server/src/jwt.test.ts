import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { expect, onTestFinished, test } from 'vitest'
import { jwt } from './jwt.js'

const secret = 'a secret that is known to both, and long'
const key = new TextEncoder().encode(secret)
const soon = Math.floor(Date.now() / 1_000) + 600
const signed = (claims: JWTPayload = {}) =>
  new SignJWT({ sub: 'ann', exp: soon, ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(key)
const from = (headers: Record<string, string> = {}) => ({ headers }) as unknown as IncomingMessage

test('a token that is good names its user, and says when it ends', async () => {
  const authenticate = jwt({ secret })
  expect(await authenticate(await signed({ role: 'admin' }), from())).toEqual({
    id: 'ann',
    expiresAt: soon * 1_000,
    claims: { sub: 'ann', exp: soon, role: 'admin' },
  })
  const { exp: _, ...forEver } = { exp: soon, sub: 'ann' }
  const lasting = await new SignJWT(forEver).setProtectedHeader({ alg: 'HS256' }).sign(key)
  expect(await authenticate(lasting, from())).not.toHaveProperty('expiresAt')
})

test('what is not signed with the secret, has ended, or is for others is refused', async () => {
  const authenticate = jwt({ secret, issuer: 'login', audience: 'chat' })
  const good = { iss: 'login', aud: 'chat' }
  expect(await authenticate(await signed(good), from())).toMatchObject({ id: 'ann' })
  const foreign = new SignJWT({ sub: 'ann', ...good }).setProtectedHeader({ alg: 'HS256' })
  const bad = [
    undefined,
    '',
    'no token',
    await signed({ ...good, exp: soon - 1_000 }),
    await signed({ ...good, iss: 'elsewhere' }),
    await signed({ ...good, aud: 'mail' }),
    await signed({ ...good, sub: '' }),
    await foreign.sign(new TextEncoder().encode('another secret that is long enough')),
    new UnsecuredJWT({ sub: 'ann', ...good }).encode(),
    await new SignJWT({ sub: 'ann', ...good }).setProtectedHeader({ alg: 'HS384' }).sign(key),
  ]
  for (const token of bad) expect(await authenticate(token, from()), String(token)).toBeNull()
})

test('clocks may differ by the tolerance', async () => {
  const justOver = await signed({ exp: Math.floor(Date.now() / 1_000) - 5 })
  expect(await jwt({ secret })(justOver, from())).toBeNull()
  expect(await jwt({ secret, tolerance: 60_000 })(justOver, from())).toMatchObject({ id: 'ann' })
})

test('the application makes its own user of the claims, or refuses', async () => {
  const authenticate = jwt({
    secret,
    user: (claims) => (claims['role'] === 'admin' ? { id: `admin ${claims.sub}`, role: 'admin' as const } : null),
  })
  expect(await authenticate(await signed({ role: 'admin' }), from())).toEqual({
    id: 'admin ann',
    role: 'admin',
    expiresAt: soon * 1_000,
  })
  expect(await authenticate(await signed(), from())).toBeNull()
})

test('a cookie holds the token for pages of the same origin alone', async () => {
  const authenticate = jwt({ secret, cookie: 'session' })
  const cookie = `other=1; session=${await signed()}; session2=x`
  const host = 'chat.example.com'
  expect(await authenticate(undefined, from({ host, cookie }))).toMatchObject({ id: 'ann' })
  expect(await authenticate(undefined, from({ host, cookie, origin: 'https://chat.example.com' }))).toMatchObject({
    id: 'ann',
  })
  expect(await authenticate(undefined, from({ host, cookie, origin: 'https://chat.example.com.evil.com' }))).toBeNull()
  expect(await authenticate(undefined, from({ host, cookie: 'other=1' }))).toBeNull()
  expect(await authenticate('no token', from({ host, cookie }))).toBeNull()
  const shared = jwt({ secret, cookie: 'session', cookieOrigins: ['https://app.example.com'] })
  expect(await shared(undefined, from({ host, cookie, origin: 'https://app.example.com' }))).toMatchObject({
    id: 'ann',
  })
  expect(await shared(undefined, from({ host, cookie, origin: 'https://chat.example.com' }))).toBeNull()
  expect(await jwt({ secret })(undefined, from({ host, cookie }))).toBeNull()
})

test('clocks may differ by the tolerance, for who comes and for how long they stay', async () => {
  const now = Math.floor(Date.now() / 1_000)
  const token = await signed({ exp: now - 10 })
  expect(await jwt({ secret })(token, from())).toBeNull()
  expect(await jwt({ secret, tolerance: 60_000 })(token, from())).toMatchObject({ expiresAt: (now + 50) * 1_000 })
})

test('options that make no sense are refused with a sentence', () => {
  expect(() => jwt({ secret: 'short' })).toThrow('at least 32 bytes')
  expect(() => jwt({ jwks: 'file:///keys' })).toThrow('jwks is a set of keys')
  expect(() => jwt({ secret, cookie: 'c', cookieOrigins: ['*'] })).toThrow('cookieOrigins names origins')
  expect(() => jwt({} as { secret: string })).toThrow('either a secret or jwks')
  expect(() => jwt({ secret, isuer: 'me' } as { secret: string })).toThrow("unknown field 'isuer'; there are secret,")
})

test('public keys are fetched from where they are, once; a key that is not there refuses, keys out of reach do not', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const stranger = await generateKeyPair('ES256')
  let status = 503
  let fetched = 0
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] }
  const keys = createServer((_request, response) => {
    fetched += 1
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(jwks))
  }).listen(0)
  onTestFinished(() => void keys.close())
  await new Promise((resolve) => keys.once('listening', resolve))
  const authenticate = jwt({ jwks: `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks.json` })
  const token = (kid: string, by = privateKey) =>
    new SignJWT({ sub: 'ann', exp: soon }).setProtectedHeader({ alg: 'ES256', kid }).sign(by)
  await expect(authenticate(await token('one'), from())).rejects.toThrow()
  status = 200
  expect(await authenticate(await token('one'), from())).toMatchObject({ id: 'ann' })
  expect(await authenticate(await token('one'), from())).toMatchObject({ id: 'ann' })
  expect(await authenticate(await token('one', stranger.privateKey), from())).toBeNull()
  expect(await authenticate(await token('two'), from())).toBeNull()
  expect(await authenticate(await signed(), from())).toBeNull()
  expect(fetched).toBe(2)
  expect(await jwt({ jwks })(await token('one'), from())).toMatchObject({ id: 'ann' })
})
