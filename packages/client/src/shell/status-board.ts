/** What those see who look on: the status, what is pending, and whether the client is ready. */

import type { CodedError } from '@backchat/protocol'
import type { Explanation, Snapshot, Status } from '../api/status.js'
import { errorOf, refused } from './errors.js'
import { Listeners, type Report } from './listeners.js'
import type { Line } from './whereabouts.js'

interface Waiting {
  readonly resolve: () => void
  readonly reject: (error: CodedError) => void
}

export class StatusBoard {
  readonly #pending: () => readonly Explanation[]
  readonly #subscribers: Listeners<{ change: undefined }>
  readonly #wall: () => number
  #status: Status = { state: 'idle' }
  #link = 0
  #since: number
  #snapshot: Snapshot | undefined
  readonly #waiting: Waiting[] = []
  #close: () => void = () => {}
  /** Resolves when the client is closed. */
  readonly closed = new Promise<void>((resolve) => {
    this.#close = resolve
  })
  /** The first {@link StatusBoard.decided}. */
  readonly ready: Promise<void>

  constructor(pending: () => readonly Explanation[], wall: () => number, report: Report) {
    this.#pending = pending
    this.#wall = wall
    this.#since = wall()
    this.#subscribers = new Listeners(report)
    this.ready = this.decided()
    // Nobody has to look at it.
    this.ready.catch(() => {})
  }

  get status(): Status {
    return this.#status
  }

  get line(): Line {
    return { status: this.#status, link: this.#link, since: this.#since }
  }

  dialled(link: number): void {
    this.#link = link
  }

  set(status: Status): void {
    if ((status.state === 'online') !== (this.#status.state === 'online')) this.#since = this.#wall()
    this.#status = status
    this.changed()
    if (status.state === 'closed') this.#close()
    const failure = failureOf(status)
    if (status.state === 'online') this.resolve()
    if (failure !== undefined) for (const { reject } of this.#waiting.splice(0)) reject(failure)
  }

  /** It is decided: the server took what the client has to show. */
  resolve(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve()
  }

  /** The status, or what is pending, is not what it was. */
  changed(): void {
    this.#snapshot = undefined
    this.#subscribers.emit('change', undefined)
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#subscribers.on('change', listener)

  readonly getSnapshot = (): Snapshot => {
    this.#snapshot ??= { status: this.#status, pending: this.#pending() }
    return this.#snapshot
  }

  /** Settles when the client is online or authorized the next time, or when it is certain that it will not be by itself. */
  decided(): Promise<void> {
    if (this.#status.state === 'closed') return Promise.reject(failureOf(this.#status))
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }
}

function failureOf(status: Status): CodedError | undefined {
  if (status.state === 'closed') return errorOf(refused('CLOSED', 'The client is closed. Make another one.'))
  if (status.state !== 'unauthorized') return undefined
  const why = `${status.reason} Call reauthenticate() with another token.`
  return errorOf(refused('UNAUTHORIZED', why))
}
