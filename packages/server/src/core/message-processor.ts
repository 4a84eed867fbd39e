/** Runs handlers: validation, middleware, then the handler; and tells the machine, step by step, what came of it. */

import {
  type Clock,
  type CodedError,
  type Contract,
  type ErrorCode,
  Few,
  type Ids,
  type Message,
  requestDefaults,
  type Untyped,
  type WireError,
} from '@backchat/protocol'
import type { Connection, ErrorContext, HandledReport, Identity, Logger, Middleware, RequestInFlight } from '../api.js'
import { errorOf, mapThrown } from '../handlers/error.js'
import type { MessageHandlers } from '../handlers/message.js'
import type { Effect, Run } from '../machine/effects.js'
import type { Input, LinkId, RunId } from '../machine/inputs.js'
import { onion } from '../middleware/onion.js'
import type { RateLimit } from '../middleware/rate-limit.js'
import { checkContent } from '../middleware/validation.js'
import { ActiveRun } from './active-run.js'
import type { Lanes, Place } from './lanes.js'
import { encodeAnswer, encodeChunk, encodeReply, replyTo, type Sized } from './reply.js'
import { RunContext } from './run-context.js'
import { Stages } from './stages.js'
import type { Stragglers } from './stragglers.js'

export interface ProcessorOptions<User extends Identity, State extends object> {
  readonly contract: Contract | undefined
  readonly handlers: MessageHandlers<User, State>
  readonly rateLimit: RateLimit | undefined
  readonly lanes: Lanes
  readonly stragglers: Stragglers
  readonly middleware: readonly Middleware<Untyped, User, State>[]
  readonly connectionOf: (link: LinkId) => Connection<User, State> | undefined
  /** While a connection's middleware runs: whether it lets the connection in. */
  readonly admission: (link: LinkId) => Promise<boolean> | undefined
  readonly feed: (input: Input) => void
  readonly clock: Clock
  readonly ids: Pick<Ids, 'message'>
  readonly log: Logger
  readonly handled: (report: HandledReport, run: EndedRun) => void
  readonly failed: (error: CodedError, context: ErrorContext) => void
}

/** What is known of a run that has ended, beside what the application is told. */
export interface EndedRun {
  readonly n: number
  readonly stages: Stages
  /** It was not run, and its number may come again. */
  readonly refused: boolean
}

export class MessageProcessor<User extends Identity, State extends object> {
  readonly #options: ProcessorOptions<User, State>
  readonly #runs = new Few<number, ActiveRun<User, State>>()
  /** While the rate limit counts them. */
  readonly #counted = new Set<RunId>()

  constructor(options: ProcessorOptions<User, State>) {
    this.#options = options
  }

  /** Carries out the effect `run`. */
  start(effect: Run): void {
    const { connectionOf, rateLimit } = this.#options
    const connection = connectionOf(effect.link)
    if (connection === undefined) this.#refuse(effect, notAdmitted)
    else if (rateLimit === undefined) this.#admit(effect, connection)
    else void this.#limit(effect, connection, rateLimit)
  }

  async #limit(effect: Run, connection: Connection<User, State>, rateLimit: RateLimit): Promise<void> {
    this.#counted.add(effect.run)
    const tooFast = await rateLimit.take(effect.session, effect.user)
    // It may have been given up meanwhile.
    if (!this.#counted.delete(effect.run)) return
    if (tooFast === undefined) this.#admit(effect, connection)
    else this.#refuse(effect, tooFast)
  }

