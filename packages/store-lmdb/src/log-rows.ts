/** A log in rows: one for each push. Whether the answer to one is still wanted stands in the row of the session. */

import { type Json, Outbox, ShortLived, utf8Length } from '@backchat/protocol'
import { type Asked, firstOf, type Log, type Logged, logBounds } from '@backchat/server/store'
import type { PushChange, Telling } from './change-log.js'
import type { Database, LogRow, SessionRow } from './database.js'
import { removeUnder, rowsUnder } from './rows.js'

export interface KeptLog {
  readonly log: Log
  /** What stands in rows: pushes from `first` up to `head`. */
  first: number
  head: number
  /** What stands in rows and in the change log. */
  toldFirst: number
  toldHead: number
}

export const newLog = (log: Log): KeptLog => ({ log, first: 1, head: 0, toldFirst: 1, toldHead: 0 })

/** The log, and the pushes that wait for an answer: some of them may be past retention. */
export const loadLog = (database: Database, session: string, row: SessionRow) => {
  const open = new Map(row.asks.map(([push, owner, until]) => [push, { owner, until }]))
  // Most sessions never have a push.
  const rows = row.head === 0 ? [] : rowsUnder(database.log, session)
  const log: Log = new Outbox<Logged>(logBounds, row.head - rows.length)
  const asks = new ShortLived<number, Asked>()
  for (const [push, { owner, until }] of open) asks.set(push, { message: nothing, owner, until, open: true })
  for (const { key, value } of rows) {
    const push = Number(key[1])
    const item = itemOf(value, open.has(push))
    log.push(item, bytesOf(item))
    if (isAsked(item) && item.open) asks.set(push, item)
  }
  const first = firstOf(log)
  const { head } = log
  return { kept: { log, first, head, toldFirst: first, toldHead: head }, asks }
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
  nowTold(kept)
  return true
}

/** For the change log: the pushes since the last time that are still kept; undefined when the log is as it was. */
export const takePushes = (kept: KeptLog, telling: Telling): readonly PushChange[] | undefined => {
  const { log, toldHead } = kept
  const first = firstOf(log)
  if (first === kept.toldFirst && log.head === toldHead) return undefined
  const items = log.head === toldHead ? [] : log.after(toldHead).items
  nowTold(kept)
  return items.map((item) => (typeof item === 'string' ? telling.place(item) : rowOfOther(item)))
}

/** Carries out what `takePushes` told of: `first` and `head` are what they were then. */
export const carryOutPushes = (log: Log, first: number, head: number, pushes: readonly Logged[]): void => {
  // What was appended and gone in one batch was not told, and is gone again below.
  while (log.head < head - pushes.length) log.push(nothing, 0)
  for (const item of pushes) log.push(item, bytesOf(item))
  log.confirm(first - 1)
}

/** In the log, nobody waits for an answer to it. */
export const loggedOf = (push: PushChange, texts: readonly string[]): Logged =>
  typeof push === 'number' ? (texts[push] as Json) : itemOf(push, false)

const nowTold = (kept: KeptLog): void => {
  kept.toldFirst = firstOf(kept.log)
  kept.toldHead = kept.log.head
}

const rowOf = (item: Logged): LogRow => (typeof item === 'string' ? item : rowOfOther(item))

const rowOfOther = (item: Exclude<Logged, string>): Exclude<LogRow, string> =>
  isAsked(item) ? { message: item.message, owner: item.owner, until: item.until } : item

export const removeLog = (database: Database, session: string): void => removeUnder(database.log, session)
