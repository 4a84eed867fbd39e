/** Ids of messages: one is made for each message and each reply, so many are made at once. */

/** 126 random bits. */
const length = 21
/** An id that is put together by itself, character by character, takes fifteen times the memory that it keeps. */
const atOnce = 64

/** Makes ids that nobody can guess: of random bytes, in the 64 characters of an alphabet. */
export function messageIds(randomize: (bytes: Uint8Array<ArrayBuffer>) => unknown, alphabet: string): () => string {
  const codes = new Uint8Array(atOnce * length)
  let ids = ''
  let next = 0
  return () => {
    if (next === ids.length) {
      randomize(codes)
      codes.forEach((byte, place) => {
        codes[place] = alphabet.charCodeAt(byte & 63)
      })
      ids = new TextDecoder().decode(codes)
      next = 0
    }
    next += length
    return ids.slice(next - length, next)
  }
}
