/** The numbered pushes of one session that its client has not confirmed [P-23, P-24]. */

import { type Json, limits, Outbox } from '@backchat/protocol'
import type { ReadResult } from './operations.js'

export type Log = Outbox<Json>

export const emptyLog = (): Log => new Outbox<Json>({ items: limits.logPushes, bytes: limits.logBytes })

/** The log above a cursor: what was trimmed, then at most so many pushes. */
export const read = (log: Log, after: number, most: number): ReadResult => {
  const { first, items, gap } = log.after(after, most)
  const pushes = items.map((message, index) => ({ push: first + index, message }))
  return { op: 'read', status: 'ok', head: log.head, ...(gap && { gap }), pushes }
}
