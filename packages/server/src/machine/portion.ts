/** How much a generator is asked for at once: so many chunks, or until they have so many bytes together. */

export interface Portion {
  readonly chunks: number
  readonly bytes: number
}

/** One chunk, of any size: it tells at once that something comes. */
export const oneChunk: Portion = { chunks: 1, bytes: Number.POSITIVE_INFINITY }

/** What is yielded within one turn goes through the store together. More would keep others waiting. */
export const largestPortion: Portion = { chunks: 32, bytes: 16 * 1024 }

/** What is left of it after a chunk of that size. */
export const less = ({ chunks, bytes }: Portion, size: number): Portion => ({ chunks: chunks - 1, bytes: bytes - size })

/** Nothing is left: the generator waits to be asked again. */
export const isSpent = ({ chunks, bytes }: Portion): boolean => chunks <= 0 || bytes <= 0
