/** Asks the application who somebody is: once for each hello, with a limit in time, and tells the machine what came of it. */

import type { IncomingMessage } from 'node:http'
import type { Clock, CodedError } from '@backchat/protocol'
import type { Identity } from '../api.js'
import { Patience } from '../core/patience.js'
import type { Effect } from '../machine/effects.js'
import type { Input, LinkId } from '../machine/inputs.js'
import { errorOf } from './error.js'

export interface AuthOptions<User extends Identity> {
  readonly authenticate: (token: string | undefined, request: IncomingMessage) => User | null | Promise<User | null>
  readonly request: (link: LinkId) => IncomingMessage | undefined
  readonly feed: (input: Input) => void
  readonly clock: Clock
  readonly failed: (error: CodedError) => void
}

/** The application is given this long to say who it is. */
export const authenticateMs = 5_000

export class Authenticator<User extends Identity> {
  readonly #options: AuthOptions<User>
  readonly #patience: Patience
  #closed = false
  /** The machine knows users by their ids; the rest of them is kept as long as the upgrade that brought them. */
  readonly #users = new WeakMap<IncomingMessage, User>()

  constructor(options: AuthOptions<User>) {
    this.#options = options
    this.#patience = new Patience(options.clock, authenticateMs)
  }

  /** The user that was found for an upgrade. */
  userOf(request: IncomingMessage): User | undefined {
    return this.#users.get(request)
  }

  /** Carries out the effect `authenticate`. */
  async authenticate({ link, token }: Extract<Effect, { kind: 'authenticate' }>): Promise<void> {
    const request = this.#options.request(link)
    if (request === undefined) return
    try {
      const user = checked(await this.#patience.wait(() => this.#options.authenticate(token, request)))
      const expiresInMs = user === null ? undefined : this.#leftOf(user)
      // A token that has ended is none.
      const good = user !== null && (expiresInMs === undefined || expiresInMs > 0) ? user : null
      if (good !== null) this.#users.set(request, good)
      this.#options.feed({ kind: 'authenticated', link, user: good?.id ?? null, expiresInMs })
    } catch (cause) {
      if (this.#closed) return
      // Why it failed is for the application alone: the peer is a stranger.
      this.#options.failed(errorOf({ code: 'UNAUTHORIZED', message: failure, mayHaveExecuted: false }, { cause }))
      this.#options.feed({ kind: 'authenticateFailed', link })
    }
  }

  /** Nobody waits for an answer any more. */
  close(): void {
    this.#closed = true
    this.#patience.callOff()
  }

  /** Until the token ends; undefined: it does not. */
  #leftOf({ expiresAt }: User): number | undefined {
    return expiresAt === undefined ? undefined : Number(expiresAt) - this.#options.clock.wall()
  }
}

const failure = 'authenticate failed; the client was refused.'

/** A program without types may return anything. */
const checked = <User extends Identity>(user: User | null): User | null => {
  if (user === null) return user
  if (typeof user !== 'object' || typeof user.id !== 'string' || user.id === '')
    throw new TypeError('authenticate returns a user with an id that is a string and not empty, or null.')
  if (user.expiresAt !== undefined && !Number.isFinite(Number(user.expiresAt)))
    throw new TypeError('expiresAt of a user is a date, or milliseconds since 1970.')
  return user
}
