/**
 * Runs of handlers on this node: started once, watched for silence, held back for slow readers, ended in the
 * journal [P-15 … P-20]. They never depend on a link being there.
 */

import {
  type Json,
  limits,
  type Ranges,
  type RequestFrame,
  type RequestMessage,
  type WireError,
} from '@backchat/protocol'
import type { ChunksOperation, Owner, RunFence } from '../store/operations.js'
import type { Attachment } from './attachment.js'
import type { Audience } from './audience.js'
import { Doubts } from './doubts.js'
import { failed, returned, type SizedEnding } from './ending.js'
import {
  closedWhileRunning,
  closing,
  handlerTimeout,
  noHandler,
  overloaded,
  replyTooLarge,
  storeLostIt,
} from './faults.js'
import { Flow } from './flow.js'
import type { RunId } from './inputs.js'
import type { Registry } from './registry.js'
import { isLive, type Run, RunTable, type Start } from './run-table.js'
import type { Answer, Turn } from './turn.js'
import { Watch } from './watch.js'

export interface RunsOptions {
  readonly owner: () => Owner
  /** Most runs of one session at a time. */
  readonly window: number
  readonly registry: Registry
  readonly audience: () => Audience
}

const starting = { step: 'starting' } as const
const running = { step: 'running' } as const
const ending = { step: 'ending' } as const

/** A handler that has not answered by then is reported as running [P-16]. */
const reportAfterMs = 250

/**
 * A run stays in the table until the journal cannot say any more that it was started by us: until its end was
 * recorded, or its number cancelled or settled, or its session is over. So "started by us, but no such run" means that
 * nothing of it ever ran, if the start was in doubt; otherwise that the store went back in time. `Requests` builds on that.
 */
export class Runs {
  readonly #options: RunsOptions
  readonly #table = new RunTable()
  readonly #watch = new Watch(this.#table)
  readonly #doubts = new Doubts()
  #lastId = 0
  #closed = false
  /** Sessions may be over without our having heard of it. */
  #mayBeOrphaned = false

  constructor(options: RunsOptions) {
    this.#options = options
  }

  wakeAt(): number {
    return this.#watch.wakeAt()
  }

  wake(turn: Turn): void {
    for (const id of this.#watch.due(turn.now)) {
      const run = this.#live(id)
      if (run === undefined) continue
      if (run.silentAt <= turn.now) this.#giveUp(run, handlerTimeout(run.timeoutMs), turn)
      else this.#report(run, turn)
    }
  }

  /** How many have not come to their end in the journal. */
  get size(): number {
    return this.#table.size
  }

  // ---- what links ask for ----

