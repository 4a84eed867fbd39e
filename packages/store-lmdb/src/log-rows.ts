/** A log in rows: one for each push. Whether the answer to one is still wanted stands in the row of the session. */

import { Outbox, utf8Length } from '@backchat/protocol'
import { type Asked, firstOf, type Log, type Logged, logBounds } from '@backchat/server/store'
import type { Database, LogRow, SessionRow } from './database.js'
import { removeUnder, rowsUnder } from './rows.js'

export interface KeptLog {
  readonly log: Log
  /** What is written: pushes from `first` up to `head`. */
  first: number
  head: number
}

export const newLog = (log: Log): KeptLog => ({ log, first: 1, head: 0 })

/** The log, and the pushes that wait for an answer: some of them may be past retention. */
export const loadLog = (database: Database, session: string, row: SessionRow) => {
  const open = new Map(row.asks.map(([push, owner, until]) => [push, { owner, until }]))
  const rows = rowsUnder(database.log, session)
  const log: Log = new Outbox<Logged>(logBounds, row.head - rows.length)
  const asks = new Map<number, Asked>()
  for (const [push, { owner, until }] of open) asks.set(push, { message: nothing, owner, until, open: true })
  for (const { key, value } of rows) {
    const push = Number(key[1])
    const item = itemOf(value, open.has(push))
    log.push(item, bytesOf(item))
    if (isAsked(item) && item.open) asks.set(push, item)
  }
  return { kept: { log, first: firstOf(log), head: log.head }, asks }
}

/** Nobody reads what is past retention. */
const nothing = 'null' as Asked['message']

const itemOf = (row: LogRow, open: boolean): Logged =>
  typeof row === 'string' || 'withdraws' in row ? row : { ...row, open }

const bytesOf = (item: Logged): number => {
  if (typeof item === 'string') return utf8Length(item)
  return 'withdraws' in item ? 0 : utf8Length(item.message)
}

const isAsked = (item: Logged): item is Asked => typeof item !== 'string' && 'open' in item

/** Writes what is new, and removes what is past. Tells whether there was anything. */
export const writeLog = (database: Database, session: string, kept: KeptLog): boolean => {
  const { log } = kept
  const first = firstOf(log)
  if (first === kept.first && log.head === kept.head) return false
  for (let push = kept.first; push < Math.min(first, kept.head + 1); push++) database.log.removeSync([session, push])
  const from = Math.max(first, kept.head + 1)
  let push = from
  for (const item of log.after(from - 1).items) {
    database.log.putSync([session, push], rowOf(item))
    push += 1
  }
  kept.first = first
  kept.head = log.head
  return true
}

const rowOf = (item: Logged): LogRow =>
  isAsked(item) ? { message: item.message, owner: item.owner, until: item.until } : item

export const removeLog = (database: Database, session: string): void => removeUnder(database.log, session)
