/** Sessions begin with a hello, and end with a word, for room, or for time [P-11, P-30, P-31]. */

import { unreachable } from '@backchat/protocol'
import type {
  DetachOperation,
  EndedSession,
  FencedResult,
  GreetOperation,
  GreetResult,
  LogoutOperation,
  Owner,
} from './operations.js'
import type { Owners } from './owners.js'
import type { Post } from './post.js'
import type { Pushes } from './pushes.js'
import { greeted, judge, newRecord, resume, type SessionRecord } from './session-record.js'
import type { Tables } from './tables.js'

export interface SessionBounds {
  /** Most sessions, attached or not. */
  readonly maxSessions: number
  readonly maxSessionsPerUser: number
}

/** Most sessions that one look ends, so that no batch takes long. */
const mostExpired = 100

export class Sessions {
  readonly #bounds: SessionBounds
  readonly #tables: Tables
  readonly #owners: Owners
  readonly #post: Post
  readonly #pushes: Pushes

  constructor(bounds: SessionBounds, tables: Tables, owners: Owners, post: Post, pushes: Pushes) {
    this.#bounds = bounds
    this.#tables = tables
    this.#owners = owners
    this.#post = post
    this.#pushes = pushes
  }

  greet(hello: GreetOperation, now: number): GreetResult {
    this.#owners.endOthersRunOut(hello.owner, now)
    const judgement = judge(this.#tables.sessions.find(hello.user, hello.client), hello)
    switch (judgement.verdict) {
      case 'stale':
      case 'not-yours':
        return { op: 'greet', status: judgement.verdict }
      case 'resume':
        return this.#resume(judgement.record, hello, now)
      case 'replace':
        return this.#create(hello, [this.end(judgement.record, hello.owner)], now)
      case 'new': {
        const over = this.#makeRoom(hello)
        return over === 'full' ? { op: 'greet', status: 'full' } : this.#create(hello, over, now)
      }
      default:
        return unreachable(judgement)
    }
  }

  /** The link that has gone must be the one of the current attempt, and of its page. */
  detach({ user, client, attempt, page }: DetachOperation, now: number): FencedResult<'detach'> {
    const record = this.#tables.sessions.find(user, client)
    if (record?.attempt !== attempt || record.page !== page) return { op: 'detach', status: 'fenced' }
    if (record.link.state === 'held') this.#tables.sessions.release(record, now)
    return { op: 'detach', status: 'ok' }
  }

  /** Ends sessions that have been without a link since that time. */
  expire(time: number, by: Owner): readonly EndedSession[] {
    return this.#tables.sessions.withoutSince(time, mostExpired).map((record) => this.end(record, by))
  }

  /** Ends all sessions of a user. */
  logout({ user, owner }: LogoutOperation): readonly EndedSession[] {
    return [...this.#tables.sessions.of(user)].map((record) => this.end(record, owner, { loggedOut: true }))
  }

  /** Ends a session. Whoever else holds it, runs something for it or asked it something finds a note. */
  end(record: SessionRecord, by: Owner, why: { readonly loggedOut?: true } = {}): EndedSession {
    const { session, user } = record
    for (const owner of concernedBy(record)) {
      if (owner !== by) this.#post.leave(owner, { note: 'over', session, user, ...why })
    }
    this.#tables.sessions.remove(record)
    this.#tables.rooms.leaveAll(session)
    return { session, user }
  }

  #resume(record: SessionRecord, hello: GreetOperation, now: number): GreetResult {
    const { session, link } = record
    for (const { n, owner } of resume(record, hello)) {
      if (owner !== hello.owner) this.#post.leave(owner, { note: 'settled', session, n })
    }
    if (record.page !== hello.page) this.#pushes.turnedPage(record)
    record.page = hello.page
    if (link.state === 'held' && link.owner !== hello.owner) {
      this.#post.leave(link.owner, { note: 'superseded', session, attempt: hello.attempt })
    }
    this.#hold(record, hello.owner, now)
    const result = greeted(record, true, hello.lastPush, [])
    this.#pushes.greeted(record, result)
    return result
  }

  #create(hello: GreetOperation, over: readonly EndedSession[], now: number): GreetResult {
    const record = this.#tables.sessions.add(newRecord(hello))
    this.#hold(record, hello.owner, now)
    return greeted(record, false, hello.lastPush, over)
  }

  /** An owner that has ended holds nothing: it learns of its end soon, and drops the link. */
  #hold(record: SessionRecord, owner: Owner, now: number): void {
    if (this.#owners.hasEnded(owner)) this.#tables.sessions.release(record, now)
    else this.#tables.sessions.hold(record, owner)
  }

  /** Ends the session that has been without a link for longest, where there are too many. Changes nothing when that is not enough. */
  #makeRoom({ user, owner }: GreetOperation): readonly EndedSession[] | 'full' {
    const { sessions } = this.#tables
    if (sessions.countOf(user) >= this.#bounds.maxSessionsPerUser) {
      return this.#endLongest(sessions.longestWithoutOf(user), owner)
    }
    return sessions.size >= this.#bounds.maxSessions ? this.#endLongest(sessions.longestWithout(), owner) : []
  }

  #endLongest(record: SessionRecord | undefined, by: Owner): readonly EndedSession[] | 'full' {
    return record === undefined ? 'full' : [this.end(record, by)]
  }
}

const concernedBy = ({ link, journal, asks }: SessionRecord): ReadonlySet<Owner> => {
  const owners = new Set<Owner>()
  if (link.state === 'held') owners.add(link.owner)
  for (const [, entry] of journal.entries.entries()) if (entry.state === 'started') owners.add(entry.owner)
  for (const { owner } of asks.values()) owners.add(owner)
  return owners
}
