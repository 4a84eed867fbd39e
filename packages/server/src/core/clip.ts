/** What a peer chose, shortened for people who watch: an id or a type may be as long as a message. */

/** So many characters of an id or a type are kept. */
const most = 128

/** A copy where it is shortened, which does not hold the long one in memory. */
export const clip = (text: string): string =>
  text.length <= most ? text : Buffer.from(`${text.slice(0, most - 1)}…`).toString()
