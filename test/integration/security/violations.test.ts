/** Each violation of RFC 6455 ends the link that it came on, says why, and nothing else: the session stays, and so do the neighbours. */

import { expect, test } from 'vitest'
import { newIdentity } from '../server/raw-client.js'
import { hello, neighbourhood } from './neighbourhood.js'
import { frame, opcodes, upgraded } from './raw-socket.js'
import { violations } from './violations.js'

test('there are enough of them, and no two are the same', () => {
  expect(violations.length).toBeGreaterThanOrEqual(60)
  expect(new Set(violations.map(({ bytes }) => bytes.toString('hex'))).size).toBe(violations.length)
})

test('before the hello each violation is closed with the code of RFC 6455', async () => {
  const { port, allIsWell } = await neighbourhood()
  for (const { name, bytes, code } of violations) {
    const raw = await upgraded(port)
    raw.write(bytes)
    expect(await raw.closeCode(), name).toBe(code)
    await raw.ended
  }
  await allIsWell()
}, 60_000)

test('after the welcome too, and the session is found again by the next link', async () => {
  const { port, allIsWell } = await neighbourhood()
  const identity = newIdentity()
  let session: unknown
  for (const [index, { name, bytes, code }] of violations.entries()) {
    const raw = await upgraded(port)
    raw.write(hello(identity, index + 1))
    const { sessionId, resumed } = await raw.hear('welcome')
    expect({ sessionId, resumed }, name).toEqual({ sessionId: session ?? sessionId, resumed: session !== undefined })
    session = sessionId
    raw.write(bytes)
    expect(await raw.closeCode(), name).toBe(code)
    await raw.ended
  }
  await allIsWell()
}, 60_000)

test('CVE-2022-21676: a violation in the same segment as the upgrade is answered like any other', async () => {
  const { port, allIsWell } = await neighbourhood()
  for (const { name, bytes, code } of violations) {
    const raw = await upgraded(port, bytes)
    expect(await raw.closeCode(), name).toBe(code)
    await raw.ended
  }
  await allIsWell()
}, 60_000)

test('a reset after each violation harms nobody', async () => {
  const { port, allIsWell } = await neighbourhood()
  for (const { bytes } of violations) {
    const raw = await upgraded(port)
    raw.write(bytes)
    raw.socket.resetAndDestroy()
    await raw.ended
  }
  await allIsWell()
}, 60_000)

test('a length written longer than needed is read as what it says', async () => {
  const { port } = await neighbourhood()
  for (const lengthBits of [16, 64] as const) {
    const raw = await upgraded(port)
    const said = JSON.stringify({ kind: 'ping' })
    raw.write(hello(newIdentity(), 1))
    await raw.hear('welcome')
    raw.write(frame({ opcode: opcodes.text, payload: said, lengthBits }))
    await raw.hear('pong')
    raw.socket.destroy()
    await raw.ended
  }
})

test('CVE-2026-48779: a text in 200,000 pieces ends its link alone', async () => {
  const { port, allIsWell } = await neighbourhood()
  const raw = await upgraded(port)
  const piece = frame({ opcode: opcodes.continuation, fin: false, payload: 'x' })
  raw.write(frame({ opcode: opcodes.text, fin: false, payload: '"' }), Buffer.alloc(200_000 * piece.length, piece))
  expect([1008, 1009]).toContain(await raw.closeCode())
  await allIsWell()
}, 60_000)

test('what follows a close frame is not heard', async () => {
  const { port, allIsWell } = await neighbourhood()
  const raw = await upgraded(port)
  raw.write(frame({ opcode: opcodes.close }), hello(newIdentity(), 1))
  const heard: number[] = []
  for (let next = await raw.next(); next !== undefined; next = await raw.next()) heard.push(next.opcode)
  expect(heard).toEqual([opcodes.close])
  await allIsWell()
})
