/** Questions to clients: made and judged here, asked by the machine, settled when it says so. */

import {
  BackchatError,
  type Clock,
  type CodedError,
  type Contract,
  expandMessage,
  type Ids,
  inWords,
  limits,
  type Message,
  pushDefaults,
  replyDefaults,
  stageInWords,
  utf8Length,
  type WireError,
  wireMessage,
} from '@backchat/protocol'
import type { BegunAsk, FollowedAsk, ServerRequestOptions } from '../api.js'
import { errorOf } from '../handlers/error.js'
import type { AskOutcome, Effect } from '../machine/effects.js'
import type { Input, Key } from '../machine/inputs.js'
import { checkContent, checkReply, typeProblem } from '../middleware/validation.js'
import { atOnce, isolated } from './isolated.js'

export interface AsksOptions {
  readonly contract: Contract | undefined
  readonly feed: (input: Input) => void
  readonly clock: Clock
  readonly ids: Pick<Ids, 'message'>
  readonly failed: (error: CodedError) => void
}

/** A client's answer, as the application gets it. */
export type ClientReply = Message<'response', unknown>

/** Who asked, and about what. */
interface Settling {
  readonly id: string
  readonly type: string
  readonly resolve: (reply: ClientReply) => void
  readonly reject: (error: BackchatError) => void
}

interface Waiting extends Settling {
  /** Lets go of the caller's signal. */
  readonly letGo: () => void
  readonly signal: AbortSignal | undefined
}

/** How long a client has, unless the caller says. */
const defaultTimeoutMs = 30_000

export class Asks {
  readonly #options: AsksOptions
  readonly #waiting = new Map<Key, Waiting>()
  readonly #followers: ((ask: BegunAsk) => FollowedAsk)[] = []
  #lastKey: Key = 0
  #closed = false

  constructor(options: AsksOptions) {
    this.#options = options
  }