  #admit(effect: Run, connection: Connection<User, State>): void {
    const { contract, lanes, stragglers, handlers } = this.#options
    const checked = checkContent(contract, effect.type, 'client', effect.message.content ?? null)
    if (!checked.ok) {
      return this.#refuse(effect, { code: 'INVALID_MESSAGE', message: checked.reason, mayHaveExecuted: false })
    }
    if (stragglers.isFull(effect.session)) return this.#refuse(effect, tooManyGoOn)
    const facts = handlers.factsOf(effect.type)
    const place = lanes.take(effect.session, facts.ordered ? effect.type : undefined)
    if (place === undefined) return this.#refuse(effect, tooManyWait)
    const run = this.#open(effect, checked.content, connection, place, facts.idempotent)
    this.#execute(run, effect.link)
  }

  /** Carries out the effect `pull`. */
  pull({ run, ...portion }: Extract<Effect, { kind: 'pull' }>): void {
    this.#runs.get(run)?.pull(portion)
  }

  /** Carries out the effect `abort`. */
  abort({ run: id, code, reason }: Extract<Effect, { kind: 'abort' }>): void {
    this.#counted.delete(id)
    const run = this.#runs.get(id)
    if (run === undefined) return
    this.#close(run, code)
    run.context.abort(reason)
    if (code !== 'ABORTED') this.#tell(run, { code, message: reason, mayHaveExecuted: run.called })
  }

  /** Carries out the effect `signal`: what the run still answers counts. */
  signal({ run, reason }: Extract<Effect, { kind: 'signal' }>): void {
    this.#runs.get(run)?.context.abort(reason)
  }

  /** Runs whose answer is wanted, for people who watch; oldest first. */
  runs(): Iterable<ActiveRun<User, State>> {
    return this.#runs.values()
  }

  /** One of them. */
  find(id: RunId): ActiveRun<User, State> | undefined {
    return this.#runs.get(id)
  }

  /** Runs whose answer is wanted, oldest first. */
  inFlight(): readonly RequestInFlight[] {
    const now = this.#options.clock.now()
    return this.#runs.values().map((run) => run.seenAt(now))
  }

  #open(
    effect: Run,
    content: unknown,
    connection: Connection<User, State>,
    place: Place,
    idempotent: boolean,
  ): ActiveRun<User, State> {
    const { clock, log } = this.#options
    const { run: id, n, mode } = effect
    const facts = { id, mode, idempotent }
    const stages = new Stages(clock.wall())
    const message = messageOf(effect, content)
    const context = new RunContext({ message, connection, run: facts, stages, log, reply: this.#reply })
    const run = new ActiveRun(id, n, context, place, clock.now())
    this.#runs.set(run.id, run)
    return run
  }

  readonly #reply = (message: Message<string, unknown>, content: unknown) => replyTo(message, content, this.#options)

  #execute(run: ActiveRun<User, State>, link: LinkId): void {
    const { admission, middleware } = this.#options
    const admitted = admission(link)
    if (admitted === undefined && run.place.turn === undefined && middleware.length === 0) this.#straight(run)
    else void this.#inTurn(run, admitted)
  }

  /** Nothing is waited for, and nothing stands around the handler. */
  #straight(run: ActiveRun<User, State>): void {
    try {
      this.#sendWhenThere(run, this.#call(run))
    } catch (thrown) {
      this.#throw(run, thrown)
    }
  }

  #sendWhenThere(run: ActiveRun<User, State>, answer: unknown): void {
    // An async function of ours would be one promise more for each request.
    const answering = Promise.resolve(answer)
    run.answering = answering
    answering.then(
      (content) => this.#sendAnswer(run, content),
      (thrown) => {
        run.works = false
        this.#throw(run, thrown)
      },
    )
  }

  #sendAnswer(run: ActiveRun<User, State>, content: unknown): void {
    try {
      // An async function may hand over a generator, which is let go when the run is over.
      if (isGenerator(content)) return this.#sendWhenThere(run, this.#exhaust(run, content))
      run.works = false
      if (run.over) return
      // Only middleware looks at the reply as a message.
      if (run.context.answered) return this.#return(run)
      const now = this.#options.clock.wall()
      this.#sendBack(run, encodeAnswer(content, this.#options.ids.message(), now), now)
    } catch (thrown) {
      this.#throw(run, thrown)
    }
  }

  async #inTurn(run: ActiveRun<User, State>, admission: Promise<boolean> | undefined): Promise<void> {
    if (admission !== undefined) run.heldBy = 'connection'
    try {
      if (admission !== undefined && !(await admission)) throw errorOf(notAdmitted)
      if (run.place.turn !== undefined) await this.#turnOf(run, run.place.turn)
      if (run.over) return
      run.heldBy = 'middleware'
      await this.#around(run)
      this.#return(run)
    } catch (thrown) {
      this.#throw(run, thrown)
    }
  }

  async #turnOf(run: ActiveRun<User, State>, turn: Promise<void>): Promise<void> {
    this.#options.feed({ kind: 'waiting', run: run.id, waits: true })
    run.heldBy = 'turn'
    await turn
    if (!run.over) this.#options.feed({ kind: 'waiting', run: run.id, waits: false })
  }

  /** Middleware, and the handler inside of it. */
  async #around(run: ActiveRun<User, State>): Promise<void> {
    const begin = () => this.#begin(run)
    await onion(this.#options.middleware, run.context, begin, () => mayRepeat(run))
    if (run.context.answered) return
    if (run.answering === undefined) throw new Error('Middleware returned without calling next().')
    await run.answering
  }

  #begin(run: ActiveRun<User, State>): Promise<void> {
    run.failed = false
    const answering = this.#answer(run)
    run.answering = answering
    // Middleware need not await next(); who does not must not leave a rejection unhandled.
    answering.then(
      () => {
        run.works = false
      },
      () => {
        run.works = false
        run.failed = true
      },
    )
    return answering
  }

  async #answer(run: ActiveRun<User, State>): Promise<void> {
    let content = await this.#call(run)
    // An async function may hand over a generator.
    while (isGenerator(content)) content = await this.#exhaust(run, content)
    this.#answered(run, content)
  }

  /** Calls the handler; what that comes to is the content of the reply. */
  #call(run: ActiveRun<User, State>): unknown {
    const { message } = run.context
    const handler = this.#options.handlers.find(message.type)
    if (run.over || handler === undefined) throw new Error('The run was called off before its handler was called.')
    run.called = true
    run.works = true
    run.waitsSince = this.#options.clock.now()
    run.context.stages.started(this.#options.clock.wall())
    this.#options.feed({ kind: 'handling', run: run.id })
    const answer: unknown = handler(message, run.context)
    return isGenerator(answer) ? this.#exhaust(run, answer) : answer
  }

  #answered({ context }: ActiveRun<User, State>, content: unknown): void {
    if (!context.answered) context.reply = this.#reply(context.message, content)
  }

  /** Asks a generator for its chunks, a portion at a time when that is wanted, and returns its reply. */
  async #exhaust(run: ActiveRun<User, State>, generator: AnyGenerator): Promise<unknown> {
    while (!run.over) {
      run.heardAt = this.#options.clock.now()
      run.waitsSince = run.heardAt
      const step = await generator.next()
      if (step.done === true) return step.value
      if (run.over) break
      try {
        this.#yield(run, step.value)
      } catch (thrown) {
        void letGo(generator)
        throw thrown
      }
      if (run.goesOn) continue
      run.heardAt = undefined
      run.waitsSince = this.#options.clock.now()
      await run.wanted()
    }
    await letGo(generator)
    return undefined
  }

  #yield(run: ActiveRun<User, State>, chunk: unknown): void {
    const { json, bytes } = encodeChunk(chunk)
    run.yielded(bytes)
    run.firstChunkMs ??= this.#options.clock.now() - run.since
    run.context.streamed ||= run.context.run.mode === 'stream'
    this.#options.feed({ kind: 'yielded', run: run.id, content: json, bytes })
  }

  #return(run: ActiveRun<User, State>): void {
    const { reply } = run.context
    if (!run.over && reply !== undefined) this.#sendBack(run, encodeReply(reply), this.#options.clock.wall())
  }

  #sendBack(run: ActiveRun<User, State>, { json, bytes }: Sized, wallMs: number): void {
    run.context.stages.replied(wallMs)
    this.#options.feed({ kind: 'returned', run: run.id, message: json, bytes })
    this.#close(run, 'ok')
  }

  #throw(run: ActiveRun<User, State>, thrown: unknown): void {
    if (run.over) return
    const { wire, unexpected } = mapThrown(thrown, run.called)
    const refused = mayComeAgain(wire)
    this.#options.feed({ kind: 'threw', run: run.id, error: wire, refused })
    this.#close(run, wire.code, refused)
    // Middleware may have thrown while the handler still works.
    run.context.abort('The run has failed.')
    // Nobody waits for the answer of a `send`, so the application hears even of what was meant to happen.
    if (unexpected || run.context.run.mode === 'send') this.#tell(run, wire, thrown)
  }

  /** Tells the application what went wrong in a run. */
  #tell(run: ActiveRun<User, State>, wire: WireError, cause?: unknown): void {
    const { id, type, sessionId } = run.context.message
    this.#options.failed(errorOf(wire, { requestId: id, type, cause }), {
      connectionId: run.context.connection.id,
      sessionId,
      messageId: id,
      messageType: type,
    })
  }

  /** Answers a run that never got a context. */
  #refuse(effect: Run, error: WireError): void {
    const refused = mayComeAgain(error)
    this.#options.feed({ kind: 'threw', run: effect.run, error, refused })
    const { type, message, session: sessionId, user: userId, n, mode, link } = effect
    const report = {
      type,
      run: effect.run,
      messageId: message.id,
      sessionId,
      connectionId: this.#options.connectionOf(link)?.id,
      userId,
      mode,
      outcome: error.code,
      durationMs: 0,
      chunks: 0,
      metadata: message.metadata ?? {},
    }
    this.#options.handled(report, { n, stages: new Stages(this.#options.clock.wall()), refused })
  }

  #close(run: ActiveRun<User, State>, outcome: 'ok' | ErrorCode, refused = false): void {
    run.end()
    this.#runs.delete(run.id)
    if (run.works && run.answering !== undefined) this.#options.stragglers.add(run.context.session.id, run.answering)
    const { message, connection, user, run: facts, stages } = run.context
    const report = {
      type: message.type,
      run: facts.id,
      messageId: message.id,
      sessionId: message.sessionId,
      connectionId: connection.id,
      userId: user.id,
      mode: facts.mode,
      outcome,
      durationMs: this.#options.clock.now() - run.since,
      firstChunkMs: run.firstChunkMs,
      chunks: run.chunks,
      metadata: message.metadata,
    }
    this.#options.handled(report, { n: run.n, stages, refused })
  }
}

