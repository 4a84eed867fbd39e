/** Functions of the application's that want to know, each on its own: what one throws or rejects with stops no other. */

/** Told what a listener threw, and what it listened to. */
export type Report = (name: string, thrown: unknown) => void

/** An object of its own, so that a function that was added twice is called twice. */
interface Entry {
  readonly call: (event: never) => unknown
}

export class Listeners<Events extends Record<string, unknown>> {
  readonly #entries = new Map<string, Set<Entry>>()
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
    const entry = { call: listener }
    const entries = this.#entries.get(name) ?? new Set()
    this.#entries.set(name, entries.add(entry))
    return () => {
      entries.delete(entry)
      if (entries.size === 0 && this.#entries.get(name) === entries) this.#entries.delete(name)
    }
  }

  has(name: keyof Events & string): boolean {
    return this.#entries.has(name)
  }

  /** Calls those that listened when it began, and have not stopped since. */
  emit<Name extends keyof Events & string>(name: Name, event: Events[Name]): void {
    const entries = this.#entries.get(name)
    if (entries === undefined) return
    for (const entry of [...entries])
      if (entries.has(entry)) this.#call(name, entry.call as Listener<Events[Name]>, event)
  }

  #call<Event>(name: string, listener: Listener<Event>, event: Event): void {
    try {
      const returned = listener(event)
      // A promise is not waited for [P-23], but neither may its rejection end a process.
      if (isThenable(returned)) returned.then(undefined, (thrown) => this.#report(name, thrown))
    } catch (thrown) {
      this.#report(name, thrown)
    }
  }
}

type Listener<Event> = (event: Event) => unknown

/** Also one of another page, or of a library. */
const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
