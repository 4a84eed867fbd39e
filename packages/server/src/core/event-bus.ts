/** Tells listeners what happened. One that throws, or whose promise rejects, stops nothing but itself. */

import { isolated } from './isolated.js'

type Listener<Args extends readonly unknown[]> = (...args: Args) => unknown

/** `E` says by name what the listeners of an event are called with. */
export class EventBus<E extends { readonly [Name in keyof E]: readonly unknown[] }> {
  readonly #listeners: { [Name in keyof E]?: Set<{ readonly call: Listener<E[Name]> }> } = {}
  readonly #failed: (error: unknown, event: keyof E) => void

  /** `failed` is told what a listener threw. */
  constructor(failed: (error: unknown, event: keyof E) => void) {
    this.#failed = failed
  }

  /** Returns how to stop listening. Listening twice means being called twice. */
  on<Name extends keyof E>(event: Name, listener: Listener<E[Name]>): () => void {
    const entry = { call: listener }
    const entries = this.#listeners[event] ?? new Set()
    this.#listeners[event] = entries
    entries.add(entry)
    return () => void entries.delete(entry)
  }

  /** Calls everybody who listened when it began, in that order. */
  emit<Name extends keyof E>(event: Name, ...args: E[Name]): void {
    const entries = this.#listeners[event]
    if (entries === undefined || entries.size === 0) return
    for (const { call } of [...entries]) {
      isolated(
        () => call(...args),
        (error) => this.#failed(error, event),
      )
    }
  }
}
