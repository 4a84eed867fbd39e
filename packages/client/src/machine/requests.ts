/** The requests of this client: each is queued, then sent under its number, and settles exactly once [P-14]. */

import { type ErrorCode, isLongerThan, utf8Length, type Welcome } from '@backchat/protocol'
import { Callers } from './callers.js'
import type { Outcome } from './effects.js'
import { type Cause, fault, notRun } from './faults.js'
import type { Key, Requested } from './inputs.js'
import type { Out } from './out.js'
import { Queue } from './queue.js'
import { Request } from './request.js'
import { Sent } from './sent.js'
import type { Stream } from './stream.js'

export class Requests {
  readonly #out: Out
  readonly callers: Callers
  readonly #queue: Queue<Request>
  readonly sent: Sent
  #init: Request | undefined
  /** How many request frames the server took on a link that takes no more [P-32]. */
  #taken: number | undefined
  /** Before the first welcome nobody knows what the server takes. */
  #messageBytes = Infinity
  #idempotent: ReadonlySet<string> = new Set()

  constructor(out: Out, queue: number) {
    this.#out = out
    this.callers = new Callers(out)
    this.#queue = new Queue(queue)
    this.sent = new Sent(out)
  }

  /** Whether somebody waits: a caller for an answer, or the server for a cancel. */
  get pending(): boolean {
    return this.callers.size + this.sent.size > 0
  }

  /** Whether the server owes an answer. */
  get outstanding(): boolean {
    return this.sent.size > 0
  }

  /** The link takes no more, and all that it took is answered [P-32]. */
  get drained(): boolean {
    return this.#taken !== undefined && !this.sent.awaits(this.#taken)
  }

  /** When something that was put off is to be sent. */
  retryAt(): number {
    return this.#taken === undefined ? this.sent.retryAt() : Infinity
  }

  isIdempotent(request: Request): boolean {
    return this.#idempotent.has(request.asked.type)
  }

  // ---- what callers do ----

