/** How long to wait before the next dial [P-26]. */

/** The delay after a first failure is drawn below this. */
export const backoffBaseMs = 200
/** And never above this, however many there were. */
export const backoffCapMs = 10_000

/**
 * Cap first, then full jitter, so that clients which lost their links together come back spread out, from the first retry on.
 *
 * @param failures How many dials failed in a row before this one.
 * @param random A number drawn from [0, 1).
 * @param leastMs What a refusal asked for. The jitter comes on top of it: it was asked of many at once.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function redialMs(failures: number, random: number, leastMs = 0): number {
  return leastMs + random * Math.min(backoffCapMs, backoffBaseMs * 2 ** failures)
}
