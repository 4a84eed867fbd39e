/**
 * Everything that a store decides, apart from where it keeps things: carries out batches on tables of any make.
 * The memory store and `@backchat/store-lmdb` are this logic on two makes of tables.
 */

import { unreachable } from '@backchat/protocol'
import type { Fence, Operation, Owner, RenewOperation, RenewResult, Result, RunFence } from './operations.js'
import { Owners } from './owners.js'
import { Post } from './post.js'
import { Pushes } from './pushes.js'
import { Runs } from './runs.js'
import { isCurrent } from './session-record.js'
import { type SessionBounds, Sessions } from './sessions.js'
import type { Tables } from './tables.js'

export interface StoreLogicOptions extends SessionBounds {
  readonly tables: Tables
  /** Milliseconds that never go back; the same clock for all who use the tables. */
  readonly now: () => number
}

export class StoreLogic {
  readonly #tables: Tables
  readonly #now: () => number
  readonly #owners: Owners
  readonly #post: Post
  readonly #runs: Runs
  readonly #pushes: Pushes
  readonly #sessions: Sessions

  constructor(options: StoreLogicOptions) {
    const { tables } = options
    this.#tables = tables
    this.#now = options.now
    this.#owners = new Owners(tables)
    this.#post = new Post(tables.owners, tables.notes)
    this.#runs = new Runs(this.#owners, this.#post)
    this.#pushes = new Pushes(tables, this.#owners, this.#post)
    this.#sessions = new Sessions(options, tables, this.#owners, this.#post, this.#pushes)
  }

  /** Carries out a batch; one time stands for the whole of it. */
  apply(operations: readonly Operation[]): readonly Result[] {
    const now = this.#now()
    return operations.map((operation) => this.#carryOut(operation, now))
  }

  /** The owners that found notes since the last call: to be told when the batch is kept for good. */
  hinted(): Iterable<Owner> {
    return this.#post.hinted()
  }

  #carryOut(operation: Operation, now: number): Result {
    switch (operation.op) {
      case 'greet':
        return this.#sessions.greet(operation, now)
      case 'detach':
        return this.#sessions.detach(operation, now)
      case 'logout':
        return { op: 'logout', status: 'ok', over: this.#sessions.logout(operation) }
      case 'append':
        return this.#pushes.append(operation, now)
      case 'withdraw':
        return this.#pushes.withdraw(operation)
      case 'join':
      case 'leave':
        return this.#move(operation)
      case 'chunks':
      case 'finish':
      case 'forget':
        return this.#forRun(operation)
      case 'enlist':
        this.#owners.enlist(operation, now)
        return { op: 'enlist', status: 'ok' }
      case 'renew':
        return this.#renew(operation, now)
      case 'retire':
        this.#owners.retire(operation.owner, now)
        return { op: 'retire', status: 'ok' }
      default:
        return this.#forLink(operation, now)
    }
  }

  /** Operations of a run: they need its session, and the journal knows whether the run still counts. */
  #forRun(operation: RunOperation): Result {
    const record = this.#tables.sessions.get(operation.run.session)
    if (record?.epoch !== operation.run.epoch) return { op: operation.op, status: 'gone' }
    switch (operation.op) {
      case 'chunks':
        return this.#runs.chunks(record, operation)
      case 'finish':
        return this.#runs.finish(record, operation)
      case 'forget':
        return this.#runs.forget(record, operation.run)
      default:
        return unreachable(operation)
    }
  }

  /** Operations that a link asks for: nothing happens unless it is the current one [P-11]. */
  #forLink(operation: LinkOperation, now: number): Result {
    const record = this.#tables.sessions.get(operation.fence.session)
    if (operation.op === 'end' && record?.epoch !== operation.fence.epoch) return { op: 'end', status: 'gone' }
    if (record === undefined || !isCurrent(record, operation.fence)) return { op: operation.op, status: 'fenced' }
    switch (operation.op) {
      case 'begin':
        return this.#runs.begin(record, operation, now)
      case 'cancel':
        return this.#runs.cancel(record, operation.n)
      case 'confirm':
        return this.#runs.confirm(record, operation)
      case 'read':
        return this.#pushes.read(record, operation, now)
      case 'answer':
        return this.#pushes.answer(record, operation)
      case 'end':
        this.#sessions.end(record, record.owner)
        return { op: 'end', status: 'ok' }
      default:
        return unreachable(operation)
    }
  }

  #move({ op, session, room }: Extract<Operation, { op: 'join' | 'leave' }>): Result {
    if (this.#tables.sessions.get(session) === undefined) return { op, status: 'gone' }
    if (op === 'join') this.#tables.rooms.join(session, room)
    else this.#tables.rooms.leave(session, room)
    return { op, status: 'ok' }
  }

  #renew({ owner, leaseMs, sessionTtlMs, seen }: RenewOperation, now: number): RenewResult {
    if (!this.#owners.renew(owner, leaseMs, now)) return { op: 'renew', status: 'gone' }
    this.#owners.endOthersRunOut(owner, now)
    const over = this.#sessions.expire(now - sessionTtlMs, owner)
    const { last, notes } = this.#tables.notes.take(owner, seen)
    return { op: 'renew', status: 'ok', last, notes, over }
  }
}

type RunOperation = Extract<Operation, { run: RunFence }>
type LinkOperation = Extract<Operation, { fence: Fence }>
