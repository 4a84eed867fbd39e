/** Requests and what runs for them: a session's journal, told to the other nodes that it concerns [P-15 … P-20]. */

import * as journals from './journal.js'
import type {
  BeginOperation,
  BeginResult,
  CancelResult,
  ChunksOperation,
  ChunksResult,
  ConfirmOperation,
  FencedResult,
  FinishOperation,
  FinishResult,
  ForgetResult,
  Note,
  Owner,
  RunFence,
} from './operations.js'
import type { Owners } from './owners.js'
import type { Post } from './post.js'
import { give, type SessionRecord } from './session-record.js'

export class Runs {
  readonly #owners: Owners
  readonly #post: Post
  readonly #lives = (owner: Owner, now: number) => this.#owners.lives(owner, now)

  constructor(owners: Owners, post: Post) {
    this.#owners = owners
    this.#post = post
  }

  begin(record: SessionRecord, operation: BeginOperation, now: number): BeginResult {
    if (this.#owners.hasEnded(operation.owner)) return { op: 'begin', status: 'fenced' }
    return journals.begin(record.journal, operation, this.#lives, now)
  }

  chunks(record: SessionRecord, operation: ChunksOperation): ChunksResult {
    if (this.#owners.hasEnded(operation.run.owner)) return { op: 'chunks', status: 'fenced' }
    return this.#gotFurther(record, operation.run, journals.append(record.journal, operation))
  }

  finish(record: SessionRecord, operation: FinishOperation): FinishResult {
    if (this.#owners.hasEnded(operation.run.owner)) return { op: 'finish', status: 'fenced' }
    return this.#gotFurther(record, operation.run, journals.finish(record.journal, operation))
  }

  /** Who waits for it elsewhere begins it again, and then it is new. */
  forget(record: SessionRecord, run: RunFence): ForgetResult {
    if (this.#owners.hasEnded(run.owner)) return { op: 'forget', status: 'fenced' }
    return this.#gotFurther(record, run, journals.forget(record.journal, run))
  }

  cancel(record: SessionRecord, n: number): CancelResult {
    const result = journals.cancel(record.journal, n)
    if (result.status === 'started') this.#tell(record, result.owner, { note: 'cancel', session: record.session, n })
    return result
  }

  /** The machine lets nobody confirm a push that was never sent: one above the head shows that the store went back in time. */
  confirm(record: SessionRecord, confirmed: ConfirmOperation): FencedResult<'confirm'> {
    const { session, journal, log } = record
    if (confirmed.push > log.head) return { op: 'confirm', status: 'fenced' }
    give(record, confirmed.push)
    log.confirm(confirmed.push)
    for (const { n, owner } of journals.settle(journal, confirmed.floor, confirmed.settled)) {
      this.#tell(record, owner, { note: 'settled', session, n })
    }
    for (const [n, next] of confirmed.chunks) {
      const owner = journals.confirmTaken(journal, n, next)
      if (owner !== undefined) this.#tell(record, owner, { note: 'took', session, n, next })
    }
    return { op: 'confirm', status: 'ok' }
  }

  /** What a link says is known on the node that has it. */
  #tell(record: SessionRecord, owner: Owner, note: Note): void {
    if (owner !== record.owner) this.#post.leave(owner, note)
  }

  #gotFurther<R extends { readonly status: string }>({ session, link }: SessionRecord, run: RunFence, result: R): R {
    if (link.state === 'held' && link.owner !== run.owner && result.status === 'ok') {
      this.#post.leave(link.owner, { note: 'run', session, n: run.n })
    }
    return result
  }
}
