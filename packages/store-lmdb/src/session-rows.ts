/** The row of a session: the number of the batch that wrote it, then its JSON. Who has it loaded sees by the number whether it changed. */

import type { Link } from '@backchat/server/store'
import type { Database, SessionRow } from './database.js'

export interface StoredRow {
  readonly text: string
  readonly batch: number
  /** The text without the number. */
  readonly json: string
}

export const noRow: StoredRow = { text: '', batch: 0, json: '' }

export const readRow = (database: Database, session: string): StoredRow | undefined => {
  const text = database.sessions.get(session)
  if (text === undefined) return undefined
  const space = text.indexOf(' ')
  return { text, batch: Number(text.slice(0, space)), json: text.slice(space + 1) }
}

export const putRow = (database: Database, session: string, batch: number, json: string): StoredRow => {
  const text = `${batch} ${json}`
  database.sessions.putSync(session, text)
  return { text, batch, json }
}

/** Changes the link, and gives the one before. */
export const relinkRow = (database: Database, session: string, batch: number, link: Link): Link | undefined => {
  const row = readRow(database, session)
  if (row === undefined) return undefined
  const value: SessionRow = JSON.parse(row.json)
  putRow(database, session, batch, JSON.stringify({ ...value, link }))
  return value.link
}