/** As an application sees it. Whoever a client says it is: it is the user [P-7]. */
const messageOf = ({ type, session, message }: Run, content: unknown): Message<string, unknown> => ({
  id: message.id,
  type,
  from: 'user',
  to: message.to ?? requestDefaults.to,
  content,
  sessionId: session,
  timestamp: message.timestamp,
  metadata: message.metadata ?? {},
})

/** A handler that failed may be called again where nobody would notice. */
const mayRepeat = <User extends Identity, State extends object>({ context, failed, over }: ActiveRun<User, State>) =>
  failed && !over && context.run.idempotent && !context.streamed

const tooManyWait: WireError = {
  code: 'OVERLOADED',
  message: 'As many messages of this session wait for their turn as may; it was not run.',
  mayHaveExecuted: false,
  retryAfterMs: 250,
}

const tooManyGoOn: WireError = {
  code: 'OVERLOADED',
  message: 'As many handlers of this session as may go on though nobody waits for them; it was not run.',
  mayHaveExecuted: false,
  retryAfterMs: 250,
}

const notAdmitted: WireError = {
  code: 'OVERLOADED',
  message: 'The connection was not let in.',
  mayHaveExecuted: false,
  retryAfterMs: 1_000,
}

/** It did not run, and asking again later may go better: its number stays free [P-18]. */
const mayComeAgain = ({ code, mayHaveExecuted }: WireError): boolean =>
  !mayHaveExecuted && (code === 'RATE_LIMITED' || code === 'OVERLOADED')

type AnyGenerator = Generator<unknown, unknown, void> | AsyncGenerator<unknown, unknown, void>

/** Where it stands at a `yield`, its own `finally` is run. What that throws changes nothing, nor does it when it never ends: the outcome is known. */
const letGo = async (generator: AnyGenerator): Promise<void> => {
  try {
    await generator.return(undefined)
  } catch {
    // Nobody waits for it.
  }
}

const isGenerator = (answer: unknown): answer is AnyGenerator =>
  typeof answer === 'object' &&
  answer !== null &&
  (Symbol.asyncIterator in answer || Symbol.iterator in answer) &&
  'next' in answer &&
  'return' in answer