  /** Why a request that is new may not run here; undefined when it may. */
  obstacle(session: string, type: string): WireError | undefined {
    if (this.#closed) return closing
    if (this.#options.registry.get(type) === undefined) return noHandler(type)
    return this.#table.countOf(session) < this.#options.window ? undefined : overloaded
  }

  isIdempotent(type: string): boolean {
    return this.#options.registry.get(type)?.idempotent ?? false
  }

  /** The journal says that it is started, by us: so it is, unless it is refused. */
  start(attachment: Attachment, frame: RequestFrame<RequestMessage>, start: Start, turn: Turn): void {
    const { link, user, fence } = attachment
    const { leftMs, again } = start
    const refusal = this.#closed ? closing : undefined
    const { session, epoch } = fence
    const { n, mode, message } = frame
    if (this.#table.find(session, n) !== undefined) return
    this.#doubts.clear(session, n)
    this.#lastId += 1
    const run: Run = {
      id: this.#lastId,
      fence: { session, epoch, n, owner: this.#options.owner() },
      mode,
      timeoutMs: this.#options.registry.timeoutOf(message.type),
      reportAfterMs: Math.min(reportAfterMs, leftMs / 4),
      silentAt: Number.POSITIVE_INFINITY,
      reportAt: Number.POSITIVE_INFINITY,
      flow: new Flow(),
      again,
      state: starting,
      reported: false,
      signalled: false,
      reportedChunks: 0,
      wanted: true,
    }
    this.#table.add(run)
    if (refusal !== undefined) return this.#refuse(run, refusal, turn)
    this.#watch.listen(run, turn.now)
    turn.perform({ kind: 'run', run: run.id, link, session, user, n, mode, type: message.type, message })
  }

  /** The store failed when this was begun: perhaps it says that we run it. When we do, there is nothing to take back. */
  doubt(start: RunFence): void {
    if (this.#table.find(start.session, start.n) === undefined) this.#doubts.add(start)
  }

  /** A start of ours that the store tells of now is about to be taken back: see {@link Doubts}. */
  isTakenBack(session: string, n: number): boolean {
    return this.#doubts.isTakenBack(session, n)
  }

  /** The store did not say what it did. Sessions that it perhaps ended then, it never names again. */
  mayBeOrphaned(): void {
    this.#mayBeOrphaned = true
  }

  /** Tells the store again what it perhaps does not know. `isAsked`: it was asked to begin this, and has not answered. */
  retell(isAsked: (session: string, n: number) => boolean, turn: Turn): void {
    this.#doubts.takeBack(isAsked, turn)
    const mayBeOrphaned = this.#mayBeOrphaned
    this.#mayBeOrphaned = false
    if (this.#table.size === 0) return
    for (const run of this.#table.all()) {
      if (run.state.step === 'unrecorded') this.#end(run, run.state.sized, turn)
      // What its client has settled, the store does not know any more: nobody leaves a note when its session ends elsewhere.
      else if (isLive(run) && (mayBeOrphaned || !run.wanted)) this.#lookForSession(run, turn)
    }
  }

  /** How far a run is, for people who watch; undefined when there is none. */
  find(session: string, n: number): Run | undefined {
    return this.#table.find(session, n)
  }

  /** Somebody waits for this run again. Says how far it is; undefined when there is none, nor a start in doubt. */
  waitedFor(session: string, n: number, turn: Turn): 'in doubt' | 'starting' | 'running' | 'ended' | undefined {
    const run = this.#table.find(session, n)
    if (run === undefined) return this.#doubts.has(session, n) ? 'in doubt' : undefined
    if (run.state.step === 'unrecorded') this.#end(run, run.state.sized, turn)
    if (!isLive(run)) return 'ended'
    return run.reported ? 'running' : 'starting'
  }

  /** The caller gave up [P-20]: the journal knows, so nothing is written. */
  cancel(session: string, n: number, turn: Turn): void {
    const run = this.#table.find(session, n)
    if (run !== undefined) this.#drop(run, 'The caller gave up.', turn)
  }

  /** The client has these for good. A handler may still be running, for a `send` or a reader that left; it is not cancelled. */
  settled(session: string, numbers: Ranges, turn: Turn): void {
    for (const run of this.#table.of(session)) {
      if (!numbers.has(run.fence.n)) continue
      this.#unwanted(run, turn)
      if (run.state.step === 'unrecorded') this.#table.remove(run)
    }
  }

  /** The reader of a stream took all chunks below `next`. */
  took(session: string, n: number, next: number, turn: Turn): void {
    const run = this.#table.find(session, n)
    if (run === undefined) return
    run.flow.confirm(next)
    if (run.state.step === 'held' && run.flow.open) this.#pull(run, turn)
  }

  /** The session is over: nobody can ask any more. */
  over(session: string, turn: Turn): void {
    for (const run of this.#table.of(session)) this.#drop(run, 'The session is over.', turn)
  }

  /** Handlers hear that their time is over; what they still answer counts. None is started that would not have heard it. */
  signal(turn: Turn): void {
    this.#closed = true
    for (const run of this.#table.all()) {
      if (!isLive(run)) continue
      run.signalled = true
      turn.perform({ kind: 'signal', run: run.id, reason: closedWhileRunning.message })
    }
  }

  /** Ends what runs. */
  close(turn: Turn): void {
    this.#closed = true
    for (const run of this.#table.all()) if (isLive(run)) this.#giveUp(run, closedWhileRunning, turn)
  }

  /** The name under which they were started counts no more: nothing of them can be written [P-35]. */
  dropAll(reason: string, turn: Turn): void {
    this.#doubts.clearAll()
    for (const run of this.#table.all()) this.#drop(run, reason, turn)
  }

  // ---- what handlers do ----

  /** It waits for others of its session, or has come to its turn. */
  waiting(id: RunId, waits: boolean, turn: Turn): void {
    const run = this.#live(id)
    if (run === undefined) return
    if (waits) this.#watch.pause(run)
    else this.#watch.listen(run, turn.now)
  }

  /** The handler is about to be called. */
  handling(id: RunId, turn: Turn): void {
    const run = this.#live(id)
    if (run?.state.step !== 'starting') return
    run.state = running
    this.#watch.listen(run, turn.now)
    run.reported = run.mode === 'send'
    if (run.reported) this.#options.audience().started(run.fence.session, run.fence.n, turn)
    else this.#watch.reportLater(run, turn.now)
  }

  /** The generator yielded. It is asked for more when its reader can keep up. */
  yielded(id: RunId, content: Json, bytes: number, turn: Turn): void {
    const run = this.#live(id)
    if (run === undefined) return
    if (bytes > limits.replyBytes) return this.#giveUp(run, replyTooLarge, turn)
    run.flow.yielded(bytes)
    if (isRead(run)) {
      run.reported = true
      this.#store(run, content, bytes, turn)
    }
    if (!run.flow.waits) this.#watch.listen(run, turn.now)
    else if (run.flow.open || !isRead(run)) this.#pull(run, turn)
    else this.#hold(run)
  }

  returned(id: RunId, message: Json, bytes: number, turn: Turn): void {
    const run = this.#live(id)
    if (run !== undefined) this.#end(run, returned(run.mode, message, bytes), turn)
  }

  threw(id: RunId, error: WireError, refused: boolean, turn: Turn): void {
    const run = this.#live(id)
    if (run === undefined) return
    if (refused) this.#refuse(run, error, turn)
    // It failed because we told it to end: how far it got, nobody knows.
    else if (run.signalled && error.code === 'HANDLER_FAILED') this.#fail(run, closedWhileRunning, turn)
    else this.#fail(run, error, turn)
  }

  // ---- how a run goes on ----

  /** What an aborted or ended run still says is thrown away here. */
  #live(id: RunId): Run | undefined {
    const run = this.#table.get(id)
    return run !== undefined && isLive(run) ? run : undefined
  }

  /** Tells the client that it runs, unless chunks have told it, and again after a while. */
  #report(run: Run, turn: Turn): void {
    const { session, n } = run.fence
    run.reported = true
    if (run.flow.count === run.reportedChunks) this.#options.audience().started(session, n, turn)
    run.reportedChunks = run.flow.count
    this.#watch.reported(run, turn.now)
  }

  #pull(run: Run, turn: Turn): void {
    run.state = running
    this.#watch.listen(run, turn.now)
    turn.perform({ kind: 'pull', run: run.id, ...run.flow.ask(isRead(run)) })
  }

  #hold(run: Run): void {
    run.state = { step: 'held' }
    this.#watch.pause(run)
  }

  #store(run: Run, content: Json, bytes: number, turn: Turn): void {
    const first = run.flow.count
    run.flow.produce(bytes)
    turn.ask({ op: 'chunks', run: run.fence, first, chunks: [{ content, bytes }] }, ({ status }, turn) => {
      const { session, n } = run.fence
      if (status === 'ok') this.#options.audience().chunks(session, n, first, [content], turn)
      else this.#notStored(run, status, turn)
    })
  }

  /** A chunk is perhaps missing. A run that has returned by now is safe: the store does not take an answer with a hole in it. */
  #notStored(run: Run, status: Exclude<Answer<ChunksOperation>['status'], 'ok'>, turn: Turn): void {
    if (this.#table.get(run.id) !== run) return
    if (status === 'gone') return this.#orphaned(run, turn)
    if (status === 'fenced') return this.#unwanted(run, turn)
    if (isLive(run)) this.#giveUp(run, storeLostIt, turn)
    this.#options.audience().storeFailed(run.fence.session, turn)
  }

  /** Ends it if its session is over. To append no chunk changes nothing, and the answer tells. */
  #lookForSession(run: Run, turn: Turn): void {
    turn.ask({ op: 'chunks', run: run.fence, first: run.flow.count, chunks: [] }, ({ status }, turn) => {
      if (status === 'gone' && this.#table.get(run.id) === run) this.#orphaned(run, turn)
    })
  }

  /** The store knows its session no more. A link that still has it has not heard of that either: its client comes again, and then does. */
  #orphaned(run: Run, turn: Turn): void {
    this.#drop(run, 'The session is over.', turn)
    this.#options.audience().storeFailed(run.fence.session, turn)
  }

  /** The client wants nothing of it any more. The handler goes on, and waits for no reader. */
  #unwanted(run: Run, turn: Turn): void {
    run.wanted = false
    this.#watch.unreported(run)
    if (run.state.step === 'held') this.#pull(run, turn)
  }

  // ---- how a run ends ----

  /** Nothing of it is wanted, and nothing is written. */
  #drop(run: Run, reason: string, turn: Turn): void {
    this.#watch.forget(run)
    this.#table.remove(run)
    if (isLive(run)) turn.perform({ kind: 'abort', run: run.id, code: 'ABORTED', reason })
  }

  /** Ends it for the handler, which does not end by itself. */
  #giveUp(run: Run, error: WireError, turn: Turn): void {
    turn.perform({ kind: 'abort', run: run.id, code: error.code, reason: error.message })
    this.#fail(run, error, turn)
  }

