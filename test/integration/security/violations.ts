/** What RFC 6455 forbids a client to send, and the close code with which a server answers. */

import { limits } from '@backchat/protocol'
import { type FrameParts, frame, opcodes } from './raw-socket.js'

export interface Violation {
  readonly name: string
  readonly bytes: Buffer
  /** RFC 6455 §7.4.1: 1002 for what is no WebSocket, 1007 for text that is none, 1009 for too much. */
  readonly code: 1002 | 1007 | 1009
}

const { continuation, close, ping, pong, binary } = opcodes
const largest = limits.messageBytes + limits.envelopeBytes

/** Opens a message of more than one frame. */
const opening = (payload = '') => frame({ opcode: opcodes.text, fin: false, payload })
const wrong = (name: string, ...parts: readonly (FrameParts | Buffer)[]): Violation => ({
  name,
  bytes: Buffer.concat(parts.map((part) => (Buffer.isBuffer(part) ? part : frame(part)))),
  code: 1002,
})
const tooLarge = (name: string, announces: bigint): Violation => ({
  ...wrong(name, { opcode: opcodes.text, announces, lengthBits: 64 }),
  code: 1009,
})
const noText = (name: string, ...bytes: readonly number[]): Violation => ({
  ...wrong(`text with ${name}`, { opcode: opcodes.text, payload: Buffer.from(bytes) }),
  code: 1007,
})
const closing = (code: number, reason = Buffer.alloc(0)) => {
  const payload = Buffer.alloc(2)
  payload.writeUInt16BE(code)
  return { opcode: close, payload: Buffer.concat([payload, reason]) }
}
const everyControl = [
  ['ping', ping],
  ['pong', pong],
  ['close', close],
] as const
const everyKind = [['text', opcodes.text], ['binary', binary], ...everyControl] as const

const unmasked = everyKind.map(([name, opcode]) =>
  wrong(`${name} without a mask`, { opcode, payload: opcode === close ? '' : 'hi', masked: false }),
)

const reservedBits = [
  ...[4, 2, 1, 7].map((reserved) =>
    wrong(`text with reserved bits ${reserved.toString(2).padStart(3, '0')}`, { opcode: opcodes.text, reserved }),
  ),
  ...everyControl.map(([name, opcode]) => wrong(`${name} with a reserved bit`, { opcode, reserved: 4 })),
  wrong('binary with a reserved bit', { opcode: binary, reserved: 2 }),
  wrong('a continuation with a reserved bit', opening(), { opcode: continuation, reserved: 4 }),
]

const reservedOpcodes = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => wrong(`opcode ${opcode}`, { opcode }))

const controls = everyControl.flatMap(([name, opcode]) => [
  wrong(`${name} of 126 bytes`, { opcode, payload: Buffer.alloc(126) }),
  wrong(`${name} in pieces`, { opcode, fin: false }),
  wrong(`${name} whose length is in 64 bits`, { opcode, lengthBits: 64 }),
])

const pieces = [
  wrong('a continuation of nothing', { opcode: continuation, payload: 'hi' }),
  wrong('an open continuation of nothing', { opcode: continuation, fin: false, payload: 'hi' }),
  wrong('a text within a text', opening('{'), { opcode: opcodes.text, payload: '}' }),
  wrong('the opening of a text within a text', opening('{'), opening('{')),
  wrong('bytes within a text', opening('{'), { opcode: binary, payload: '}' }),
  wrong('a continuation of a ping', { opcode: ping, payload: '{' }, { opcode: continuation, payload: '}' }),
]

const lengths = [
  tooLarge('one byte more than the largest message', BigInt(largest + 1)),
  tooLarge('CVE-2016-10542: 256 MB announced, and nothing more', 0x1000_0000n),
  tooLarge('4 GB announced', 0x1_0000_0000n),
  tooLarge('2^53 - 1 bytes announced', 2n ** 53n - 1n),
  tooLarge('2^53 bytes announced', 2n ** 53n),
  tooLarge('2^63 - 1 bytes announced', 2n ** 63n - 1n),
  tooLarge('the highest bit of the length set', 2n ** 63n),
  {
    ...wrong(
      'pieces that are too much together',
      opening('x'.repeat(limits.helloBytes)),
      ...Array.from({ length: Math.ceil(largest / limits.helloBytes) }, () => ({
        opcode: continuation,
        fin: false,
        payload: 'x'.repeat(limits.helloBytes),
      })),
    ),
    code: 1009 as const,
  },
]

const noUtf8 = [
  noText('the byte ff', 0xff),
  noText('the byte fe', 0xfe),
  noText('a lone continuation byte', 0x80),
  noText('an overlong slash', 0xc0, 0xaf),
  noText('an overlong letter', 0xc1, 0x81),
  noText('an overlong zero of three bytes', 0xe0, 0x80, 0x80),
  noText('half of a surrogate pair', 0xed, 0xa0, 0x80),
  noText('a character beyond the last', 0xf4, 0x90, 0x80, 0x80),
  noText('a character of five bytes', 0xf8, 0x88, 0x80, 0x80, 0x80),
  noText('a character cut short', 0xe2, 0x82),
  noText('a wrong byte after good ones', 0x7b, 0x7d, 0xff),
  {
    ...wrong('a wrong byte in a later piece', opening('{'), { opcode: continuation, payload: Buffer.from([0xff]) }),
    code: 1007 as const,
  },
]

const closes = [
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map((code) =>
    wrong(`close with code ${code}`, closing(code)),
  ),
  wrong('close with half a code', { opcode: close, payload: Buffer.from([3]) }),
  { ...wrong('close with a reason that is no text', closing(1000, Buffer.from([0xff]))), code: 1007 as const },
]

export const violations: readonly Violation[] = [
  ...unmasked,
  ...reservedBits,
  ...reservedOpcodes,
  ...controls,
  ...pieces,
  ...lengths,
  ...noUtf8,
  ...closes,
]
