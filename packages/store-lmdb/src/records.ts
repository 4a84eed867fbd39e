/**
 * Session records as the decisions use them. What a batch changes in them goes to the change log, and to their rows when that is
 * long. Those used last stay loaded: as long as no other process has moved rows or log, they are what both say.
 */

import { limits } from '@backchat/protocol'
import type { SessionRecord } from '@backchat/server/store'
import { type ChangeLog, Telling } from './change-log.js'
import type { Database } from './database.js'
import { removeJournal } from './journal-rows.js'
import { KeptRecord } from './kept-record.js'
import { LoadedRecords } from './loaded-records.js'
import { removeLog } from './log-rows.js'
import { readRow, relinkRow } from './session-rows.js'

/** Of a session's id [PROTOCOL.md, Limits]. */
const mostCharacters = limits.nameLength

export interface RecordsOptions {
  /** Of sessions that were used last. */
  readonly mostLoadedBytes: number
  /** Whether a batch is flushed to the disk. Then everything goes to rows: it is the flush that costs. */
  readonly flushes: boolean
  /** So many batches, after another process has been at work, tell nothing. */
  readonly patience: number
}

export class Records {
  readonly #database: Database
  readonly #flushes: boolean
  readonly #changes: ChangeLog
  readonly #loaded: LoadedRecords
  /** Those used in this batch that are not written yet. */
  #used: KeptRecord[] = []
  /** Those of which the change log says more than their rows. */
  readonly #ahead = new Set<KeptRecord>()
  #hasLooked = false
  /** Rows of sessions. */
  #hasWritten = false
  #writesBefore = 0
  /** What this batch tells. */
  #telling: Telling | undefined
  readonly #patience: number
  /** So many batches go to rows: another process is at work, and would only carry out what was told. */
  #batchesInRows = 0
  #trust = 0
  #names: { readonly trust: number; readonly list: readonly string[] } | undefined
  /** Counts batches, those too that change nothing. */
  #round = 0

  constructor(database: Database, changes: ChangeLog, options: RecordsOptions) {
    this.#database = database
    this.#changes = changes
    this.#flushes = options.flushes
    this.#patience = options.patience
    this.#loaded = new LoadedRecords(options.mostLoadedBytes)
  }

  /** Whether this batch knows what others have changed. One that uses no record need not. */
  get hasLooked(): boolean {
    return this.#hasLooked
  }

