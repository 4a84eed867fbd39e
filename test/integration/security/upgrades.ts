/** Requests at the door that are wrong, or odd, with what becomes of them. Rows of known weaknesses bear their number. */

export interface Knock {
  readonly name: string
  readonly bytes: string
  /** The HTTP status; undefined where bytes that are no HTTP are answered or not as Node sees fit, but ended. */
  readonly status: number | undefined
}

const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
const version = 'Sec-WebSocket-Version: 13'
const offer = 'Sec-WebSocket-Protocol: backchat.1'
const connection = 'Connection: Upgrade'
const upgrade = 'Upgrade: websocket'
const host = 'Host: localhost'
const all = { host, connection, upgrade, key, version, offer }

/** A sound request, but for the headers that are given. */
const knock = (
  name: string,
  status: number | undefined,
  headers: Partial<Record<keyof typeof all | 'more', string>> = {},
  line = 'GET / HTTP/1.1',
): Knock => {
  const lines = Object.values({ ...all, ...headers }).filter((header) => header !== '')
  return { name, status, bytes: `${[line, ...lines].join('\r\n')}\r\n\r\n` }
}

export const knocks: readonly Knock[] = [
  knock('a sound one', 101),
  knock('GHSA-5v72-xg48-5rpm: an extension with the name of a property', 101, {
    more: 'Sec-WebSocket-Extensions: constructor, __proto__;a',
  }),
  knock('compression asked for', 101, { more: 'Sec-WebSocket-Extensions: permessage-deflate' }),
  knock('an extension that is no list', 101, { more: 'Sec-WebSocket-Extensions: ;;;,,' }),
  knock('CVE-2023-31125: a query with the name of a property', 101, {}, 'GET /?transport=__proto__ HTTP/1.1'),
  knock('CVE-2021-32640: a protocol with 10,000 spaces', 400, {
    offer: `Sec-WebSocket-Protocol: b${' '.repeat(10_000)}x`,
  }),
  knock('CVE-2021-32640: a protocol with 50,000 spaces', 431, {
    offer: `Sec-WebSocket-Protocol: b${' '.repeat(50_000)}x`,
  }),
  knock('CVE-2022-41940: an upgrade to something else', 400, { upgrade: 'Upgrade: h2c' }),
  knock('CVE-2020-7693: an upgrade without Connection is a plain request', 200, { connection: 'Connection: close' }),
  knock('CVE-2020-28481: a foreign origin', 403, { more: 'Origin: https://evil.example' }),
  knock('an origin that begins like ours', 403, { more: 'Origin: https://localhost.evil.example' }),
  knock('an origin that ends like ours', 403, { more: 'Origin: https://evil-localhost' }),
  knock('an origin with our name as a user', 403, { more: 'Origin: https://localhost@evil.example' }),
  knock('an origin that is no URL', 403, { more: 'Origin: localhost' }),
  knock('two origins', 403, { more: 'Origin: http://localhost, https://evil.example' }),
  knock('no protocol', 400, { offer: '' }),
  knock('another protocol', 400, { offer: 'Sec-WebSocket-Protocol: backchat.2' }),
  knock('a protocol in capitals', 400, { offer: 'Sec-WebSocket-Protocol: BACKCHAT.1' }),
  knock('the same protocol twice', 400, { offer: 'Sec-WebSocket-Protocol: backchat.1, backchat.1' }),
  knock('a protocol with an empty neighbour', 400, { offer: 'Sec-WebSocket-Protocol: backchat.1,,' }),
  knock('no key', 400, { key: '' }),
  knock('a short key', 400, { key: 'Sec-WebSocket-Key: short' }),
  knock('a key of 17 bytes', 400, { key: 'Sec-WebSocket-Key: MDEyMzQ1Njc4OTAxMjM0NTY=' }),
  knock('a key that is no base64', 400, { key: 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ!!' }),
  knock('no version', 400, { version: '' }),
  knock('version 99', 400, { version: 'Sec-WebSocket-Version: 99' }),
  knock('version 12', 400, { version: 'Sec-WebSocket-Version: 12' }),
  knock('a version that is no number', 400, { version: 'Sec-WebSocket-Version: thirteen' }),
  knock('no host, and no origin to compare with it', 101, { host: '' }),
  knock('an origin and no host', 403, { host: '', more: 'Origin: http://localhost' }),
  knock('two hosts: the first counts', 403, { more: 'Host: evil.example\r\nOrigin: https://evil.example' }),
  knock('POST', 405, { more: 'Content-Length: 0' }, 'POST / HTTP/1.1'),
  knock('PUT', 405, { more: 'Content-Length: 0' }, 'PUT / HTTP/1.1'),
  knock('a header with a line in it', 400, { more: 'X-Header: a\rb' }),
  knock('a header with a zero in it', 400, { more: 'X-Header: a\0b' }),
  knock('a header without a name', 400, { more: ': nameless' }),
  knock('a length and pieces', 400, { more: 'Content-Length: 5\r\nTransfer-Encoding: chunked' }),
  knock('two lengths', 400, { more: 'Content-Length: 5\r\nContent-Length: 6' }),
  knock('a header of 64 KiB', 431, { more: `X-Header: ${'x'.repeat(65_536)}` }),
  knock('a path of 64 KiB', 431, {}, `GET /${'x'.repeat(65_536)} HTTP/1.1`),
  knock('a later HTTP', 400, {}, 'GET / HTTP/9.9'),
  { name: 'a greeting of TLS', bytes: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', status: undefined },
  { name: 'the preface of HTTP/2', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', status: undefined },
  { name: 'zeros', bytes: '\0'.repeat(1_000), status: undefined },
  { name: 'a line without an end', bytes: `GET /${'x'.repeat(100_000)}`, status: undefined },
]

/** CVE-2024-37890: more headers than Node keeps, the upgrade's own behind them. */
export const manyHeaders = knock('2,001 headers', undefined, { host: 'X: 1\r\n'.repeat(2_001) + host })
