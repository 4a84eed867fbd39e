/** One client's session as a store keeps it: whose it is, which attempt is current, its journal, its log and what it is asked. */

import { ShortLived } from '@backchat/protocol'
import { type Abandoned, emptyJournal, type Journal, settle } from './journal.js'
import { type Asked, emptyLog, type Log } from './log.js'
import type { EndedSession, Fence, GreetOperation, GreetResult, Owner } from './operations.js'

export interface SessionRecord {
  readonly session: string
  readonly epoch: string
  readonly user: string
  readonly client: string
  readonly secretHash: string
  /** The dial that may use the record; every older one is fenced. */
  attempt: number
  /** The life of the page that was greeted last. */
  page: string
  /** Whose node greeted this attempt: what the attempt's fence comes with, comes from there. */
  owner: Owner
  /** Changed by the session table only. */
  link: Link
  /** No link of the client can have had a push above this one. */
  given: number
  readonly journal: Journal
  readonly log: Log
  /** The pushes that wait for an answer. */
  readonly asks: ShortLived<number, Asked>
}

export type Link =
  | { readonly state: 'held'; readonly owner: Owner }
  /** `order` tells apart what happened at the same time. */
  | { readonly state: 'none'; readonly since: number; readonly order: number }

/** What is to be done with a hello [P-11]. */
export type Judgement =
  | { readonly verdict: 'new' }
  | { readonly verdict: 'stale' | 'not-yours' }
  | { readonly verdict: 'replace' | 'resume'; readonly record: SessionRecord }

/** Judges a hello by the record it found, in the order of the table in [P-11]. Changes nothing. */
export const judge = (record: SessionRecord | undefined, hello: GreetOperation): Judgement => {
  if (record === undefined) return { verdict: 'new' }
  if (record.secretHash !== hello.secretHash) return { verdict: 'not-yours' }
  if (record.attempt >= hello.attempt) return { verdict: 'stale' }
  // The client has seen pushes that this record never had: the store is older than the client's memory of it.
  if (hello.lastPush > record.log.head) return { verdict: 'replace', record }
  // Who knows no session can have missed the welcome to this one, unless another page was welcomed: then it is a copy of that
  // one's client, and counts requests and pushes from 1 again.
  const known = hello.epoch === undefined ? hello.page === record.page : hello.epoch === record.epoch
  return { verdict: known ? 'resume' : 'replace', record }
}

export const newRecord = (hello: GreetOperation): SessionRecord => {
  const journal = emptyJournal()
  // Numbers are valid across epochs: what the client has settled must not run here either.
  settle(journal, hello.floor, hello.settled)
  const { user, client, secretHash, attempt, page, owner } = hello
  return {
    session: hello.newSession,
    epoch: hello.newEpoch,
    user,
    client,
    secretHash,
    attempt,
    page,
    owner,
    link: { state: 'none', since: 0, order: 0 },
    given: 0,
    journal,
    log: emptyLog(),
    asks: new ShortLived(),
  }
}

/** Moves the fence to this attempt, and takes note of what the client has for good. Tells which runs nobody waits for any more. */
export const resume = (record: SessionRecord, hello: GreetOperation): readonly Abandoned[] => {
  record.attempt = hello.attempt
  record.owner = hello.owner
  give(record, hello.lastPush)
  record.log.confirm(hello.lastPush)
  return settle(record.journal, hello.floor, hello.settled)
}

/** A link of the client may have had everything up to this push. */
export const give = (record: SessionRecord, push: number): void => {
  if (push > record.given) record.given = push
}

/** What the client is told. What it missed and can still have is read later; what it cannot have any more is the gap [P-24]. */
export const greeted = (
  record: SessionRecord,
  resumed: boolean,
  lastPush: number,
  over: readonly EndedSession[],
): GreetResult => {
  const { session, epoch, log } = record
  const gap = resumed ? log.after(lastPush, 0).gap : undefined
  return { op: 'greet', status: 'ok', session, epoch, resumed, head: log.head, ...(gap && { gap }), over }
}

/** Whether an operation comes from the current attempt at this very record. */
export const isCurrent = (record: SessionRecord, fence: Fence): boolean =>
  record.epoch === fence.epoch && record.attempt === fence.attempt
