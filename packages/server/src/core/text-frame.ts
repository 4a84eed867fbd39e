/** A text as a frame of RFC 6455, §5.2: what a server writes, so that many leave in one piece. */

const fin = 0x80
const textOpcode = 0x1
/** A length from 126 on follows in two bytes; one from 64 KiB on in eight, which nobody writes here. */
const twoByteLength = 126
const eightByteLength = 64 * 1024

const start = String.fromCharCode(fin | textOpcode)

export const isAscii = (text: string): boolean => Buffer.byteLength(text) === text.length

/** The frame, a character for each byte; undefined for a long text, where that is not so simple. `isPlain`: all of it is ASCII. */
export const textFrame = (text: string, isPlain: boolean): string | undefined => {
  if (text.length >= eightByteLength) return undefined
  const bytes = isPlain ? text : Buffer.from(text).toString('latin1')
  const { length } = bytes
  if (length >= eightByteLength) return undefined
  const size =
    length < twoByteLength
      ? String.fromCharCode(length)
      : String.fromCharCode(twoByteLength, length >> 8, length & 0xff)
  return start + size + bytes
}
