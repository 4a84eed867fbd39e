/** The message types that have a handler here, and what is known of each. */

import type { Input } from './inputs.js'

export interface RegisteredType {
  readonly idempotent: boolean
  /** Longest silence of its handler. */
  readonly timeoutMs: number
}

export class Registry {
  readonly #handlerTimeoutMs: number
  /** Types come from the network, too: they are keys of a map and never of an object. */
  readonly #types = new Map<string, RegisteredType>()

  constructor(handlerTimeoutMs: number) {
    this.#handlerTimeoutMs = handlerTimeoutMs
  }

  register({ type, idempotent, timeoutMs = this.#handlerTimeoutMs }: Extract<Input, { kind: 'registered' }>): void {
    this.#types.set(type, { idempotent, timeoutMs })
  }

  get(type: string): RegisteredType | undefined {
    return this.#types.get(type)
  }

  timeoutOf(type: string): number {
    return this.#types.get(type)?.timeoutMs ?? this.#handlerTimeoutMs
  }

  /** Types whose requests may be run again. */
  idempotent(): readonly string[] {
    return [...this.#types].filter(([, { idempotent }]) => idempotent).map(([type]) => type)
  }
}
