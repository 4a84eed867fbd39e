/** Times as messages carry them. Under load many messages share a millisecond, and writing one down takes longer than the rest of a reply. */

let writtenMs = Number.NaN
let written = ''

/** The ISO 8601 form of milliseconds since 1970. */
export const timestampOf = (ms: number): string => {
  if (ms !== writtenMs) {
    written = new Date(ms).toISOString()
    writtenMs = ms
  }
  return written
}
