/** Where a message is or got stuck, for a person who asks why there is no answer. */

import type { Status } from '../api/status.js'

/** How the client is connected. */
export interface Line {
  readonly status: Status
  /** The newest link that was dialled; 0 before the first. */
  readonly link: number
  /** Since when there is no link, or there is one: milliseconds since 1970. */
  readonly since: number
}

/** What is known of a message's way beside its stage. */
export interface Way {
  /** The newest link that took it, and the one before that. */
  link?: number | undefined
  lostLink?: number | undefined
  /** When its handler was last said to run. */
  heardAtMs?: number | undefined
  /** Why the server put it off; until it is sent again. */
  putOff?: string | undefined
}

/** `on link 3, which was lost; asked again on link 4; still working, last heard 4 s ago`. */
export function whereabouts({ link, lostLink, heardAtMs, putOff }: Way, line: Line, now: number): string {
  if (link === undefined) return lineInWords(line, now)
  let words =
    lostLink === undefined ? `on link ${link}` : `on link ${lostLink}, which was lost; asked again on link ${link}`
  if (line.status.state !== 'online' || line.link !== link) words += `, which was lost; ${lineInWords(line, now)}`
  if (putOff !== undefined) words += `; put off: ${putOff}`
  if (heardAtMs !== undefined) words += `; still working, last heard ${seconds(now - heardAtMs)} ago`
  return words
}

/** `no link for 12 s: No connection (1006: connect ECONNREFUSED); next try in 3 s`. */
function lineInWords({ status, link, since }: Line, now: number): string {
  if (status.state === 'online') return `link ${link} takes no more for now`
  let words = `no link for ${seconds(now - since)}`
  if ('reason' in status) words += `: ${status.reason.replace(/\.$/, '')}`
  if ('until' in status) words += `; next try in ${seconds(status.until - now)}`
  return words
}

const seconds = (ms: number): string => `${Math.round(ms / 1_000)} s`
