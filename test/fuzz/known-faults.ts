/** What a run is not to complain of, because it is known and waits to be mended. Each goes when its fault does. */

/**
 * A number that was sent as a `send` and is asked for again as a `request` or a `stream`, which no client with manners does, is
 * answered with the reply that nobody kept: `"message":null`, which no client understands.
 */
export const isReplyOfSend = (text: string): boolean =>
  /^\{"kind":"reply","n":\d+(,"count":\d+)?,"message":null\}$/.test(text)