  ask(asked: Requested, now: number): void {
    const request = new Request(asked, now)
    this.callers.add(request)
    if (asked.init) this.#replaceInit(request)
    else if (!this.#queue.push(request)) return this.#refuse(request, 'QUEUE_FULL', queueFull)
    this.#refuseTooLarge(request)
  }

  /** The caller does not want the answer any more [P-20]. */
  abandon(key: Key): void {
    const request = this.callers.find(key)
    if (request !== undefined) this.#giveUp(request, 'ABORTED', 'The caller gave up.')
  }

  /** The reader of a stream came further. */
  advance(key: Key, now: number, step: (stream: Stream) => void): void {
    const request = this.callers.find(key)
    if (request?.stream === undefined) return
    const { stalled } = request.stream
    step(request.stream)
    this.arrange(request)
    // While the reader has more to read, silence does not count; from when it waits, it does.
    if (!stalled && !request.stream.stalled) return
    request.heard(now)
    this.callers.expect(request)
  }

  // ---- what time does ----

  /** Settles what is late [P-29]. */
  expire(now: number): void {
    for (const request of this.callers.late(now)) {
      const { stream, asked } = request
      this.#giveUp(request, 'TIMEOUT', `${stream ? 'Nothing new' : 'No answer'} within ${asked.timeoutMs} ms.`)
    }
  }

  // ---- what a link does ----

  welcomed({ idempotent, limits }: Welcome, now: number): void {
    this.#taken = undefined
    this.sent.begin()
    this.authorized(now)
    this.#idempotent = new Set(idempotent)
    this.#messageBytes = limits.messageBytes
    this.sent.limit(limits)
  }

  /** Tells a new link what is not settled: an init first, if the session is new; then ascending by number [P-12]. */
  resume(now: number, init?: Requested): void {
    const unsettled = this.sent.all()
    if (init !== undefined) {
      this.ask(init, now)
      this.#sendNext(now)
    }
    for (const [n, request] of unsettled) {
      if (request.state === 'cancelling') this.#out.transmit({ kind: 'cancel', n })
      if (request.state === 'sent' && !this.#outgrown(request)) this.#hand(n, request, now)
    }
    this.sent.forgetCredit()
  }

  /** The server has another token: what was refused for the old one is due [P-34]. */
  authorized(now: number): void {
    for (const [n] of this.sent.unauthorized()) this.sent.postpone(n, now)
  }

  /** The link takes no request any more; the first `taken` frames are answered on it [P-32]. */
  drain(taken: number): void {
    this.#taken = taken
  }

  /** Sends what may be sent: what was put off and is due, then the queue as far as the window allows. */
  flush(now: number): void {
    if (this.#taken !== undefined) return
    for (const n of this.sent.due(now)) {
      const request = this.sent.find(n)
      if (request?.state === 'postponed' && !this.#outgrown(request)) this.#send(n, request, now)
    }
    let more = true
    while (more) more = this.#sendNext(now)
  }

  // ---- what answers do ----

  /** The handler runs. False when that was known. */
  started(request: Request): boolean {
    if (request.state === 'sent' && request.started) return false
    request.state = 'sent'
    request.started = true
    this.#out.emit({ kind: 'stage', key: request.asked.key, stage: 'started' })
    return true
  }

  /** The server wants to be asked again at that time; at none when it waits for another token. */
  postpone(request: Request, n: number, code: ErrorCode, until: number): undefined {
    this.#out.emit({ kind: 'putOff', key: request.asked.key, code })
    request.state = 'postponed'
    this.sent.postpone(n, until)
  }

  /** Chunks of a stream came or were taken: lets go of what is in the way, and sees that the server learns of the rest. */
  arrange(request: Request): void {
    if (request.stream?.isInTheWay) {
      request.stream.leave()
      const error = fault('ABORTED', unread, request.progress(this.isIdempotent(request)))
      this.#out.emit({ kind: 'dropChunks', key: request.asked.key, error })
    }
    if (request.n !== undefined) this.sent.moved(request.n, request)
  }

  /** Caller and number are settled: nothing more is expected. */
  settle(request: Request, outcome: Outcome): void {
    this.callers.settle(request, outcome)
    this.release(request)
  }

  /** Nothing more is to be done for it. */
  release(request: Request): void {
    if (request.state === 'queued') this.#queue.delete(request)
    if (request.n !== undefined) this.sent.settle(request.n)
    if (request === this.#init) this.#init = undefined
    request.settle()
  }

  // ---- what ends many at once ----

  /** The session began anew [P-12]: what was sent may have run in the old one, and only an idempotent type may run twice. */
  beginAnew(why: string): void {
    for (const [n, request] of this.sent.all()) {
      if (request.state !== 'sent') continue
      const again = request.asked.init === true || this.isIdempotent(request)
      if (again && (request.stream?.wanted ?? 0) === 0) {
        request.outlived = true
        request.send(n)
      } else this.settle(request, this.#fault(request, 'OUTCOME_UNKNOWN', why))
    }
  }

  /** Numbers begin anew, and nothing will come for the old ones: what may have run ends as `ran`, all else as `cause`. */
  forgetNumbers(ran: Cause, cause: Cause, why: string): void {
    for (const [, request] of this.sent.all()) {
      const end = request.progress(false).mayHaveExecuted ? ran : cause
      // An init is sent anew by the session that follows.
      this.callers.settle(request, this.#fault(request, request.asked.init ? 'ABORTED' : end, why))
      request.settle()
    }
    this.sent.clear()
  }

  /** Ends what was never given to a link. */
  endQueued(cause: Cause, why: string): void {
    for (let next = this.#queue.first; next !== undefined; next = this.#queue.first) {
      this.settle(next, this.#fault(next, cause, why))
    }
  }

  /** There will be no other token by itself: ends what waits for one, or for a link. */
  endUnauthorized(why: string): void {
    this.endQueued('UNAUTHORIZED', why)
    for (const [, request] of this.sent.unauthorized()) this.settle(request, this.#fault(request, 'UNAUTHORIZED', why))
  }

  // ---- how it is done ----

  #sendNext(now: number): boolean {
    const next = this.#queue.first
    if (next === undefined || !this.sent.free) return false
    // A welcome may have lowered the limit since it was queued.
    if (this.#refuseTooLarge(next)) return true
    this.#queue.delete(next)
    this.#out.emit({ kind: 'stage', key: next.asked.key, stage: 'sent' })
    this.#send(this.sent.add(next), next, now)
    return true
  }

  #send(n: number, request: Request, now: number): void {
    request.send(n)
    this.#hand(n, request, now)
  }

  #hand(n: number, request: Request, now: number): void {
    this.sent.hand(request)
    this.#out.transmit(request.frame(n, now), request.asked.key)
  }

  /** Settles the caller now, and the number as soon as no handler can run for it. */
  #giveUp(request: Request, cause: Cause, why: string): void {
    this.callers.settle(request, this.#fault(request, cause, why))
    const { n } = request
    if (request.state !== 'sent' || n === undefined) return this.release(request)
    request.state = 'cancelling'
    this.#out.transmit({ kind: 'cancel', n })
  }

  /** There is one init at a time, the newest session's; it goes before all else. */
  #replaceInit(request: Request): void {
    const older = this.#init
    this.#init = request
    this.#queue.pushFirst(request)
    if (older !== undefined) this.settle(older, this.#fault(older, 'ABORTED', 'There is a newer init.'))
  }

  #refuseTooLarge(request: Request): boolean {
    const why = this.#tooLarge(request)
    if (why !== undefined) this.#refuse(request, 'TOO_LARGE', why)
    return why !== undefined
  }

  /** A server that takes less than the one before would drop each link that brings it, with all else that is asked. */
  #outgrown(request: Request): boolean {
    const why = this.#tooLarge(request)
    if (why !== undefined) this.#giveUp(request, 'TOO_LARGE', why)
    return why !== undefined
  }

  #tooLarge({ asked: { message } }: Request): string | undefined {
    if (!isLongerThan(message, this.#messageBytes)) return undefined
    return `The message takes ${utf8Length(message)} bytes, more than ${this.#messageBytes}.`
  }

  #refuse(request: Request, code: 'QUEUE_FULL' | 'TOO_LARGE', why: string): void {
    this.settle(request, { ok: false, error: notRun(code, why, 'queued') })
  }

  #fault(request: Request, cause: Cause, why: string): Outcome {
    return { ok: false, error: fault(cause, why, request.progress(this.isIdempotent(request))) }
  }
}

const queueFull = 'Too many messages wait for a link: let some settle first.'
const unread = 'Nobody read the chunks: read before you wait for the reply.'
