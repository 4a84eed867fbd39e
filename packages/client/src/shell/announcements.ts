/** What the application hears without asking: pushes, the reply to init, and local events. */

import {
  type CodedError,
  expandMessage,
  isReserved,
  type Message,
  pushDefaults,
  type WireMessage,
} from '@backchat/protocol'
import type { ClientEventMap } from '../api/status.js'
import type { ContractCheck } from './contract-check.js'
import { broken, errorOf, threw } from './errors.js'
import { Listeners } from './listeners.js'
import { showUnheard } from './unheard.js'

type Heard = Message<string, unknown>
type Events = { [Name in keyof ClientEventMap]: ClientEventMap[Name] }

export class Announcements {
  readonly #check: ContractCheck
  readonly #events = new Listeners<Events>((name, thrown) => {
    // A listener of errors that throws is told to nobody whom it could throw at again.
    if (name === 'error') showUnheard(listenerThrew(name, thrown))
    else this.#threw(name, thrown)
  })
  /** Under `*` those that hear every push. */
  readonly #pushes = this.#heard<Record<string, Heard>>()
  readonly #inits = this.#heard<{ init: Heard }>()

  constructor(check: ContractCheck) {
    this.#check = check
  }

  // ---- local events ----

  onEvent<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => unknown): () => void {
    if (!isReserved(name) || (name as string) === '*') throw new TypeError(`There is no local event '${name}'.`)
    return this.#events.on(name, listener)
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    this.#events.emit(name, event)
  }

  /** Something that nobody waits for went wrong. */
  fail(error: CodedError): void {
    if (this.#events.has('error')) this.#events.emit('error', error)
    else showUnheard(error)
  }

  // ---- what the server says ----

  /** Listeners of `init` hear the reply, all others pushes, and those of `*` every push. */
  on(type: string, listener: (message: Heard) => unknown): () => void {
    return type === 'init' ? this.#inits.on(type, listener) : this.#pushes.on(type, listener)
  }

  /** A push counts as delivered when this returns [P-23]. */
  deliver(wire: WireMessage, sessionId: string): void {
    const message = expandMessage(wire, pushDefaults, sessionId)
    const checked = this.#check.push(message.type, message.content)
    if (!checked.ok) return this.fail(errorOf(broken(checked.reason, 'received', false)))
    const heard = { ...message, content: checked.value }
    this.#pushes.emit(message.type, heard)
    this.#pushes.emit('*', heard)
  }

  initialised(reply: Heard): void {
    this.#inits.emit('init', reply)
  }

  #heard<Messages extends Record<string, Heard>>(): Listeners<Messages> {
    return new Listeners<Messages>((name, thrown) => this.#threw(name, thrown))
  }

  #threw(name: string, thrown: unknown): void {
    this.fail(listenerThrew(name, thrown))
  }
}

const listenerThrew = (name: string, thrown: unknown): CodedError => threw(`A listener of '${name}'`, thrown)
