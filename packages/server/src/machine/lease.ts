/** Whether this node may write: its lease in the store, renewed in time; and what others left for it there [P-35]. */

import type { EndedSession, Note, Owner, RenewOperation } from '../store/operations.js'
import type { Answer, Turn } from './turn.js'

export interface LeaseOptions {
  /** The first name; later ones are made by `newOwner`. */
  readonly owner: Owner
  readonly newOwner: () => Owner
  /** Names the node over all its lives. */
  readonly node: string | undefined
  readonly sessionTtlMs: number
  /** How often it is renewed and notes are looked for. */
  readonly renewMs: number
  readonly noted: (note: Note, turn: Turn) => void
  /** Sessions that were ended because they had been without a link for too long. */
  readonly expired: (session: EndedSession, turn: Turn) => void
  /** The lease has just been renewed. */
  readonly renewed: (turn: Turn) => void
  /** The lease ran out: nothing that was begun under the old name counts any more. A new one follows. */
  readonly lost: (turn: Turn) => void
}

export const leaseMs = 5_000

export class Lease {
  readonly #options: LeaseOptions
  #owner: Owner
  #state: 'new' | 'held' | 'retired' = 'new'
  /** When it is renewed next; Infinity while the store has not answered. */
  #renewAt = Number.POSITIVE_INFINITY
  /** Until then it holds for certain. */
  #until = Number.POSITIVE_INFINITY
  /** When the store has been silent for too long. */
  #answerBy = Number.POSITIVE_INFINITY
  /** The last note that was taken. */
  #seen = 0
  /** There may be more notes than the answer that is under way will bring. */
  #hinted = false

  constructor(options: LeaseOptions) {
    this.#options = options
    this.#owner = options.owner
  }

  get owner(): Owner {
    return this.#owner
  }

  wakeAt(): number {
    return Math.min(this.#renewAt, this.#isUnanswered ? this.#answerBy : Number.POSITIVE_INFINITY)
  }

  /** Before anything else is asked of the store. */
  begin(turn: Turn): void {
    if (this.#state === 'new') this.#enlist(turn)
  }

  wake(turn: Turn): void {
    if (turn.now >= this.#renewAt) this.look(turn)
    // Others may have taken over what is ours.
    else if (this.#isUnanswered && turn.now >= this.#answerBy) this.#lose(turn)
  }

  /** There may be notes. */
  hinted(owner: Owner, turn: Turn): void {
    if (owner === this.#owner) this.look(turn)
  }

  /** Renews the lease now, and collects notes. */
  look(turn: Turn): void {
    if (this.#state !== 'held') return
    this.#hinted = this.#isUnanswered
    if (!this.#hinted) this.#renew(turn)
  }

  /** The node ends: nothing is begun any more. */
  retire(turn: Turn): void {
    if (this.#state === 'held') turn.ask({ op: 'retire', owner: this.#owner }, () => {})
    this.#state = 'retired'
    this.#renewAt = Number.POSITIVE_INFINITY
  }

  get #isUnanswered(): boolean {
    return this.#state === 'held' && this.#renewAt === Number.POSITIVE_INFINITY
  }

  #enlist(turn: Turn): void {
    const { node, renewMs } = this.#options
    this.#state = 'held'
    this.#seen = 0
    this.#hinted = false
    this.#until = turn.now + leaseMs
    this.#renewAt = turn.now + renewMs
    // When this fails, the first renewal finds out.
    turn.ask({ op: 'enlist', owner: this.#owner, ...(node !== undefined && { node }), leaseMs }, () => {})
  }

  #renew(turn: Turn): void {
    const askedAt = turn.now
    const owner = this.#owner
    const { sessionTtlMs, renewMs } = this.#options
    this.#renewAt = Number.POSITIVE_INFINITY
    // Who was held up asks first whether anybody noticed.
    this.#answerBy = Math.max(this.#until, askedAt + renewMs)
    turn.ask({ op: 'renew', owner, leaseMs, sessionTtlMs, seen: this.#seen }, (answer, turn) => {
      if (owner === this.#owner && this.#state === 'held') this.#answered(answer, askedAt, turn)
    })
  }

  #answered(answer: Answer<RenewOperation>, askedAt: number, turn: Turn): void {
    if (answer.status === 'gone') return this.#lose(turn)
    this.#renewAt = turn.now + this.#options.renewMs
    if (answer.status === 'failed') {
      if (turn.now >= this.#until) this.#lose(turn)
      return
    }
    this.#until = askedAt + leaseMs
    this.#seen = answer.last
    for (const note of answer.notes) this.#options.noted(note, turn)
    for (const session of answer.over) this.#options.expired(session, turn)
    this.#options.renewed(turn)
    if (this.#hinted) this.look(turn)
  }

  #lose(turn: Turn): void {
    this.#owner = this.#options.newOwner()
    this.#options.lost(turn)
    this.#enlist(turn)
  }
}