  /** A batch begins. `isAlone`: nobody else has written since the last one. */
  begin(isAlone: boolean): void {
    this.#round += 1
    this.#hasLooked = isAlone
    this.#hasWritten = false
    if (this.#batchesInRows > 0) this.#batchesInRows -= 1
    this.#writesBefore = this.#database.tally.writes
  }

  get(session: string): SessionRecord | undefined {
    this.#look()
    const kept = this.#loaded.get(session)
    return kept?.trust === this.#trust ? this.#use(kept) : this.#find(session, kept)
  }

  /** Of all sessions. */
  names(): readonly string[] {
    this.#look()
    if (this.#names?.trust !== this.#trust) {
      this.#names = { trust: this.#trust, list: [...this.#database.sessions.getKeys()].map(String) }
    }
    return this.#names.list
  }

  add(record: SessionRecord): SessionRecord {
    this.#look()
    this.#names = undefined
    const kept = this.#keep(KeptRecord.made(record))
    this.#write(kept)
    return this.#use(kept)
  }

  remove({ session }: SessionRecord): void {
    this.#look()
    this.#names = undefined
    this.#loaded.forget(session)
    this.#database.sessions.removeSync(session)
    removeJournal(this.#database, session)
    removeLog(this.#database, session)
    this.#hasWritten = true
  }

  /** Changes what the row says, without loading the rest where that is not loaded. */
  relink(session: string, link: SessionRecord['link']): SessionRecord['link'] | undefined {
    this.#look()
    const record = this.#loaded.get(session) !== undefined ? this.get(session) : undefined
    if (record !== undefined) {
      const before = record.link
      record.link = link
      return before
    }
    const before = relinkRow(this.#database, session, this.#changes.batch, link)
    if (before !== undefined) this.#hasWritten = true
    return before
  }

  /** Where a batch goes through very many: writes the rows of those that it used, so that they can go when there is no more room. */
  spillIfFull(): void {
    if (!this.#loaded.isFull) return
    for (const kept of this.#takeUsed()) {
      kept.usedIn = 0
      this.#write(kept)
      this.#loaded.count(kept)
    }
    this.#loaded.makeRoom(this.#round)
  }

  /** The batch is over: what it changed goes to rows, or is told. It is whole in one place. */
  end(): void {
    const used = this.#takeUsed()
    if (this.#canTell(used)) this.#tell(used)
    else for (const kept of used) this.#write(kept)
    for (const kept of used) this.#loaded.count(kept)
    if (this.#loaded.isFull) this.#carryOut()
    if (this.#hasWritten) this.#changes.wroteRows()
    this.#loaded.makeRoom(this.#round)
  }

  /** All that was told goes to rows, after all, where it takes less room. */
  carryOut(): void {
    this.#carryOut()
    this.#changes.wroteRows()
  }

  /** The last thing before the batch is kept. */
  seal(): void {
    if (this.#telling !== undefined) this.#changes.append(this.#telling)
    this.#telling = undefined
  }

  /** The batch failed: nothing that is loaded can be trusted. */
  drop(): void {
    this.#used = []
    this.#ahead.clear()
    this.#telling = undefined
    this.#loaded.clear()
    this.#changes.forget()
  }

  // ---- finding ----

  #use(kept: KeptRecord): SessionRecord {
    if (kept.usedIn === this.#round) return kept.record
    kept.usedIn = this.#round
    this.#used.push(kept)
    return kept.record
  }

  #find(session: string, loaded: KeptRecord | undefined): SessionRecord | undefined {
    // What an application asks for may be anything; what has a record has a name that is a key.
    if (session === '' || session.length > mostCharacters) return undefined
    const row = readRow(this.#database, session)
    if (loaded !== undefined && loaded.row.text !== row?.text) this.#loaded.forget(session)
    if (row === undefined) return undefined
    const kept = this.#loaded.get(session) ?? this.#keep(KeptRecord.load(this.#database, session, row))
    kept.trust = this.#trust
    return this.#use(kept)
  }

  /** Before the first record of a batch is used: whether another process has changed something. */
  #look(): void {
    if (this.#hasLooked) return
    this.#hasLooked = true
    const { isKnown } = this.#changes
    if (!this.#changes.hasMoved()) return
    this.#batchesInRows = isKnown ? this.#patience : 1
    this.#trust += 1
    for (const { record } of this.#ahead) this.#loaded.forget(record.session)
    this.#ahead.clear()
    this.#takeOver()
  }

  /** Carries out the log that another process has left. */
  #takeOver(): void {
    for (const [batch, texts, sessions] of this.#changes.read()) {
      for (const change of sessions) {
        this.get(change[0])
        const kept = this.#loaded.get(change[0])
        // A session that has ended has no row, and one whose row was written later says it already.
        if (kept === undefined || kept.row.batch >= batch) continue
        kept.carryOut(change, texts)
        this.#ahead.add(kept)
      }
    }
    if (this.#changes.isNamed) this.#carryOut()
  }

  #keep(kept: KeptRecord): KeptRecord {
    kept.trust = this.#trust
    return this.#loaded.keep(kept)
  }

  // ---- writing ----

  /** What a batch has written to tables goes with rows. */
  #canTell(used: readonly KeptRecord[]): boolean {
    if (this.#flushes || this.#batchesInRows > 0 || this.#database.tally.writes !== this.#writesBefore) return false
    return used.every((kept) => kept.isOver || kept.canBeTold)
  }

  #tell(used: readonly KeptRecord[]): void {
    const telling = new Telling()
    for (const kept of used) if (!kept.isOver && kept.tell(telling)) this.#ahead.add(kept)
    if (telling.sessions.length === 0) return
    if (this.#changes.isTooLong(telling)) return this.#carryOut()
    this.#changes.open()
    this.#telling = telling
  }

  #carryOut(): void {
    for (const kept of this.#ahead) this.#write(kept)
    this.#ahead.clear()
    this.#telling = undefined
    this.#changes.clear()
    this.#hasWritten = true
  }

  #write(kept: KeptRecord): void {
    if (!kept.isOver && kept.write(this.#database, this.#changes.batch)) this.#hasWritten = true
  }

  #takeUsed(): readonly KeptRecord[] {
    const used = this.#used
    if (used.length > 0) this.#used = []
    return used
  }
}
