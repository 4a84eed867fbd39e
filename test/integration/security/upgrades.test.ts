/** Whatever knocks at the door is let in or ended with a status, and nobody else notices. */

import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { greeted } from '../server/raw-client.js'
import { portOf, serve } from '../server/serve.js'
import { opcodes, RawSocket, upgraded, upgradeRequest } from './raw-socket.js'
import { knocks, manyHeaders } from './upgrades.js'

/** A server, and a client on it that is asked at the end whether all is well. */
const inhabited = async () => {
  const { server, manager, errors, url } = await serve()
  manager.registerHandler('text', () => 'still here')
  const { client } = await greeted(url)
  let n = 0
  const allIsWell = async () => {
    n += 1
    client.request(n, 'text', null)
    expect(await client.next('reply')).toMatchObject({ message: { content: 'still here' } })
    expect(errors).toEqual([])
  }
  return { port: portOf(server), allIsWell }
}

const say = (port: number, bytes: string): RawSocket => {
  const raw = new RawSocket(connect(port, 'localhost'))
  raw.write(Buffer.from(bytes, 'latin1'))
  return raw
}

const statusOf = async (raw: RawSocket): Promise<number> => Number((await raw.head()).split(' ')[1])

test.for(knocks)('$name', async ({ bytes, status }) => {
  const { port, allIsWell } = await inhabited()
  const raw = say(port, bytes)
  if (status !== undefined) expect(await statusOf(raw)).toBe(status)
  if (status === 101) raw.socket.destroy()
  // Everybody else is shown out.
  else raw.socket.end()
  await raw.ended
  await allIsWell()
})

test('a reset in the middle of any of them harms nobody', async () => {
  const { port, allIsWell } = await inhabited()
  for (const { bytes } of knocks) {
    for (const part of [bytes, bytes.slice(0, bytes.length / 2)]) {
      const raw = say(port, part)
      raw.socket.once('connect', () => setImmediate(() => raw.socket.resetAndDestroy()))
      await raw.ended
    }
  }
  await allIsWell()
}, 60_000)

test('CVE-2024-37890: 2,001 headers and an upgrade harm nobody', async () => {
  const { port, allIsWell } = await inhabited()
  const raw = say(port, manyHeaders.bytes)
  expect([101, 200, 400, 431]).toContain(await statusOf(raw))
  raw.socket.destroy()
  await raw.ended
  await allIsWell()
})

test('a second upgrade on the same socket is no frame', async () => {
  const { port, allIsWell } = await inhabited()
  const raw = await upgraded(port)
  raw.write(Buffer.from(upgradeRequest(port)))
  expect(await raw.closeCode()).toBe(1002)
  await raw.ended
  await allIsWell()
})

test('two upgrades in one segment: the second is no frame', async () => {
  const { port, allIsWell } = await inhabited()
  const raw = await upgraded(port, Buffer.from(upgradeRequest(port)))
  expect((await raw.next())?.opcode).toBe(opcodes.close)
  await raw.ended
  await allIsWell()
})
