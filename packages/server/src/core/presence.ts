/** The sessions that have a link here, or had one, for people who watch. Of those without a link only the newest are remembered. */

import type { Effect } from '../machine/effects.js'
import type { LinkId } from '../machine/inputs.js'
import type { SessionTrace } from './request-trace.js'

export class Presence {
  readonly #remembered: number
  readonly #sessions = new Map<string, SessionTrace>()
  readonly #links = new Map<LinkId, SessionTrace>()
  /** Those without a link, in the order in which they lost it. */
  readonly #away = new Set<SessionTrace>()

  /** `remembered`: how many sessions without a link. */
  constructor(remembered: number) {
    this.#remembered = remembered
  }

  find(session: string): SessionTrace | undefined {
    return this.#sessions.get(session)
  }

  ofLink(link: LinkId): SessionTrace | undefined {
    return this.#links.get(link)
  }

  /** In the order in which they came first. */
  all(): Iterable<SessionTrace> {
    return this.#sessions.values()
  }

  attached({ session: id, user, link }: Extract<Effect, { kind: 'attached' }>, nowMs: number): SessionTrace {
    const session = this.#sessions.get(id) ?? newSession(id, user)
    this.#sessions.set(id, session)
    if (session.link !== undefined) this.#links.delete(session.link)
    this.#links.set(link, session)
    this.#away.delete(session)
    session.link = link
    session.sinceMs = nowMs
    return session
  }

  /** Names the sessions that are forgotten for it. */
  detached({ link, reason }: Extract<Effect, { kind: 'detached' }>, nowMs: number): readonly SessionTrace[] {
    const session = this.#links.get(link)
    if (session === undefined) return []
    this.#links.delete(link)
    session.link = undefined
    session.sinceMs = nowMs
    session.left = reason
    this.#away.add(session)
    return this.#makeRoom()
  }

  /** The session is over; undefined when it was not known. */
  ended(id: string): SessionTrace | undefined {
    const session = this.#sessions.get(id)
    if (session !== undefined) this.#forget(session)
    return session
  }

  #makeRoom(): readonly SessionTrace[] {
    const forgotten: SessionTrace[] = []
    for (const oldest of this.#away) {
      if (this.#away.size <= this.#remembered) break
      this.#forget(oldest)
      forgotten.push(oldest)
    }
    return forgotten
  }

  #forget(session: SessionTrace): void {
    this.#sessions.delete(session.id)
    this.#away.delete(session)
    if (session.link !== undefined) this.#links.delete(session.link)
  }
}

const newSession = (id: string, user: string): SessionTrace => ({
  id,
  user,
  link: undefined,
  sinceMs: 0,
  left: undefined,
  requests: new Map(),
})
