/**
 * Session records as the decisions use them, loaded from rows and written back. Those used last stay loaded: the version in
 * the session's row says whether another process has changed it meanwhile.
 */

import { limits } from '@backchat/protocol'
import type { SessionRecord } from '@backchat/server/store'
import type { Database, SessionRow } from './database.js'
import { type KeptJournal, loadJournal, newJournal, removeJournal, writeJournal } from './journal-rows.js'
import { type KeptLog, loadLog, newLog, removeLog, writeLog } from './log-rows.js'

interface Loaded {
  readonly record: SessionRecord
  readonly journal: KeptJournal
  readonly log: KeptLog
  /** What stands in the session's row. */
  row: StoredRow
}

interface StoredRow {
  readonly text: string
  readonly version: number
  /** The text without the version. */
  readonly json: string
}

/** Most bytes of payload that stay loaded, and what a record takes besides. */
const mostBytes = 64 * 1024 * 1024
const recordBytes = 4 * 1024
/** Of a session's id [PROTOCOL.md, Limits]. */
const mostCharacters = limits.nameLength

export class Records {
  readonly #database: Database
  /** The one used last stands last. */
  #loaded = new Map<string, Loaded>()
  #bytes = 0
  /** Those used in this batch. */
  #used = new Map<string, Loaded>()

  constructor(database: Database) {
    this.#database = database
  }

  /** How many were used and are not written yet. */
  get used(): number {
    return this.#used.size
  }

  get(session: string): SessionRecord | undefined {
    return (this.#used.get(session) ?? this.#use(session))?.record
  }

  add(record: SessionRecord): SessionRecord {
    const journal = newJournal(record.journal.settled)
    const log = newLog(record.log)
    const kept = { ...record, journal: journal.journal }
    const loaded: Loaded = { record: kept, journal, log, row: { text: '', version: 0, json: '' } }
    this.#used.set(record.session, loaded)
    this.#write(loaded)
    return kept
  }

  remove({ session }: SessionRecord): void {
    this.#used.delete(session)
    this.#forget(session)
    this.#database.sessions.removeSync(session)
    removeJournal(this.#database, session)
    removeLog(this.#database, session)
  }

  /** Changes what the row says, without loading the rest. */
  relink(session: string, link: SessionRecord['link']): SessionRecord['link'] | undefined {
    const used = this.#used.get(session)
    if (used !== undefined) {
      const before = used.record.link
      used.record.link = link
      return before
    }
    const row = this.#rowOf(session)
    if (row === undefined) return undefined
    const value: SessionRow = JSON.parse(row.json)
    this.#put(session, row.version + 1, JSON.stringify({ ...value, link }))
    return value.link
  }

  /** Writes all that changed. */
  write(): void {
    for (const loaded of this.#used.values()) this.#write(loaded)
    for (const [session, loaded] of this.#used) this.#keep(session, loaded)
    this.#used = new Map()
  }

  /** The batch failed: nothing that is loaded can be trusted. */
  drop(): void {
    this.#used = new Map()
    this.#loaded = new Map()
    this.#bytes = 0
  }

  #use(session: string): Loaded | undefined {
    // What an application asks for may be anything; what has a record has a name that is a key.
    if (session === '' || session.length > mostCharacters) return undefined
    const row = this.#rowOf(session)
    const loaded = this.#loaded.get(session)
    this.#forget(session)
    if (row === undefined) return undefined
    const used = loaded?.row.text === row.text ? loaded : this.#load(session, row)
    this.#used.set(session, used)
    return used
  }

  #load(session: string, row: StoredRow): Loaded {
    const value: SessionRow = JSON.parse(row.json)
    const journal = loadJournal(this.#database, session, value)
    const { kept: log, asks } = loadLog(this.#database, session, value)
    const { epoch, user, client, secretHash, attempt, page, owner, link, given } = value
    const names = { session, epoch, user, client, secretHash, attempt, page, owner, link, given }
    return { record: { ...names, journal: journal.journal, log: log.log, asks }, journal, log, row }
  }

  #write(loaded: Loaded): void {
    const { record, journal, log } = loaded
    const { session } = record
    const hasNewEntries = journal.entries.changes.size > 0
    writeJournal(this.#database, session, journal)
    const hasNewPushes = writeLog(this.#database, session, log)
    const json = JSON.stringify(rowOf(record))
    if (!hasNewEntries && !hasNewPushes && json === loaded.row.json) return
    loaded.row = this.#put(session, loaded.row.version + 1, json)
  }

  #rowOf(session: string): StoredRow | undefined {
    const text = this.#database.sessions.get(session)
    if (text === undefined) return undefined
    const space = text.indexOf(' ')
    return { text, version: Number(text.slice(0, space)), json: text.slice(space + 1) }
  }

  #put(session: string, version: number, json: string): StoredRow {
    const text = `${version} ${json}`
    this.#database.sessions.putSync(session, text)
    return { text, version, json }
  }

  #keep(session: string, loaded: Loaded): void {
    this.#loaded.set(session, loaded)
    this.#bytes += bytesOf(loaded)
    for (const oldest of this.#loaded.keys()) {
      if (this.#bytes <= mostBytes) return
      this.#forget(oldest)
    }
  }

  #forget(session: string): void {
    const loaded = this.#loaded.get(session)
    if (loaded === undefined) return
    this.#loaded.delete(session)
    this.#bytes -= bytesOf(loaded)
  }
}

const bytesOf = ({ record }: Loaded): number => recordBytes + record.log.bytes + record.journal.endedBytes

const rowOf = (record: SessionRecord): SessionRow => ({
  epoch: record.epoch,
  user: record.user,
  client: record.client,
  secretHash: record.secretHash,
  attempt: record.attempt,
  page: record.page,
  owner: record.owner,
  link: record.link,
  given: record.given,
  floor: record.journal.settled.floor,
  above: record.journal.settled.above,
  head: record.log.head,
  asks: [...record.asks].map(([push, { owner, until }]) => [push, owner, until]),
})
