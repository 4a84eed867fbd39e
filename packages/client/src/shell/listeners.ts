/** Functions of the application's that want to know, each on its own: what one throws or rejects with stops no other. */

import mitt, { type Emitter } from 'mitt'

/** Told what a listener threw, and what it listened to. */
export type Report = (name: string, thrown: unknown) => void

export class Listeners<Events extends Record<string, unknown>> {
  /** From the first listener on: most clients have none of most kinds. */
  #emitter: Emitter<Events> | undefined
  readonly #report: Report

  constructor(report: Report) {
    this.#report = report
  }

  /**
   * Returns how to stop.
   *
   * @throws TypeError when the listener is no function.
   */
  on<Name extends keyof Events & string>(name: Name, listener: (event: Events[Name]) => unknown): () => void {
    if (typeof listener !== 'function') throw new TypeError(`The listener of '${name}' is not a function.`)
    const alone = (event: Events[Name]) => this.#call(name, listener, event)
    this.#emitter ??= mitt<Events>()
    this.#emitter.on(name, alone)
    return () => this.#emitter?.off(name, alone)
  }

  has(name: keyof Events & string): boolean {
    return (this.#emitter?.all.get(name)?.length ?? 0) > 0
  }

  emit<Name extends keyof Events & string>(name: Name, event: Events[Name]): void {
    this.#emitter?.emit(name, event)
  }

  #call<Event>(name: string, listener: (event: Event) => unknown, event: Event): void {
    try {
      const returned = listener(event)
      // A promise is not waited for [P-23], but neither may its rejection end a process.
      if (returned instanceof Promise) returned.catch((thrown) => this.#report(name, thrown))
    } catch (thrown) {
      this.#report(name, thrown)
    }
  }
}
