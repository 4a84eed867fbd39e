/** A text as a frame of RFC 6455, §5.2: what a server writes, so that many leave in one piece. */

const fin = 0x80
const textOpcode = 0x1
/** A length from 126 on follows in two bytes; one from 64 KiB on in eight, which nobody writes here. */
const twoByteLength = 126
const eightByteLength = 64 * 1024

const start = String.fromCharCode(fin | textOpcode)

export const isAscii = (text: string): boolean => Buffer.byteLength(text) === text.length

/** A text as UTF-8, a character for each byte. */
export const utf8Bytes = (text: string): string => Buffer.from(text).toString('latin1')

/** The frame of a text that is bytes already, a character for each; undefined for a long one, where that is not so simple. */
export const textFrame = (bytes: string): string | undefined => {
  const { length } = bytes
  if (length >= eightByteLength) return undefined
  const size =
    length < twoByteLength
      ? String.fromCharCode(length)
      : String.fromCharCode(twoByteLength, length >> 8, length & 0xff)
  return start + size + bytes
}
