/** A text as a frame of RFC 6455, §5.2: what a server writes, so that many leave in one piece. */

const fin = 0x80
const textOpcode = 0x1
/** A length from 126 on follows in two bytes; one from 64 KiB on in eight, which nobody writes here. */
const twoByteLength = 126
const eightByteLength = 64 * 1024

const start = String.fromCharCode(fin | textOpcode)

/**
 * The frame, a character for each byte; undefined where that is not so simple: for a long text, or one with characters beyond ASCII.
 * `payload` is the part of the text that may have them: to look at all of a text that was just put together, it would have to be copied.
 */
export const textFrame = (text: string, payload = text): string | undefined => {
  const { length } = text
  if (length >= eightByteLength || Buffer.byteLength(payload) !== payload.length) return undefined
  const size =
    length < twoByteLength
      ? String.fromCharCode(length)
      : String.fromCharCode(twoByteLength, length >> 8, length & 0xff)
  return start + size + text
}
