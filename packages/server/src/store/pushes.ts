/** Pushes: appended to the logs of those they reach, read by cursor; and asks: pushes that want an answer [P-23, P-24, P-33]. */

import { limits, unreachable } from '@backchat/protocol'
import { type Asked, firstOf, type Logged, read } from './log.js'
import type {
  AnswerOperation,
  AnswerResult,
  AppendOperation,
  AppendResult,
  AskEnding,
  GreetResult,
  Operation,
  Owner,
  ReadResult,
  Target,
  WithdrawOperation,
  WithdrawResult,
} from './operations.js'
import type { Owners } from './owners.js'
import type { Post } from './post.js'
import { give, type SessionRecord } from './session-record.js'
import type { Tables } from './tables.js'

export class Pushes {
  readonly #tables: Tables
  readonly #owners: Owners
  readonly #post: Post

  constructor(tables: Tables, owners: Owners, post: Post) {
    this.#tables = tables
    this.#owners = owners
    this.#post = post
  }

  append(operation: AppendOperation, now: number): AppendResult {
    const { target, message, bytes, owner, ask } = operation
    const appended = []
    for (const record of this.#reached(target)) {
      if (ask === undefined) appended.push({ session: record.session, push: this.#push(record, message, bytes, owner) })
      else if (this.#isFull(record)) return { op: 'append', status: 'ok', appended, full: true }
      else {
        const asked = { message, owner, until: now + ask.timeoutMs, open: true }
        appended.push({ session: record.session, push: this.#ask(record, asked, bytes) })
      }
    }
    return { op: 'append', status: 'ok', appended }
  }

  /** What is read is given: from now on a link of the client may have it. */
  read(record: SessionRecord, { after, most }: Extract<Operation, { op: 'read' }>, now: number): ReadResult {
    const result = read(record.log, after, most, now)
    give(record, result.pushes.at(-1)?.push ?? result.gap?.to ?? 0)
    return result
  }

  answer(record: SessionRecord, { push, ending }: AnswerOperation): AnswerResult {
    const asked = record.asks.get(push)
    if (asked === undefined) return { op: 'answer', status: 'known' }
    give(record, push)
    this.#end(record, push, asked, ending)
    return { op: 'answer', status: 'ok' }
  }

  withdraw({ session, push, owner }: WithdrawOperation): WithdrawResult {
    const record = this.#tables.sessions.get(session)
    if (record === undefined) return { op: 'withdraw', status: 'gone' }
    const asked = record.asks.get(push)
    if (asked === undefined) return { op: 'withdraw', status: 'ended' }
    close(record, push, asked)
    if (push > record.given) return { op: 'withdraw', status: 'ok', given: false }
    return { op: 'withdraw', status: 'ok', given: true, push: this.#push(record, { withdraws: push }, 0, owner) }
  }

  /** The link begins above what its welcome told it. */
  greeted(record: SessionRecord, result: GreetResult): void {
    if (result.status === 'ok' && result.gap !== undefined) give(record, result.gap.to)
  }

  /** The page that was asked is gone: nobody knows what it did. What it was not given, the new one will be asked. */
  turnedPage(record: SessionRecord): void {
    for (const [push, asked] of record.asks.entries()) {
      if (push <= record.given) this.#end(record, push, asked, { ok: 'unknown' })
    }
  }

  #ask(record: SessionRecord, asked: Asked, bytes: number): number {
    const push = this.#push(record, asked, bytes, asked.owner)
    record.asks.set(push, asked)
    return push
  }

  #push(record: SessionRecord, item: Logged, bytes: number, by: Owner): number {
    const push = record.log.push(item, bytes)
    const holder = record.link.state === 'held' ? record.link.owner : undefined
    // Whoever holds the link may bring the push there at once, and so may one who has ended without knowing it yet.
    if (holder === by || this.#owners.hasEnded(by)) give(record, push)
    if (holder !== undefined && holder !== by) this.#post.leave(holder, { note: 'push', session: record.session })
    if (record.asks.size > 0) this.#endTrimmed(record)
    return push
  }

  #endTrimmed(record: SessionRecord): void {
    const first = firstOf(record.log)
    for (const [push, asked] of record.asks.entries()) {
      if (push < first && push > record.given) this.#end(record, push, asked, { ok: 'trimmed' })
    }
  }

  /** Asks of owners that have ended are nobody's: they go when their room is needed. */
  #isFull(record: SessionRecord): boolean {
    if (record.asks.size < limits.asks) return false
    for (const [push, asked] of record.asks.entries())
      if (this.#owners.hasEnded(asked.owner)) close(record, push, asked)
    return record.asks.size >= limits.asks
  }

  #end(record: SessionRecord, push: number, asked: Asked, answer: AskEnding): void {
    close(record, push, asked)
    this.#post.leave(asked.owner, { note: 'answered', session: record.session, push, answer })
  }

  #reached(target: Target): Iterable<SessionRecord> {
    switch (target.to) {
      case 'session':
        return this.#named([target.session])
      case 'user':
        return this.#tables.sessions.of(target.user)
      case 'room':
        return this.#named(this.#tables.rooms.members(target.room), target.except)
      case 'all':
        return this.#tables.sessions.all()
      default:
        return unreachable(target)
    }
  }

  *#named(sessions: Iterable<string>, except: readonly string[] = []): Iterable<SessionRecord> {
    for (const session of sessions) {
      const record = this.#tables.sessions.get(session)
      if (record !== undefined && !except.includes(session)) yield record
    }
  }
}

const close = (record: SessionRecord, push: number, asked: Asked): void => {
  asked.open = false
  record.asks.delete(push)
}