  /** Settles exactly once. Never throws: what is wrong rejects, and nobody is asked. */
  ask(session: string, type: string, content: unknown, options: ServerRequestOptions = {}): Promise<ClientReply> {
    const asked = new Promise<ClientReply>((resolve, reject) => {
      const settling: Settling = { id: this.#options.ids.message(), type: inWords(type), resolve, reject }
      try {
        this.#ask(session, type, content, options, settling)
      } catch (thrown) {
        // What the application gives may throw when it is read.
        refuse(settling, 'INVALID_MESSAGE', `The message cannot be sent: ${inWords(thrown)}.`)
      }
    })
    // Who does not look at the answer need not look at its failure.
    asked.catch(() => {})
    return asked
  }

  /** Tells this of each question from now on. */
  follow(begin: (ask: BegunAsk) => FollowedAsk): void {
    this.#followers.push(begin)
  }

  /** Carries out the effect `answered`. */
  settle({ key, outcome }: Extract<Effect, { kind: 'answered' }>): void {
    const waiting = this.#waiting.get(key)
    if (waiting === undefined) return
    this.#waiting.delete(key)
    waiting.letGo()
    const reply = this.#read(waiting, outcome)
    if (reply instanceof BackchatError) waiting.reject(reply)
    else waiting.resolve(reply)
  }

  /** Nobody is asked any more, and nobody waits for ever. */
  close(): void {
    this.#closed = true
    for (const { id: requestId, type, reject, letGo } of this.#waiting.values()) {
      letGo()
      reject(errorOf(closed, { requestId, type, words, stage: 'sent' }))
    }
    this.#waiting.clear()
  }

  #ask(session: string, type: string, content: unknown, options: ServerRequestOptions, given: Settling): void {
    if (this.#closed) return refuse(given, 'CLOSED', 'The server is closed; the client was not asked.')
    const problem = this.#problem(session, type, content, options)
    if (problem !== undefined) return refuse(given, 'INVALID_MESSAGE', problem)
    const { signal, timeout = defaultTimeoutMs } = options
    if (signal?.aborted === true) return refuse(given, 'ABORTED', 'Its signal was aborted already.', signal.reason)
    const { id } = given
    const { settling, metadata } = this.#followed(given, session, options.metadata)
    const timestamp = new Date(this.#options.clock.wall()).toISOString()
    const { from, to } = pushDefaults
    const encoded = wireMessage({ id, timestamp, type, from, to, content, metadata }, pushDefaults)
    if (!encoded.ok) return refuse(settling, 'INVALID_MESSAGE', `The message cannot be sent: ${encoded.reason}.`)
    const key = this.#wait({ ...settling, signal })
    const at = this.#options.clock.now()
    const timeoutMs = Math.min(timeout, limits.timeoutMs)
    const { json: message } = encoded
    this.#options.feed({ kind: 'asked', key, at, session, message, bytes: utf8Length(message), timeoutMs })
  }

  /** Each that follows may add to what travels, and hears how it ends before the caller does. */
  #followed(settling: Settling, sessionId: string, metadata: unknown): { settling: Settling; metadata: unknown } {
    const { id, type, resolve, reject } = settling
    const followed: FollowedAsk[] = []
    let travels = metadata
    for (const begin of this.#followers) {
      this.#isolated(() => {
        const one = atOnce(begin({ id, type, sessionId, metadata: travels }), 'What follows a question is given')
        followed.push(one)
        travels = one.metadata
      })
    }
    const tell = (...end: Parameters<FollowedAsk['settled']>): void => {
      for (const one of followed) this.#isolated(() => one.settled(...end))
    }
    return {
      metadata: travels,
      settling: {
        id,
        type,
        resolve(reply) {
          tell('ok')
          resolve(reply)
        },
        reject(error) {
          tell(error.code, error.message)
          reject(error)
        },
      },
    }
  }

  #isolated(call: () => unknown): void {
    isolated(call, (cause) => {
      const message = 'What follows the questions to clients failed.'
      this.#options.failed(errorOf({ code: 'HANDLER_FAILED', message, mayHaveExecuted: false }, { cause }))
    })
  }

  #wait({ signal, ...waiting }: Omit<Waiting, 'letGo'>): Key {
    this.#lastKey += 1
    const key = this.#lastKey
    const giveUp = () => this.#options.feed({ kind: 'askAbandoned', key })
    signal?.addEventListener('abort', giveUp)
    this.#waiting.set(key, { ...waiting, signal, letGo: () => signal?.removeEventListener('abort', giveUp) })
    return key
  }

  #read({ id, type, signal }: Waiting, outcome: AskOutcome): ClientReply | BackchatError {
    const about = { requestId: id, type, words }
    if (!outcome.ok) {
      const cause: unknown = outcome.error.code === 'ABORTED' ? signal?.reason : undefined
      return errorOf(outcome.error, { ...about, stage: outcome.stage, cause })
    }
    const reply = expandMessage(JSON.parse(outcome.message), replyFromClient, outcome.session, { replyTo: id })
    const checked = checkReply(this.#options.contract, type, reply.content)
    if (!checked.ok) {
      const wire = { code: 'INVALID_MESSAGE', message: checked.reason, mayHaveExecuted: true } as const
      return errorOf(wire, { ...about, stage: 'replied' })
    }
    return { ...reply, type: 'response', content: checked.content }
  }

  /** What a program without types, or without a contract, may do wrong. */
  #problem(session: string, type: string, content: unknown, options: ServerRequestOptions): string | undefined {
    if (typeof session !== 'string' || session === '') return 'A session id is a string that is not empty.'
    const problem = typeProblem(type)
    if (problem !== undefined) return problem
    if (typeof options !== 'object' || options === null) return 'The options are an object.'
    const { signal, timeout } = options
    if (signal !== undefined && !(signal instanceof AbortSignal)) return 'signal is an AbortSignal.'
    if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0))
      return `timeout is a positive number of milliseconds, not ${inWords(timeout)}.`
    const checked = checkContent(this.#options.contract, type, 'server', content ?? null)
    return checked.ok ? undefined : checked.reason
  }
}

/** Where a question is, seen from the server. */
const words = {
  ...stageInWords,
  queued: 'waiting in the server, never sent',
  sent: 'sent, but not confirmed by the client',
  received: 'at the client, its handler not started',
}

/** Nobody is asked. */
const refuse = (
  { id: requestId, type, reject }: Settling,
  code: WireError['code'],
  message: string,
  cause?: unknown,
): void =>
  reject(errorOf({ code, message, mayHaveExecuted: false }, { requestId, type, words, stage: 'queued', cause }))

/** A person answers the server. */
const replyFromClient = { ...replyDefaults, from: 'user', to: 'system' } as const

const closed: WireError = {
  code: 'CLOSED',
  message: 'The server was closed before the client answered.',
  mayHaveExecuted: true,
}
