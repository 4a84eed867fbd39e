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
  link?: number
  lostLink?: number
  /** When its handler was last said to run. */
  heardAtMs?: number
  /** Why the server put it off; until it is sent again. */
  putOff?: string | undefined
}

/** `on link 3, which was lost; asked again on link 4; still working, last heard 4 s ago`. */
export function whereabouts({ link, lostLink, heardAtMs, putOff }: Way, line: Line, now: number): string {
  if (link === undefined) return lineInWords(line, now)
  const isLost = line.status.state !== 'online' || line.link !== link
  return [
    lostLink !== undefined && `on link ${lostLink}, which was lost`,
    `${lostLink === undefined ? '' : 'asked again '}on link ${link}${isLost ? ', which was lost' : ''}`,
    isLost && lineInWords(line, now),
    putOff !== undefined && `the server put it off: ${putOff}`,
    heardAtMs !== undefined && `still working, last heard ${seconds(now - heardAtMs)} ago`,
  ]
    .filter((part) => part !== false)
    .join('; ')
}

function lineInWords({ status, link, since }: Line, now: number): string {
  const none = `no link for ${seconds(now - since)}`
  switch (status.state) {
    case 'online':
      return `link ${link} is up, and takes no more for now`
    case 'waiting':
      return `${none}: ${status.reason.replace(/\.$/, '')}; next try in ${seconds(status.until - now)}`
    case 'unauthorized':
      return `${none}: the token was refused: ${status.reason.replace(/\.$/, '')}`
    case 'closed':
      return 'the client is closed'
    default:
      return `${none}; connecting`
  }
}

const seconds = (ms: number): string => `${Math.max(0, Math.round(ms / 1_000))} s`
