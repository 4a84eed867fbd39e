/**
 * Links that are not welcome yet [P-10, P-11]: opening → authenticating → greeting → handed on, or turned away.
 * A stranger may hold a place for a bounded time, and nothing else.
 */

import {
  closeCodes,
  Deadlines,
  type Hello,
  isLongerThan,
  limits,
  protocolVersion,
  type ReceivedByServer,
  type RefuseCode,
} from '@backchat/protocol'
import type { GreetOperation, GreetResult, Owner } from '../store/operations.js'
import { leaseLost } from './faults.js'
import type { LinkId } from './inputs.js'
import { refuse } from './refusal.js'
import type { Turn } from './turn.js'

type Stranger =
  | { readonly state: 'opening' }
  | { readonly state: 'authenticating'; readonly hello: Hello }
  | { readonly state: 'greeting' }

/** A client whose record the store found or made. */
export interface Newcomer {
  readonly user: string
  readonly hello: Hello
  /** When its token ends; Infinity: never. */
  readonly tokenEndsAt: number
  readonly greeted: Extract<GreetResult, { status: 'ok' }>
}

export interface GreetingOptions {
  /** False: everybody is a guest of their own. */
  readonly authenticates: boolean
  readonly newId: () => string
  readonly owner: () => Owner
  readonly hash: (secret: string) => string
  /** The record is this link's now; `link` is undefined when it has gone meanwhile. */
  readonly greeted: (link: LinkId | undefined, newcomer: Newcomer, turn: Turn) => void
  /** Nobody knows whether the store took this for a link of ours. It is none. */
  readonly lost: (greet: GreetOperation, turn: Turn) => void
}

/** How long `authenticate` and the store may take together. A client gives up a dial after 10 s [P-27]. */
const welcomeMs = 10_000

export class Greeting {
  readonly #options: GreetingOptions
  readonly #strangers = new Map<LinkId, Stranger>()
  /** Those that have said nothing yet, oldest first. */
  readonly #silent = new Set<LinkId>()
  readonly #deadlines = new Deadlines()

  constructor(options: GreetingOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#strangers.size
  }

  has(link: LinkId): boolean {
    return this.#strangers.has(link)
  }

  wakeAt(): number {
    return this.#deadlines.next
  }

  opened(link: LinkId, turn: Turn): void {
    this.#strangers.set(link, { state: 'opening' })
    this.#silent.add(link)
    this.#deadlines.set(link, turn.now + limits.helloMs)
  }

  /** Turns away who has been silent for longest, so that somebody else may say hello. False: nobody is silent. */
  makeRoom(turn: Turn): boolean {
    for (const link of this.#silent) {
      this.refuse(link, 'full', turn) // [P-11]
      return true
    }
    return false
  }

  received(link: LinkId, frame: ReceivedByServer, turn: Turn): void {
    const stranger = this.#strangers.get(link)
    if (stranger === undefined) return
    this.#silent.delete(link)
    if (stranger.state === 'opening' && frame.kind === 'hello') this.#hello(link, frame, turn)
    else
      this.abandon(link, closeCodes.protocolError, 'Before welcome a client sends one hello, and nothing else.', turn) // [P-5] [P-10]
  }

  authenticated(link: LinkId, user: string | null, tokenEndsAt: number, turn: Turn): void {
    const stranger = this.#strangers.get(link)
    if (stranger?.state !== 'authenticating') return
    if (user === null) this.refuse(link, 'unauthorized', turn)
    else this.#greet(link, stranger.hello, user, tokenEndsAt, turn)
  }

  authenticateFailed(link: LinkId, turn: Turn): void {
    if (this.#strangers.get(link)?.state !== 'authenticating') return
    this.abandon(link, closeCodes.internalError, 'The token could not be judged.', turn)
  }

  /** The link has gone. What is under way for it is thrown away when it comes. */
  forget(link: LinkId): void {
    this.#strangers.delete(link)
    this.#silent.delete(link)
    this.#deadlines.clear(link)
  }

  abandon(link: LinkId, code: number, reason: string, turn: Turn): void {
    this.forget(link)
    turn.abandon(link, code, reason)
  }

  refuse(link: LinkId, code: RefuseCode, turn: Turn): void {
    this.forget(link)
    refuse(turn, link, code)
  }

  refuseAll(code: RefuseCode, turn: Turn): void {
    for (const link of [...this.#strangers.keys()]) this.refuse(link, code, turn)
  }

  wake(turn: Turn): void {
    for (const link of this.#deadlines.due(turn.now)) {
      const waitsForHello = this.#strangers.get(link)?.state === 'opening'
      if (waitsForHello)
        this.abandon(link, closeCodes.helloTimeout, 'No hello came in time.', turn) // [P-10]
      else this.abandon(link, closeCodes.internalError, 'The hello could not be answered in time.', turn)
    }
  }

  #hello(link: LinkId, hello: Hello, turn: Turn): void {
    if (hello.version !== protocolVersion) return this.refuse(link, 'version', turn) // [P-11]
    if (isLongerThan(hello.token ?? '', limits.tokenBytes)) return this.refuse(link, 'invalid', turn) // [P-10]
    this.#deadlines.set(link, turn.now + welcomeMs)
    if (!this.#options.authenticates)
      return this.#greet(link, hello, `guest:${hello.client}`, Number.POSITIVE_INFINITY, turn)
    this.#strangers.set(link, { state: 'authenticating', hello })
    turn.perform({ kind: 'authenticate', link, token: hello.token, client: hello.client })
  }

  #greet(link: LinkId, hello: Hello, user: string, tokenEndsAt: number, turn: Turn): void {
    this.#strangers.set(link, { state: 'greeting' })
    const operation = this.#operation(hello, user)
    turn.ask(operation, (answer, turn) => {
      const here = this.#strangers.has(link)
      switch (answer.status) {
        case 'ok': {
          // Under a name that has been given up it is nobody's: the store counts it as without a link [P-35].
          const isOurs = operation.owner === this.#options.owner()
          if (here && !isOurs) this.abandon(link, closeCodes.internalError, leaseLost.message, turn)
          this.forget(link)
          const greeted = { user, hello, tokenEndsAt, greeted: answer }
          return this.#options.greeted(here && isOurs ? link : undefined, greeted, turn)
        }
        case 'failed':
          this.#options.lost(operation, turn)
          if (here) this.abandon(link, closeCodes.internalError, 'The store is out of reach.', turn)
          return
        default:
          if (here) this.refuse(link, answer.status, turn)
      }
    })
  }

  #operation(hello: Hello, user: string): GreetOperation {
    const { client, attempt, epoch, lastPush, floor, settled, page } = hello
    const { hash, newId, owner } = this.#options
    return {
      op: 'greet',
      user,
      client,
      secretHash: hash(hello.secret),
      attempt,
      lastPush,
      floor,
      settled,
      page,
      owner: owner(),
      newSession: newId(),
      newEpoch: newId(),
      ...(epoch !== undefined && { epoch }),
    }
  }
}
