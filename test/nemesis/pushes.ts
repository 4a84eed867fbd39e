/** What each client heard of the numbered pushes, against what the manager said it had appended. */

import type { Violation } from './check.js'
import type { Gap, Heard, Reset } from './history.js'
import type { Ledger, SentPush } from './ledger.js'

export interface PushFigures {
  /** Of which the manager said that they were appended, to sessions that were not lost. */
  appended: number
  heard: number
  missing: number
  gaps: number
  resets: number
  /** Appended to a session that was lost afterwards, which its client was told. */
  lostWithSession: number
}

export interface PushVerdict {
  readonly violations: readonly Violation[]
  readonly figures: PushFigures
}

export function judgePushes(ledger: Ledger): PushVerdict {
  const figures: PushFigures = { appended: 0, heard: 0, missing: 0, gaps: 0, resets: 0, lostWithSession: 0 }
  const violations: Violation[] = []
  for (const [client, sessions] of ledger.sessionsOf) {
    const ear = new Ear(client, ledger, figures, violations)
    for (const fact of ledger.heardBy.get(client) ?? []) ear.take(fact)
    ear.end(sessions.at(-1))
  }
  return { violations, figures }
}

/** Follows one client through its sessions. */
class Ear {
  readonly #client: string
  readonly #ledger: Ledger
  readonly #figures: PushFigures
  readonly #violations: Violation[]
  readonly #before = new Set<string>()
  #session: string | undefined
  #places = new Map<string, number>()
  #next = 0
  /** So many of the next ones were announced as gone. */
  #gone = 0
  #wasReset = false

  constructor(client: string, ledger: Ledger, figures: PushFigures, violations: Violation[]) {
    this.#client = client
    this.#ledger = ledger
    this.#figures = figures
    this.#violations = violations
  }

  take(fact: Heard | Gap | Reset): void {
    if (fact.kind === 'heard') return this.#hear(fact)
    if (fact.kind === 'gap') {
      this.#figures.gaps += 1
      this.#gone += fact.to - fact.from + 1
    } else {
      this.#figures.resets += 1
      this.#wasReset = true
    }
  }

  /** Everything has come that will; `last` is the session in which the client ended. */
  end(last: string | undefined): void {
    if (last !== undefined && last !== this.#session) this.#change(last)
    this.#pass(this.#pushes.length)
  }

  get #pushes(): readonly SentPush[] {
    return (this.#session !== undefined && this.#ledger.sessions.get(this.#session)?.pushes) || []
  }

  #hear({ session, push }: Heard): void {
    this.#figures.heard += 1
    if (session !== this.#session) this.#change(session)
    const place = this.#places.get(push)
    if (place === undefined) return this.#say(`${push} was never sent to ${session}`, push)
    if (place < this.#next) return this.#say(`${push} came again, or too late`, push)
    this.#pass(place)
    if (this.#pushes[place]?.appended === 'yes') this.#figures.appended += 1
    if (this.#pushes[place]?.appended === 'no') this.#say(`${push} came, and was not appended`, push)
    this.#next = place + 1
    this.#gone = 0
  }

  /** Those up to that place did not come. */
  #pass(place: number): void {
    const passed = this.#appended(this.#next, place)
    const missing = passed.slice(this.#gone)
    this.#figures.appended += passed.length
    this.#figures.missing += missing.length
    const [first] = missing
    if (first) this.#say(`${missing.length} missing, the first is ${first.push}`, first.push)
    this.#next = place
  }

  #change(session: string): void {
    const isFirst = this.#session === undefined
    this.#figures.lostWithSession += this.#appended(this.#next, this.#pushes.length).length
    if (!isFirst && !this.#wasReset)
      this.#say(`from session ${this.#session} to ${session} without a reset`, session, 'a lost session is announced')
    if (this.#before.has(session)) this.#say(`session ${session} came back`, session)
    if (this.#ledger.sessions.get(session)?.client !== this.#client)
      this.#say(`session ${session} is another client's`, session)
    this.#before.add(session)
    this.#session = session
    this.#places = new Map(this.#pushes.map(({ push }, place) => [push, place]))
    this.#next = 0
    this.#gone = 0
    this.#wasReset = false
  }

  #appended(from: number, to: number): readonly SentPush[] {
    return this.#pushes.slice(from, to).filter(({ appended }) => appended === 'yes')
  }

  #say(how: string, about: string, promise: Violation['promise'] = 'pushes in order, without holes'): void {
    this.#violations.push({ promise, about, how: `${this.#client}: ${how}` })
  }
}
