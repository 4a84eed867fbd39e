/** A session's record that is loaded: made of rows, written to rows, and told to the change log. */

import type { Range } from '@backchat/protocol'
import type { Link, Owner, SessionRecord } from '@backchat/server/store'
import type { SessionChange, Telling } from './change-log.js'
import type { Database, SessionRow } from './database.js'
import { carryOutChanges } from './entry-changes.js'
import { type KeptJournal, loadJournal, newJournal, writeJournal } from './journal-rows.js'
import { carryOutPushes, type KeptLog, loadLog, loggedOf, newLog, takePushes, writeLog } from './log-rows.js'
import { noRow, putRow, type StoredRow } from './session-rows.js'

/** What rows and change log say, as far as it is no part of journal and log. */
interface Told {
  given: number
  floor: number
  above: readonly Range[]
  attempt: number
  page: string
  owner: Owner
  link: Link
  asks: number
}

export class KeptRecord {
  readonly record: SessionRecord
  readonly #journal: KeptJournal
  readonly #log: KeptLog
  readonly #told: Told
  #row: StoredRow
  /** The batch in which it was used last. */
  usedIn = 0
  /** Since when nobody else can have changed it. */
  trust = 0
  /** What it was counted as. */
  counted = 0
  /** The change log says more than the rows. */
  isAhead = false
  isOver = false

  private constructor(record: SessionRecord, journal: KeptJournal, log: KeptLog, row: StoredRow) {
    this.record = record
    this.#journal = journal
    this.#log = log
    this.#row = row
    this.#told = toldOf(record)
  }

  static made(record: SessionRecord): KeptRecord {
    const journal = newJournal(record.journal.settled)
    return new KeptRecord({ ...record, journal: journal.journal }, journal, newLog(record.log), noRow)
  }

  static load(database: Database, session: string, row: StoredRow): KeptRecord {
    const value: SessionRow = JSON.parse(row.json)
    const journal = loadJournal(database, session, value)
    const { kept: log, asks } = loadLog(database, session, value)
    const { epoch, user, client, secretHash, attempt, page, owner, link, given } = value
    const names = { session, epoch, user, client, secretHash, attempt, page, owner, link, given }
    return new KeptRecord({ ...names, journal: journal.journal, log: log.log, asks }, journal, log, row)
  }

  get row(): StoredRow {
    return this.#row
  }

  get bytes(): number {
    return recordBytes + this.record.log.bytes + this.record.journal.endedBytes
  }

  /** Whether the change log can say what the batch has changed. What it cannot say is rare, and stands in the row of the session. */
  get canBeTold(): boolean {
    const { attempt, page, owner, link, asks } = this.record
    const told = this.#told
    const isAsked = asks.size > 0 || told.asks > 0
    return !isAsked && link === told.link && attempt === told.attempt && page === told.page && owner === told.owner
  }

  /** Tells what changed since it was told last. False when nothing did. */
  tell(telling: Telling): boolean {
    const { session, given, journal, log } = this.record
    const { floor, above } = journal.settled
    const list = this.#journal.entries.told
    const { bytes } = list
    const entries = list.take()
    const pushes = takePushes(this.#log, telling)
    const told = this.#told
    const isSame = given === told.given && floor === told.floor && above === told.above
    if (isSame && entries.length === 0 && pushes === undefined) return false
    told.given = given
    told.floor = floor
    told.above = above
    this.isAhead = true
    telling.add([session, given, floor, above, this.#log.toldFirst, log.head, entries, pushes ?? []], bytes)
    return true
  }

  /** Makes it what it was when this was told. */
  carryOut([, given, floor, above, first, head, entries, pushes]: SessionChange, texts: readonly string[]): void {
    const { record } = this
    record.given = given
    record.journal.settled.merge(floor, above)
    carryOutChanges(record.journal, entries)
    const items = pushes.map((push) => loggedOf(push, texts))
    carryOutPushes(record.log, first, head, items)
  }

  /** Writes to rows what they do not say. False when they say it all. */
  write(database: Database, batch: number): boolean {
    const { record } = this
    const hasNewEntries = this.#journal.entries.changes.size > 0
    writeJournal(database, record.session, this.#journal)
    const hasNewPushes = writeLog(database, record.session, this.#log)
    const json = JSON.stringify(rowOf(record))
    // Where the change log says more, the row says from which batch on it counts, though it may be as it was before.
    const isSame = !this.isAhead && !hasNewEntries && !hasNewPushes && json === this.#row.json
    if (!isSame) this.#row = putRow(database, record.session, batch, json)
    this.#journal.entries.told.take()
    Object.assign(this.#told, toldOf(record))
    this.isAhead = false
    return !isSame
  }
}

/** What a record takes besides its payload. */
const recordBytes = 4 * 1024

const toldOf = ({ given, journal, attempt, page, owner, link, asks }: SessionRecord): Told => {
  const { floor, above } = journal.settled
  return { given, floor, above, attempt, page, owner, link, asks: asks.size }
}

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
  asks: record.asks.entries().map(([push, { owner, until }]) => [push, owner, until]),
})
