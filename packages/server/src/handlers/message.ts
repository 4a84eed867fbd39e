/** The handlers of message types: one for each, and only for types that the contract lets a client say. */

import type { Contract, Untyped } from '@backchat/protocol'
import type { Handler, HandlerOptions, Identity } from '../api.js'
import { serverSettings } from '../core/server-settings.js'
import { numberOf, onlyNames } from '../core/setting.js'
import type { Input } from '../machine/inputs.js'
import { definitionFor, typeProblem } from '../middleware/validation.js'

/** What is known of a type beside its handler. */
export interface TypeFacts {
  readonly idempotent: boolean
  readonly ordered: boolean
}

/** A handler as it is called: what its types promise is checked by the contract when a message comes. */
export type AnyHandler<User extends Identity, State extends object> = Handler<Untyped, User, State>

export class MessageHandlers<User extends Identity, State extends object> {
  readonly #contract: Contract | undefined
  readonly #feed: (input: Input) => void
  /** A map: types come from the network. */
  readonly #handlers = new Map<string, AnyHandler<User, State>>()
  readonly #facts = new Map<string, TypeFacts>()

  constructor(contract: Contract | undefined, feed: (input: Input) => void) {
    this.#contract = contract
    this.#feed = feed
  }

  /** @throws TypeError when the type cannot have this handler. */
  register(type: string, handler: AnyHandler<User, State>, options: HandlerOptions = {}): void {
    const problem = this.#problem(type, handler)
    if (problem !== undefined) throw new TypeError(problem)
    onlyNames('option of registerHandler()', options, ['timeout', 'idempotent', 'ordered'])
    const timeoutMs =
      options.timeout === undefined ? undefined : numberOf(serverSettings.handlerTimeout, options.timeout)
    const idempotent = options.idempotent ?? this.#contract?.[type]?.idempotent ?? false
    this.#handlers.set(type, handler)
    this.#facts.set(type, { idempotent, ordered: options.ordered ?? false })
    this.#feed({ kind: 'registered', type, idempotent, ...(timeoutMs === undefined ? {} : { timeoutMs }) })
  }

  find(type: string): AnyHandler<User, State> | undefined {
    return this.#handlers.get(type)
  }

  factsOf(type: string): TypeFacts {
    return this.#facts.get(type) ?? unknownType
  }

  #problem(type: string, handler: unknown): string | undefined {
    if (typeof type !== 'string' || type === '') return 'A message type is a string that is not empty.'
    if (typeof handler !== 'function') return `The handler of '${type}' is not a function.`
    const problem = typeProblem(type)
    if (problem !== undefined) return problem
    if (this.#handlers.has(type)) return `'${type}' has a handler already; a type has one.`
    if (this.#contract !== undefined && definitionFor(this.#contract, type, 'client') === undefined) {
      return `The contract has no type '${type}' that a client may send.`
    }
    return undefined
  }
}

const unknownType: TypeFacts = { idempotent: false, ordered: false }
