/** What is sound to RFC 6455 and no frame of ours, or not due: each hand-made one ends its own link, in whatever pieces it comes. */

import { expect, test } from 'vitest'
import { isBinary, isText, type ServerCase, type Wire } from '../../conformance/case.js'
import { serverCases } from '../../conformance/server-cases.js'
import { newIdentity } from '../server/raw-client.js'
import { hello, neighbourhood } from './neighbourhood.js'
import { frame, opcodes, type RawSocket, upgraded } from './raw-socket.js'

/** Cases of one frame, with nothing before it, that end the link. */
const hostile = serverCases.flatMap(({ name, link, says, before, passes, closes }: ServerCase) => {
  const [wire, ...more] = says
  if (closes === undefined || wire === undefined || more.length > 0 || before || passes) return []
  return [{ name, link, wire, closes }]
})

interface Message {
  readonly opcode: number
  readonly payload: Buffer
}

const messageOf = (wire: Wire): Message => {
  if (isBinary(wire)) return { opcode: opcodes.binary, payload: Buffer.from(wire.binary) }
  return { opcode: opcodes.text, payload: Buffer.from(isText(wire) ? wire.text : JSON.stringify(wire)) }
}

/** As one frame of RFC 6455, in one write. */
const whole = (raw: RawSocket, message: Message) => raw.write(frame(message))

/** As fragments of a few bytes each, with a ping between them (RFC 6455 §5.4). */
const inFragments = (raw: RawSocket, { opcode, payload }: Message) => {
  const size = Math.max(1, Math.ceil(payload.length / 5))
  const ping = frame({ opcode: opcodes.ping })
  const opening = frame({ opcode, fin: false, payload: payload.subarray(0, size) })
  const pieces = [ping, opening]
  for (let at = size; at < payload.length; at += size)
    pieces.push(ping, frame({ opcode: opcodes.continuation, fin: false, payload: payload.subarray(at, at + size) }))
  raw.write(...pieces, frame({ opcode: opcodes.continuation }))
}

/** One frame whose bytes come in segments of their own, as far as the network likes it. */
const byteForByte = (raw: RawSocket, message: Message) => {
  const bytes = frame(message)
  raw.socket.setNoDelay(true)
  const most = 60
  for (let at = 0; at < Math.min(most, bytes.length); at++) raw.write(bytes.subarray(at, at + 1))
  raw.write(bytes.subarray(most))
}

test('there are enough of them, and no two are the same', () => {
  expect(hostile.length).toBeGreaterThanOrEqual(150)
  expect(new Set(hostile.map(({ link, wire }) => link + JSON.stringify(wire))).size).toBe(hostile.length)
})

test.for([
  ['whole', whole],
  ['in fragments', inFragments],
  ['byte for byte', byteForByte],
] as const)('each of them, %s, ends its link with its code, and no other', async ([, write]) => {
  const { port, allIsWell } = await neighbourhood()
  for (const { name, link, wire, closes } of hostile) {
    const raw = await upgraded(port)
    if (link === 'welcomed') {
      raw.write(hello(newIdentity(), 1))
      await raw.hear('welcome')
    }
    write(raw, messageOf(wire))
    expect(await raw.closeCode(), name).toBe(closes)
    // Who answers no close is waited for for a second.
    raw.socket.end()
    await raw.ended
    await allIsWell()
  }
})
