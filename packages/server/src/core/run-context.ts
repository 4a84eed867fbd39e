/** What a handler is given beside its message. What few handlers look at is made when it is looked at. */

import { BackchatError, type Message, type MessageOf, type Trace, type Untyped } from '@backchat/protocol'
import type { Connection, Identity, Logger, MiddlewareContext, RunFacts, Session } from '../api.js'
import { failureOf } from '../handlers/error.js'
import type { Stages } from './stages.js'

export interface RunContextParts<User extends Identity, State extends object> {
  readonly message: MessageOf<Untyped, string, 'parsed'>
  readonly connection: Connection<User, State>
  readonly run: RunFacts
  readonly stages: Stages
  readonly log: Logger
  /** Makes a reply of content. */
  readonly reply: (message: Message<string, unknown>, content: unknown) => Message<'response', unknown>
}

export class RunContext<User extends Identity, State extends object>
  implements MiddlewareContext<Untyped, User, State>
{
  readonly message: MessageOf<Untyped, string, 'parsed'>
  readonly connection: Connection<User, State>
  readonly run: RunFacts
  readonly stages: Stages
  reply: Message<'response', unknown> | undefined
  /** The reply is middleware's. */
  answered = false
  /** Chunks have been sent: what they began cannot be begun again, or answered otherwise. */
  streamed = false
  readonly #replyOf: RunContextParts<User, State>['reply']
  readonly #log: Logger
  #ownLog: Logger | undefined
  #controller: AbortController | undefined
  #aborted: BackchatError | undefined

  constructor(parts: RunContextParts<User, State>) {
    this.message = parts.message
    this.connection = parts.connection
    this.run = parts.run
    this.stages = parts.stages
    this.#log = parts.log
    this.#replyOf = parts.reply
  }

  get session(): Session {
    return this.connection.session
  }

  get user(): User {
    return this.connection.user
  }

  get state(): State {
    return this.connection.state
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted)
    }
    return this.#controller.signal
  }

  get log(): Logger {
    this.#ownLog ??= this.#log.child({
      connection: this.connection.id,
      session: this.session.id,
      message: this.message.id,
      type: this.message.type,
    })
    return this.#ownLog
  }

  get trace(): Trace {
    return this.stages.trace
  }

  /** A function that is complete in itself: it may be taken out of the context. */
  get failure(): (content: unknown) => BackchatError {
    return (content) => failureOf(content, this.message)
  }

  get answer(): (content: unknown) => void {
    return (content) => {
      if (this.streamed) throw new Error('Chunks of the handler have been sent; it cannot be answered otherwise.')
      this.reply = this.#replyOf(this.message, content)
      this.answered = true
    }
  }

  /** Fires the signal. */
  abort(reason: string): void {
    this.#aborted = new BackchatError({
      code: 'ABORTED',
      message: reason,
      requestId: this.message.id,
      type: this.message.type,
      stage: 'started',
      mayHaveExecuted: true,
      retryable: false,
    })
    this.#controller?.abort(this.#aborted)
  }
}
