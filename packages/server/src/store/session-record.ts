/** One client's session as a store keeps it: whose it is, which attempt is current, its journal and its log. */

import { confirmTaken, emptyJournal, type Journal, settle } from './journal.js'
import { emptyLog, type Log } from './log.js'
import type { ConfirmOperation, EndedSession, Fence, GreetOperation, GreetResult } from './operations.js'

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
  readonly journal: Journal
  readonly log: Log
}

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
  const known = hello.epoch === undefined || hello.epoch === record.epoch
  return { verdict: known ? 'resume' : 'replace', record }
}

export const newRecord = (hello: GreetOperation): SessionRecord => {
  const journal = emptyJournal()
  // Numbers are valid across epochs: what the client has settled must not run here either.
  settle(journal, hello.floor, hello.settled)
  const { user, client, secretHash, attempt, page } = hello
  return {
    session: hello.newSession,
    epoch: hello.newEpoch,
    user,
    client,
    secretHash,
    attempt,
    page,
    journal,
    log: emptyLog(),
  }
}

/** Moves the fence to this attempt, and takes note of what the client has for good. */
export const resume = (record: SessionRecord, hello: GreetOperation): void => {
  record.attempt = hello.attempt
  record.page = hello.page
  settle(record.journal, hello.floor, hello.settled)
  record.log.confirm(hello.lastPush)
}

/** Forgets what the client has for good [P-22]. A push above the head was never given out; the machine has refused it before. */
export const confirm = ({ journal, log }: SessionRecord, confirmed: ConfirmOperation): void => {
  log.confirm(confirmed.push)
  settle(journal, confirmed.floor, confirmed.settled)
  for (const [n, next] of confirmed.chunks) confirmTaken(journal, n, next)
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
