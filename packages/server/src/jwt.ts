/** Who somebody is, by a JSON web token (RFC 7519): for the option `authenticate`. Loads `jose`, which only those need who use it. */

import type { IncomingMessage } from 'node:http'
import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import type { Identity } from './api.js'
import { originAllowed } from './core/origin.js'
import { onlyNames } from './core/setting.js'

/** The user that a token names. */
export interface JwtUser extends Identity {
  /** The claim `sub`. */
  readonly id: string
  /** The claim `exp`, as milliseconds since 1970, and the `tolerance`. */
  readonly expiresAt?: number | undefined
  readonly claims: JWTPayload
}

export type JwtOptions<User extends Identity = JwtUser> = JwtKeys & {
  /** The claim `iss` must be this, or one of these. Default: not looked at. */
  readonly issuer?: string | string[] | undefined
  /** The claim `aud` must hold this, or one of these. Default: not looked at. */
  readonly audience?: string | string[] | undefined
  /** Algorithms of signatures that are taken (RFC 7518). Default: `HS256` with a `secret`; every asymmetric one with `jwks`. */
  readonly algorithms?: string[] | undefined
  /** Milliseconds by which clocks may differ. Default 0. */
  readonly tolerance?: number | undefined
  /**
   * A cookie that holds the token, where a hello brings none. Browsers send cookies along whatever page connects, so it counts for pages of
   * the same origin only, or of `cookieOrigins`, or without an `Origin` header, which is no browser. Default: none.
   */
  readonly cookie?: string | undefined
  /** Origins whose pages may use the cookie, as in `https://example.com`; `*` is none of them. Default: the origin of the server's `Host`. */
  readonly cookieOrigins?: readonly string[] | undefined
  /** Makes the user of the claims, or refuses with `null`; `expiresAt` is added. Default: `{ id: sub, claims }`. */
  readonly user?: ((claims: JWTPayload) => User | null | Promise<User | null>) | undefined
}

/** Either a secret that is shared with who signs, of at least 32 bytes, or public keys: themselves or where they are (RFC 7517). */
type JwtKeys =
  | { readonly secret: string | Uint8Array; readonly jwks?: undefined }
  | { readonly secret?: undefined; readonly jwks: string | URL | JSONWebKeySet }

/**
 * Makes a function for the option `authenticate`. It refuses tokens that are not signed as they should be, have ended, or are meant for others;
 * when the keys cannot be fetched it throws, and clients come again.
 *
 * @throws TypeError when an option makes no sense.
 * @example
 * ```ts
 * import { jwt } from '@backchat/server/jwt'
 * const authenticate = jwt({ jwks: 'https://login.example.com/jwks.json', issuer: 'https://login.example.com', audience: 'chat' })
 * const manager = new WebSocketManager({ port: 8787, authenticate })
 * ```
 */
export function jwt(options: JwtOptions<JwtUser> & { readonly user?: undefined }): Authenticate<JwtUser>
export function jwt<User extends Identity>(options: JwtOptions<User>): Authenticate<User>
export function jwt<User extends Identity>(options: JwtOptions<User>): Authenticate<User> {
  onlyNames('option of jwt()', options, optionNames)
  const verify = verifierOf(options)
  const { cookie, cookieOrigins, user = nameOf, tolerance = 0 } = options
  if (cookieOrigins?.includes('*') === true)
    throw new TypeError(
      "cookieOrigins names origins: with '*' any page could speak as the user whose browser shows it.",
    )
  const cookieOf = (request: IncomingMessage) =>
    cookie !== undefined && originAllowed(request, cookieOrigins) ? cookieNamed(cookie, request) : undefined
  return async (token, request) => {
    const claims = await verify(token ?? cookieOf(request))
    if (claims === null) return null
    // Without `user` the type of users is `JwtUser`, which the compiler cannot conclude.
    const found = (await user(claims)) as User | null
    return found && { ...(claims.exp !== undefined && { expiresAt: claims.exp * 1_000 + tolerance }), ...found }
  }
}

const optionNames = [
  'secret',
  'jwks',
  'issuer',
  'audience',
  'algorithms',
  'tolerance',
  'cookie',
  'cookieOrigins',
  'user',
]

type Authenticate<User> = (token: string | undefined, request: IncomingMessage) => Promise<User | null>

type Verify = (token: string | undefined) => Promise<JWTPayload | null>

const verifierOf = ({
  secret,
  jwks,
  issuer,
  audience,
  algorithms,
  tolerance = 0,
}: Omit<JwtOptions<Identity>, 'user'>): Verify => {
  if ((secret === undefined) === (jwks === undefined))
    throw new TypeError('Give either a secret or jwks, and not both.')
  const checks = {
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
    algorithms: algorithms ?? (secret === undefined ? asymmetric : ['HS256']),
    clockTolerance: tolerance / 1_000,
    requiredClaims: ['sub'],
  }
  const judge = judgeOf(secret, jwks)
  return async (token) => {
    if (token === undefined) return null
    try {
      return (await judge(token, checks)).payload
    } catch (fault) {
      if (fault instanceof errors.JOSEError && faultsOfTokens.includes(fault.code)) return null
      throw fault
    }
  }
}

type Judge = (token: string, checks: Parameters<typeof jwtVerify>[2]) => Promise<{ readonly payload: JWTPayload }>

const judgeOf = (secret: string | Uint8Array | undefined, jwks: string | URL | JSONWebKeySet | undefined): Judge => {
  if (jwks === undefined) {
    const key = secretKey(secret)
    return (token, checks) => jwtVerify(token, key, checks)
  }
  const keys =
    typeof jwks === 'string' || jwks instanceof URL
      ? createRemoteJWKSet(keysAt(jwks), { timeoutDuration: fetchMs })
      : createLocalJWKSet(jwks)
  return (token, checks) => jwtVerify(token, keys, checks)
}

/** `authenticate` is given 5 s. */
const fetchMs = 3_000

const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']

/** Whoever brings such a token is refused. All else (no keys, no network) is no fault of theirs. */
const faultsOfTokens = [
  'ERR_JWT_EXPIRED',
  'ERR_JWT_CLAIM_VALIDATION_FAILED',
  'ERR_JWT_INVALID',
  'ERR_JWS_INVALID',
  'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  'ERR_JOSE_ALG_NOT_ALLOWED',
  'ERR_JOSE_NOT_SUPPORTED',
  'ERR_JWKS_NO_MATCHING_KEY',
  'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
]

/** RFC 7518 §3.2: a key for HS256 has at least as many bits as its hash. */
const secretKey = (secret: string | Uint8Array | undefined): Uint8Array => {
  const key = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret
  if (key instanceof Uint8Array && key.length >= 32) return key
  throw new TypeError('secret is a text or bytes, at least 32 bytes.')
}

const keysAt = (address: string | URL): URL => {
  if (URL.canParse(String(address)) && /^https?:$/.test(new URL(address).protocol)) return new URL(address)
  throw new TypeError("jwks is a set of keys, or the address of one, as in 'https://login.example.com/jwks.json'.")
}

const nameOf = (claims: JWTPayload): JwtUser | null =>
  typeof claims.sub === 'string' && claims.sub !== '' ? { id: claims.sub, claims } : null

/** RFC 6265 §5.4. */
const cookieNamed = (name: string, request: IncomingMessage): string | undefined => {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key = '', ...value] = pair.split('=')
    if (key.trim() === name)
      return value
        .join('=')
        .trim()
        .replace(/^"(.*)"$/, '$1')
  }
  return undefined
}
