/** Times as messages carry them. Many messages share a millisecond, and writing one down takes longer than the rest of a message. */

let writtenMs = NaN
let written = ''

/** The ISO 8601 form of milliseconds since 1970. */
export function timestampOf(ms: number): string {
  if (ms !== writtenMs) written = new Date(ms).toISOString()
  writtenMs = ms
  return written
}
