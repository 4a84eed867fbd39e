/** Ids that look like real ones and are the same at every run. */

import type { Ids, Random } from '@backchat/protocol'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'

/** Makes ids of the usual lengths: 21 characters, 128 bits and 256 bits in base64url. */
export function virtualIds(chance: Random): Ids {
  const make = (length: number, lastBits: number) => {
    let id = ''
    for (let i = 0; i < length - 1; i++) id += alphabet[Math.floor(chance() * 64)]
    // The last character of base64url holds what is left of the bits.
    return id + alphabet[Math.floor(chance() * 2 ** lastBits) << (6 - lastBits)]
  }
  return { id: () => make(21, 6), message: () => make(21, 6), client: () => make(22, 2), secret: () => make(43, 4) }
}
