/** How long to wait before the next try [P-26]. */

/** The first delay is drawn below this. */
const firstMs = 200
/** No more than this counts of what was waited: so no delay is longer than 9 s, however long the trouble lasts. */
const mostCountedMs = 4_000
/** What chance adds, as a part of what counts. With 1, a fifth of those who were cut together comes back within one second after 5 s. */
const spread = 1.25

/**
 * As long again as was waited already, and up to 1.25 times as much more by chance. So who waits for what comes back is there at the
 * latest when the trouble has lasted 3.25 times as long as it did, and never later than 9 s; and many who lost it together come back
 * spread over more time than they lost.
 *
 * @param waitedMs All delays since the trouble began, together.
 * @param random A number drawn from [0, 1).
 */
export function redialMs(waitedMs: number, random: number): number {
  const leastMs = Math.min(waitedMs, mostCountedMs)
  return leastMs + random * Math.max(firstMs, spread * leastMs)
}
