/** Pushes: appended in the store, then brought to each attached link by cursor [P-23, P-24]. */

import { type Json, limits, type ServerFrame } from '@backchat/protocol'
import type { AppendOperation, GapRange, Owner, StoredPush, Target } from '../store/operations.js'
import type { Attachment } from './attachment.js'
import { type Drop, dropFenced, dropUnstored } from './drop.js'
import type { PushOutcome } from './effects.js'
import { perhapsAppended, pushTooLarge } from './faults.js'
import type { Input, Key } from './inputs.js'
import type { Answer, Turn } from './turn.js'

interface Cursor {
  readonly attachment: Attachment
  /** The last push that this link has, or was told of as a gap. */
  at: number
  /** A read is under way. What is appended meanwhile is seen by it or by the next one. */
  reading: boolean
}

export interface PushesOptions {
  readonly owner: () => Owner
  readonly drop: Drop
  /** The link has had a push that the store does not know: the store went back in time. */
  readonly forgotten: (attachment: Attachment, turn: Turn) => void
}

/** Most pushes that one read brings. */
const mostPerRead = 100

export class Pushes {
  readonly #owner: () => Owner
  readonly #drop: Drop
  readonly #forgotten: PushesOptions['forgotten']
  /** One for each attached session. */
  readonly #cursors = new Map<string, Cursor>()

  constructor({ owner, drop, forgotten }: PushesOptions) {
    this.#owner = owner
    this.#drop = drop
    this.#forgotten = forgotten
  }

  /** The link has everything up to `at`; the log goes on to `head`. */
  attached(attachment: Attachment, at: number, head: number, turn: Turn): void {
    const cursor = { attachment, at, reading: false }
    this.#cursors.set(attachment.fence.session, cursor)
    if (at < head) this.#read(cursor, turn)
  }

  left({ fence }: Attachment): void {
    this.#cursors.delete(fence.session)
  }

  /** Whether a push was ever sent to this link's client: it cannot confirm another [P-22]. */
  hasSent({ fence }: Attachment, push: number): boolean {
    return push <= (this.#cursors.get(fence.session)?.at ?? 0)
  }

  /** Appends what the application sends, and settles when the store has it. */
  append({ key, target, message, bytes }: Extract<Input, { kind: 'pushed' }>, turn: Turn): void {
    if (bytes > limits.messageBytes) return settle(key, { ok: false, error: pushTooLarge }, turn)
    const operation: AppendOperation = { op: 'append', target, message, bytes, owner: this.#owner() }
    turn.ask(operation, (answer, turn) => this.#appended(operation, key, answer, turn))
  }

  #appended({ target, message }: AppendOperation, key: Key, answer: Answer<AppendOperation>, turn: Turn): void {
    if (answer.status === 'failed') {
      this.#lookFor(target, turn)
      return settle(key, { ok: false, error: perhapsAppended }, turn)
    }
    for (const { session, push } of answer.appended) this.bring(session, { push, message }, turn)
    settle(key, { ok: true, sessions: answer.appended.length }, turn)
  }

  /** Another node appended something. */
  noted(session: string, turn: Turn): void {
    const cursor = this.#cursors.get(session)
    if (cursor !== undefined && !cursor.reading) this.#read(cursor, turn)
  }

  /** Something was appended. The usual case is that the link has all that came before; otherwise the log is read. */
  bring(session: string, push: StoredPush, turn: Turn): void {
    const cursor = this.#cursors.get(session)
    if (cursor === undefined || cursor.reading) return
    if (push.push <= cursor.at) this.#forgotten(cursor.attachment, turn)
    else if (push.push === cursor.at + 1) this.#transmit(cursor, push, turn)
    else this.#read(cursor, turn)
  }

  /** Something was perhaps appended, and nothing may follow that would show it. */
  #lookFor(target: Target, turn: Turn): void {
    for (const cursor of this.#cursors.values()) {
      if (!cursor.reading && mayReach(target, cursor.attachment)) this.#read(cursor, turn)
    }
  }

  #read(cursor: Cursor, turn: Turn): void {
    cursor.reading = true
    const { fence } = cursor.attachment
    turn.ask({ op: 'read', fence, after: cursor.at, most: mostPerRead }, (answer, turn) => {
      if (this.#cursors.get(fence.session) !== cursor) return
      cursor.reading = false
      if (answer.status === 'fenced') return dropFenced(this.#drop, cursor.attachment.link, turn)
      if (answer.status === 'failed') return dropUnstored(this.#drop, cursor.attachment.link, turn)
      if (answer.head < cursor.at) return this.#forgotten(cursor.attachment, turn)
      if (answer.gap !== undefined) this.#tellGap(cursor, answer.gap, turn)
      for (const push of answer.pushes) this.#transmit(cursor, push, turn)
      if (answer.pushes.length > 0 && cursor.at < answer.head) this.#read(cursor, turn)
    })
  }

  #tellGap(cursor: Cursor, { from, to }: GapRange, turn: Turn): void {
    cursor.at = to
    turn.transmit(cursor.attachment.link, { kind: 'gap', from, to }) // [P-24]
  }

  #transmit(cursor: Cursor, stored: StoredPush, turn: Turn): void {
    cursor.at = stored.push
    turn.transmit(cursor.attachment.link, frameOf(stored))
  }
}

const frameOf = (stored: StoredPush): ServerFrame<Json> =>
  'withdraws' in stored
    ? { kind: 'withdrawn', push: stored.push, ask: stored.withdraws } // [P-33]
    : { kind: 'push', ...stored } // [P-23]

/** Who is in a room, only the store knows. */
const mayReach = (target: Target, { user, fence }: Attachment): boolean => {
  if (target.to === 'session') return target.session === fence.session
  return target.to === 'user' ? target.user === user : true
}

const settle = (key: Key, outcome: PushOutcome, turn: Turn): void => turn.perform({ kind: 'pushed', key, outcome })
