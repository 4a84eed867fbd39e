/** A TCP socket that went through the upgrade by hand: any bytes can follow, and what comes back is told apart by a few lines of our own. */

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Frame, framesOf } from '../server/raw-client.js'

/** One WebSocket frame of a client (RFC 6455 §5.2), sound unless told otherwise. */
export interface FrameParts {
  readonly fin?: boolean
  /** RSV1, RSV2, RSV3 as the bits 4, 2, 1. */
  readonly reserved?: number
  readonly opcode: number
  readonly payload?: Buffer | string
  readonly masked?: boolean
  /** How the length is written: in 7 bits, 16 or 64; default the shortest. */
  readonly lengthBits?: 7 | 16 | 64
  /** The length that is announced; default the payload's. */
  readonly announces?: bigint
}

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

const mask = Buffer.from([1, 2, 3, 4])

export function frame({ opcode, payload = '', masked = true, ...parts }: FrameParts): Buffer {
  const bytes = Buffer.from(payload)
  const length = parts.announces ?? BigInt(bytes.length)
  const lengthBits = parts.lengthBits ?? (length < 126n ? 7 : length < 65_536n ? 16 : 64)
  const first = ((parts.fin ?? true) ? 0x80 : 0) | ((parts.reserved ?? 0) << 4) | opcode
  const second = (masked ? 0x80 : 0) | (lengthBits === 7 ? Number(length) : lengthBits === 16 ? 126 : 127)
  const extended = Buffer.alloc(lengthBits === 7 ? 0 : lengthBits / 8)
  if (lengthBits === 16) extended.writeUInt16BE(Number(length))
  if (lengthBits === 64) extended.writeBigUInt64BE(length)
  const body = masked ? bytes.map((byte, index) => byte ^ (mask[index % 4] ?? 0)) : bytes
  return Buffer.concat([Buffer.from([first, second]), extended, masked ? mask : Buffer.alloc(0), body])
}

export const text = (payload: object | string): Buffer =>
  frame({ opcode: opcodes.text, payload: typeof payload === 'string' ? payload : JSON.stringify(payload) })

export const upgradeRequest = (port: number): string =>
  [
    'GET / HTTP/1.1',
    `Host: localhost:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Protocol: backchat.1',
    '\r\n',
  ].join('\r\n')

export class RawSocket {
  readonly socket: Socket
  /** Nothing of the connection is left. */
  readonly ended: Promise<void>
  #bytes: Buffer = Buffer.alloc(0)
  /** Frames that came in texts and were not heard yet. */
  readonly #said: Frame[] = []
  #over = false
  #changed: () => void = () => {}

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => {})
    socket.on('end', () => socket.end())
    socket.on('data', (piece: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, piece])
      this.#changed()
    })
    this.ended = new Promise((resolve) => {
      socket.once('close', () => {
        this.#over = true
        this.#changed()
        resolve()
      })
    })
  }

  write(...pieces: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(pieces))
  }

  /** The head of the answer to the upgrade. */
  async head(): Promise<string> {
    await this.#until(() => this.#bytes.includes('\r\n\r\n'))
    const end = this.#bytes.indexOf('\r\n\r\n') + 4
    return String(this.#take(end))
  }

  /** The next frame; undefined when the connection ended before one. */
  async next(): Promise<{ readonly opcode: number; readonly payload: Buffer } | undefined> {
    await this.#until(() => this.#frameLength() !== undefined)
    const lengths = this.#frameLength()
    if (lengths === undefined) return undefined
    const bytes = this.#take(lengths.head + lengths.payload)
    return { opcode: (bytes[0] ?? 0) & 0x0f, payload: bytes.subarray(lengths.head) }
  }

  /** The code in the server's close frame; undefined when there was none. Other frames are passed over. */
  async closeCode(): Promise<number | undefined> {
    for (let heard = await this.next(); heard !== undefined; heard = await this.next()) {
      if (heard.opcode === opcodes.close) return heard.payload.readUInt16BE()
    }
    return undefined
  }

  /** The next frame of this kind. */
  async hear(kind: string): Promise<Record<string, unknown>> {
    for (;;) {
      for (let frame = this.#said.shift(); frame !== undefined; frame = this.#said.shift())
        if (frame.kind === kind) return frame
      const heard = await this.next()
      if (heard === undefined) break
      if (heard.opcode === opcodes.text) this.#said.push(...framesOf(String(heard.payload)))
    }
    throw new Error(`The connection ended without a ${kind}.`)
  }

  #frameLength(): { readonly head: number; readonly payload: number } | undefined {
    const bytes = this.#bytes
    if (bytes.length < 2) return undefined
    const short = (bytes[1] ?? 0) & 0x7f
    const head = short < 126 ? 2 : short === 126 ? 4 : 10
    if (bytes.length < head) return undefined
    const payload = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
    return bytes.length < head + payload ? undefined : { head, payload }
  }

  #take(length: number): Buffer {
    const taken = this.#bytes.subarray(0, length)
    this.#bytes = this.#bytes.subarray(length)
    return taken
  }

  async #until(isThere: () => boolean): Promise<void> {
    while (!this.#over && !isThere()) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve
      })
    }
  }
}

/** Connects and is upgraded; `behind` goes out in one write with the request. */
export async function upgraded(port: number, behind: Buffer = Buffer.alloc(0)): Promise<RawSocket> {
  const raw = new RawSocket(connect(port, 'localhost'))
  await once(raw.socket, 'connect')
  raw.write(Buffer.from(upgradeRequest(port)), behind)
  const head = await raw.head()
  if (!head.startsWith('HTTP/1.1 101')) throw new Error(head)
  return raw
}
