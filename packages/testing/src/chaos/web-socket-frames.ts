/** Follows the WebSocket frames in one direction of a link as its bytes pass, without holding any of them back. */

/** A data frame that ends in the bytes just scanned. */
export interface ScannedFrame {
  /** Where it starts in those bytes; 0 when it started in earlier ones. */
  readonly start: number
  /** Its payload, unmasked; what is beyond {@link keptBytes} is left out. */
  text(): string
}

type State =
  /** The HTTP head of the upgrade, looked through for its end. */
  | { readonly at: 'head'; seen: number }
  /** The header of a frame, gathered until it is whole. */
  | { readonly at: 'header'; readonly bytes: number[] }
  | { readonly at: 'payload'; readonly frame: Frame }

interface Frame {
  readonly data: boolean
  readonly mask: readonly number[]
  /** The payload as it passed, still masked. */
  readonly kept: Uint8Array[]
  room: number
  left: number
}

/** Of one payload this much is kept to be looked at. */
const keptBytes = 1024 * 1024
const headEnd = [13, 10, 13, 10]

/** Reads frames as RFC 6455 §5.2 lays them out. Compressed frames are not inflated: leave `permessage-deflate` off. */
export class WebSocketFrames {
  #state: State = { at: 'head', seen: 0 }

  /** Goes over the next bytes and tells which data frames end in them. */
  scan(bytes: Uint8Array): ScannedFrame[] {
    const frames: ScannedFrame[] = []
    let start = 0
    for (let at = 0; at < bytes.length; ) {
      if (this.#state.at === 'payload') at += this.#takePayload(this.#state.frame, bytes.subarray(at))
      else this.#takeByte(bytes[at++] ?? 0)
      const state: State = this.#state
      if (state.at === 'payload' && state.frame.left === 0) {
        if (state.frame.data) frames.push({ start, text: () => textOf(state.frame) })
        this.#state = { at: 'header', bytes: [] }
      }
      if (this.#state.at === 'header' && this.#state.bytes.length === 0) start = at
    }
    return frames
  }

  #takeByte(byte: number): void {
    const state = this.#state
    if (state.at === 'head') {
      if (byte === headEnd[state.seen]) state.seen += 1
      else state.seen = byte === headEnd[0] ? 1 : 0
      if (state.seen === headEnd.length) this.#state = { at: 'header', bytes: [] }
    } else if (state.at === 'header') {
      state.bytes.push(byte)
      const frame = frameOf(state.bytes)
      if (frame) this.#state = { at: 'payload', frame }
    }
  }

  #takePayload(frame: Frame, bytes: Uint8Array): number {
    const taken = Math.min(frame.left, bytes.length)
    if (frame.data && frame.room > 0) {
      frame.kept.push(bytes.subarray(0, Math.min(taken, frame.room)))
      frame.room -= taken
    }
    frame.left -= taken
    return taken
  }
}

/** The frame that a whole header announces; undefined while bytes of the header are missing. */
function frameOf(header: readonly number[]): Frame | undefined {
  const [first = 0, second = 0] = header
  const short = second & 0x7f
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0
  const maskBytes = second & 0x80 ? 4 : 0
  if (header.length < 2 + lengthBytes + maskBytes) return undefined
  const length = header.slice(2, 2 + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0)
  const opcode = first & 0x0f
  return {
    data: opcode < 8,
    mask: header.slice(2 + lengthBytes),
    kept: [],
    room: keptBytes,
    left: lengthBytes ? length : short,
  }
}

function textOf({ kept, mask }: Frame): string {
  const payload = Buffer.concat(kept)
  if (mask.length > 0) for (const [i, byte] of payload.entries()) payload[i] = byte ^ (mask[i % 4] ?? 0)
  return payload.toString('utf8')
}
