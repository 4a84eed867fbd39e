/** The numbered pushes of one session that its client has not confirmed [P-23, P-24], and which of them want an answer [P-33]. */

import { type Json, limits, Outbox } from '@backchat/protocol'
import type { Owner, ReadResult, StoredPush } from './operations.js'

export type Log = Outbox<Logged>

/** A plain push is just its message. */
export type Logged = Json | Asked | Withdrawal

export interface Asked {
  readonly message: Json
  /** Who waits for the answer. */
  readonly owner: Owner
  /** By when. */
  readonly until: number
  /** The answer is still wanted. */
  open: boolean
}

export interface Withdrawal {
  /** The push whose answer is not wanted any more. */
  readonly withdraws: number
}

export const logBounds = { items: limits.logPushes, bytes: limits.logBytes }

export const emptyLog = (): Log => new Outbox<Logged>(logBounds)

/** The number of the oldest push that is kept, or of the next one. */
export const firstOf = (log: Log): number => log.head - log.size + 1

/** The log above a cursor: what was trimmed, then at most so many pushes. */
export const read = (log: Log, after: number, most: number, now: number): Extract<ReadResult, { status: 'ok' }> => {
  const { first, items, gap } = log.after(after, most)
  const pushes = items.map((item, index) => stored(first + index, item, now))
  return { op: 'read', status: 'ok', head: log.head, ...(gap && { gap }), pushes }
}

/** Who reads a push only after its ask has ended is not asked: it finds a withdrawal in that place. */
const stored = (push: number, item: Logged, now: number): StoredPush => {
  if (typeof item === 'string') return { push, message: item }
  if ('withdraws' in item) return { push, withdraws: item.withdraws }
  return item.open ? { push, message: item.message, leftMs: Math.max(0, item.until - now) } : { push, withdraws: push }
}
