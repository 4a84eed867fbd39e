/** Ids of messages: one is made for each message and each reply, so several are made at once. */

/** 126 random bits. */
const length = 21
/** An id that is put together by itself, character by character, takes fifteen times the memory that it keeps. */
const atOnce = 16

/** Makes ids that nobody can guess: of random bytes, in the 64 characters of an alphabet. */
export function messageIds(random: (bytes: number) => Uint8Array, alphabet: string): () => string {
  let ids = ''
  let next = 0
  return () => {
    if (next === ids.length) {
      ids = String.fromCharCode(...random(atOnce * length).map((byte) => alphabet.charCodeAt(byte & 63)))
      next = 0
    }
    next += length
    return ids.slice(next - length, next)
  }
}
