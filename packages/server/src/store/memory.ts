/** The store in memory: answers at once, forgets when the process ends. */

import { unreachable } from '@backchat/protocol'
import * as journals from './journal.js'
import * as logs from './log.js'
import type {
  AppendOperation,
  AppendResult,
  EndedSession,
  Fence,
  GreetOperation,
  GreetResult,
  Operation,
  Result,
  RunFence,
  Target,
} from './operations.js'
import { Rooms } from './rooms.js'
import { confirm, greeted, isCurrent, judge, newRecord, resume, type SessionRecord } from './session-record.js'
import { SessionTable } from './session-table.js'
import type { Store } from './store.js'

export interface MemoryStoreOptions {
  /**
   * Most sessions, attached or not; default 100,000. Beyond it the session that has been without a link for longest
   * goes; when all have one, a new client is refused with `full`.
   */
  readonly maxSessions?: number
  /** The same for the sessions of one user; default 10. */
  readonly maxSessionsPerUser?: number
}

/** A store that answers at once. */
export interface MemoryStore extends Store {
  apply(operations: readonly Operation[]): readonly Result[]
  close(): void
}

/**
 * Keeps sessions in this process. When the process ends they are gone, and clients are told by a `reset`.
 * It serves one node at a time: what another owner has started counts as left behind by a node that is gone.
 *
 * @example
 * new WebSocketManager({ port: 8787, store: memoryStore({ maxSessions: 5_000 }) })
 */
export const memoryStore = (options: MemoryStoreOptions = {}): MemoryStore => {
  const sessions = new Sessions(options.maxSessions ?? 100_000, options.maxSessionsPerUser ?? 10)
  return {
    apply: (operations) => operations.map((operation) => sessions.carryOut(operation)),
    close: () => {},
  }
}

class Sessions {
  readonly #most: number
  readonly #mostPerUser: number
  readonly #table = new SessionTable()
  readonly #rooms = new Rooms()

  constructor(most: number, mostPerUser: number) {
    this.#most = most
    this.#mostPerUser = mostPerUser
  }

  carryOut(operation: Operation): Result {
    switch (operation.op) {
      case 'greet':
        return this.#greet(operation)
      case 'append':
        return this.#append(operation)
      case 'join':
      case 'leave':
        return this.#move(operation)
      case 'chunks':
      case 'finish':
      case 'forget':
        return this.#forRun(operation)
      default:
        return this.#forLink(operation)
    }
  }

  #greet(hello: GreetOperation): GreetResult {
    const judgement = judge(this.#table.find(hello.user, hello.client), hello)
    switch (judgement.verdict) {
      case 'stale':
      case 'not-yours':
        return { op: 'greet', status: judgement.verdict }
      case 'resume':
        resume(judgement.record, hello)
        this.#table.attach(judgement.record)
        return greeted(judgement.record, true, hello.lastPush, [])
      case 'replace':
        return this.#create(hello, [this.#end(judgement.record)])
      case 'new': {
        const over = this.#makeRoom(hello.user)
        return over === 'full' ? { op: 'greet', status: 'full' } : this.#create(hello, over)
      }
      default:
        return unreachable(judgement)
    }
  }

  #create(hello: GreetOperation, over: readonly EndedSession[]): GreetResult {
    const record = newRecord(hello)
    this.#table.add(record)
    return greeted(record, false, hello.lastPush, over)
  }

  /** Ends the session that has been without a link for longest, where there are too many. Changes nothing when that is not enough. */
  #makeRoom(user: string): readonly EndedSession[] | 'full' {
    if (this.#table.countOf(user) >= this.#mostPerUser) return this.#endOldest(this.#table.oldestDetachedOf(user))
    if (this.#table.size >= this.#most) return this.#endOldest(this.#table.oldestDetached())
    return []
  }

  #endOldest(record: SessionRecord | undefined): readonly EndedSession[] | 'full' {
    return record === undefined ? 'full' : [this.#end(record)]
  }

  #end(record: SessionRecord): EndedSession {
    this.#table.remove(record)
    this.#rooms.leaveAll(record.session)
    return { session: record.session, user: record.user }
  }

  /** Operations of a run: they need its session, and the journal knows whether the run still counts. */
  #forRun(operation: RunOperation): Result {
    const record = this.#table.get(operation.run.session)
    if (record?.epoch !== operation.run.epoch) return { op: operation.op, status: 'gone' }
    switch (operation.op) {
      case 'chunks':
        return journals.append(record.journal, operation)
      case 'finish':
        return journals.finish(record.journal, operation)
      case 'forget':
        return journals.forget(record.journal, operation.run)
      default:
        return unreachable(operation)
    }
  }

  /** Operations that a link asks for: nothing happens unless it is the current one [P-11]. */
  #forLink(operation: LinkOperation): Result {
    const record = this.#table.get(operation.fence.session)
    if (operation.op === 'end' && record?.epoch !== operation.fence.epoch) return { op: 'end', status: 'gone' }
    if (record === undefined || !isCurrent(record, operation.fence)) return { op: operation.op, status: 'fenced' }
    switch (operation.op) {
      case 'begin':
        return journals.begin(record.journal, operation, (owner) => owner === operation.owner)
      case 'cancel':
        return journals.cancel(record.journal, operation.n)
      case 'confirm':
        confirm(record, operation)
        return { op: 'confirm', status: 'ok' }
      case 'read':
        return logs.read(record.log, operation.after, operation.most)
      case 'detach':
        this.#table.detach(record)
        return { op: 'detach', status: 'ok' }
      case 'end':
        this.#end(record)
        return { op: 'end', status: 'ok' }
      default:
        return unreachable(operation)
    }
  }

  #append({ target, message, bytes }: AppendOperation): AppendResult {
    const appended = []
    for (const { session, log } of this.#reached(target)) appended.push({ session, push: log.push(message, bytes) })
    return { op: 'append', status: 'ok', appended }
  }

  #reached(target: Target): Iterable<SessionRecord> {
    switch (target.to) {
      case 'session':
        return this.#named([target.session])
      case 'user':
        return this.#table.of(target.user)
      case 'room':
        return this.#named(this.#rooms.members(target.room), target.except)
      case 'all':
        return this.#table.all()
      default:
        return unreachable(target)
    }
  }

  #named(sessions: Iterable<string>, except: readonly string[] = []): readonly SessionRecord[] {
    const records = []
    for (const session of sessions) {
      const record = this.#table.get(session)
      if (record !== undefined && !except.includes(session)) records.push(record)
    }
    return records
  }

  #move({ op, session, room }: Extract<Operation, { op: 'join' | 'leave' }>): Result {
    if (this.#table.get(session) === undefined) return { op, status: 'gone' }
    if (op === 'join') this.#rooms.join(session, room)
    else this.#rooms.leave(session, room)
    return { op, status: 'ok' }
  }
}

type RunOperation = Extract<Operation, { run: RunFence }>
type LinkOperation = Extract<Operation, { fence: Fence }>
