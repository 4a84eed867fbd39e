/** How long to wait before the next try [P-26]. */

/** The first delay is drawn below this. */
export const backoffBaseMs = 200
/** And none is longer than this, however long the trouble lasts. */
export const backoffCapMs = 10_000

/**
 * As long again as was waited already, and up to as much more by chance. So who waits for what comes back is there at the latest when
 * the trouble has lasted three times as long as it did, and never later than 10 s; and many who lost it together come back spread
 * over as much time as they lost.
 *
 * @param waitedMs All delays since the trouble began, together.
 * @param random A number drawn from [0, 1).
 */
export function redialMs(waitedMs: number, random: number): number {
  const leastMs = Math.min(waitedMs, backoffCapMs / 2)
  return leastMs + random * Math.max(leastMs, backoffBaseMs)
}