  /** A `send` was settled when it started, so that nobody waits for its error. */
  #fail(run: Run, error: WireError, turn: Turn): void {
    const settled = run.mode === 'send' && (run.state.step !== 'starting' || error.mayHaveExecuted)
    if (settled) turn.perform({ kind: 'report', error, session: run.fence.session, run: run.id })
    this.#end(run, failed(run.again ? { ...error, mayHaveExecuted: true } : error), turn)
  }

  /** The journal first, then the client. */
  #end(run: Run, sized: SizedEnding, turn: Turn): void {
    this.#watch.forget(run)
    run.state = ending
    const question = {
      op: 'finish',
      run: run.fence,
      count: run.flow.count,
      ending: sized.ending,
      bytes: sized.bytes,
    } as const
    turn.ask(question, (answer, turn) => {
      const { session, n } = run.fence
      if (answer.status === 'failed') {
        run.state = { step: 'unrecorded', sized }
        return this.#options.audience().storeFailed(session, turn)
      }
      this.#table.remove(run)
      if (answer.status === 'ok') this.#options.audience().ended(session, n, sized.ending, answer.count, turn)
      // A hole in its chunks, or an owner that took it over: whoever still waits must not wait for ever.
      else this.#options.audience().lost(session, n, turn)
    })
  }

  /** It certainly did not run, and the same number may come again [P-18]; unless it may have run before, which must not be forgotten. */
  #refuse(run: Run, error: WireError, turn: Turn): void {
    if (run.again) return this.#fail(run, error, turn)
    const { session, n } = run.fence
    this.#watch.forget(run)
    run.state = { step: 'refused' }
    turn.ask({ op: 'forget', run: run.fence }, ({ status }, turn) => {
      this.#table.remove(run)
      if (status === 'ok') this.#options.audience().refused(session, n, error, turn)
      else if (status === 'failed') {
        this.doubt(run.fence)
        this.#options.audience().storeFailed(session, turn)
      }
    })
  }
}

/** Its chunks go to a reader. */
const isRead = ({ mode, wanted }: Run): boolean => mode === 'stream' && wanted
