/** The sessions that have a link here, or had one, for people who watch. Of those without a link only the newest are remembered. */

import type { Effect } from '../machine/effects.js'
import type { Input, LinkId } from '../machine/inputs.js'
import type { ShellEffect } from './machine-driver.js'
import type { SessionTrace, Settled } from './request-trace.js'

export interface PresenceOptions {
  /** How many sessions without a link are remembered. */
  readonly remembered: number
  /** Milliseconds since 1970. */
  readonly wall: () => number
}

export class Presence {
  readonly #options: PresenceOptions
  readonly #sessions = new Map<string, SessionTrace>()
  readonly #links = new Map<LinkId, SessionTrace>()
  /** What each link's hello said that its client has for good, until the link is welcome. */
  readonly #hellos = new Map<LinkId, Settled>()
  /** Those without a link, in the order in which they lost it. */
  readonly #away = new Set<SessionTrace>()

  constructor(options: PresenceOptions) {
    this.#options = options
  }

  find(session: string): SessionTrace | undefined {
    return this.#sessions.get(session)
  }

  /** In the order in which they came first. */
  all(): Iterable<SessionTrace> {
    return this.#sessions.values()
  }

  /** Something happened. */
  heard(input: Input): void {
    if (input.kind === 'closed') this.#hellos.delete(input.link)
    if (input.kind !== 'received') return
    const { link, frame } = input
    if (frame.kind === 'hello') this.#hellos.set(link, { floor: frame.floor, settled: frame.settled })
    if (frame.kind !== 'ack') return
    const session = this.#links.get(link)
    if (session !== undefined) session.settled = frame
  }

  /** Something was done. */
  performed(effect: ShellEffect): void {
    if (effect.kind === 'attached') this.#attached(effect)
    else if (effect.kind === 'detached') this.#detached(effect)
    else if (effect.kind === 'ended') this.#ended(effect.session)
    else if (effect.kind === 'abandon') this.#hellos.delete(effect.link)
  }

  #attached({ session: id, user, link }: Extract<Effect, { kind: 'attached' }>): void {
    const session = this.#sessions.get(id) ?? newSession(id, user)
    this.#sessions.set(id, session)
    this.#links.set(link, session)
    this.#away.delete(session)
    session.attached = true
    session.sinceMs = this.#options.wall()
    session.settled = this.#hellos.get(link) ?? session.settled
    this.#hellos.delete(link)
  }

  #detached({ link, reason }: Extract<Effect, { kind: 'detached' }>): void {
    const session = this.#links.get(link)
    if (session === undefined) return
    this.#links.delete(link)
    session.attached = false
    session.sinceMs = this.#options.wall()
    session.left = reason
    this.#away.add(session)
    for (const oldest of this.#away) {
      if (this.#away.size <= this.#options.remembered) break
      this.#away.delete(oldest)
      this.#sessions.delete(oldest.id)
    }
  }

  /** A link of it, if there is one, has been detached before. */
  #ended(id: string): void {
    const session = this.#sessions.get(id)
    if (session === undefined) return
    session.over = true
    this.#away.delete(session)
    this.#sessions.delete(id)
  }
}

const newSession = (id: string, user: string): SessionTrace => ({
  id,
  user,
  attached: false,
  sinceMs: 0,
  left: undefined,
  settled: { floor: 0, settled: [] },
  over: false,
})
