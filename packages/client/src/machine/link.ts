/** Whether there is a link; and if there is none, what is being done about it. */

import { closeCodes, type Drain, isLongerThan, limits, type Random, redialMs } from '@backchat/protocol'
import type { MachineStatus } from './effects.js'
import type { Input } from './inputs.js'
import type { Out } from './out.js'
import { timing } from './timing.js'
import type { TokenQuestion } from './token-question.js'

export type LinkState =
  /** Before the first turn. */
  | { readonly state: 'idle' }
  /** Ends at `until`; when something happens that gives hope, already at `earliest`. */
  | { readonly state: 'waiting'; readonly reason: string; readonly earliest: number; readonly until: number }
  | { readonly state: 'fetching'; readonly until: number }
  | { readonly state: 'dialling'; readonly link: number; readonly token: string | undefined; readonly until: number }
  /** The hello is out. */
  | { readonly state: 'greeting'; readonly link: number; readonly until: number }
  /** Welcomed: the link is current. `drain`: the server goes away soon. */
  | { readonly state: 'online'; readonly link: number; readonly since: number; readonly drain?: Drain }
  | { readonly state: 'unauthorized'; readonly reason: string }
  | { readonly state: 'closed' }

/** So much at most is held against a server that has just welcomed us: the next delay is 900 ms at most [P-26]. */
const heldOnceWelcomedMs = 400

export type Sign = Extract<Input, { kind: 'noticed' }>['sign']

export class Link {
  readonly #out: Out
  readonly #random: Random
  readonly #question: TokenQuestion
  #state: LinkState = { state: 'idle' }
  #links = 0
  /** All delays since a link proved itself. */
  #waitedMs = 0
  #tokenRefused = false
  #hidden = false

  constructor(out: Out, random: Random, question: TokenQuestion) {
    this.#out = out
    this.#random = random
    this.#question = question
  }

  get state(): LinkState['state'] {
    return this.#state.state
  }

  /** The newest socket, if there is one. Frames of any other do not count [P-6]. */
  get current(): number | undefined {
    return 'link' in this.#state ? this.#state.link : undefined
  }

  start(now: number): void {
    if (this.#state.state === 'idle') this.#fetch(now)
  }

  tokenFetched(fetch: number, token: string | undefined, now: number): void {
    if (!this.#awaited(fetch, now)) return
    if (token !== undefined && isLongerThan(token, limits.tokenBytes)) {
      return this.#fail(`The token is longer than ${limits.tokenBytes} bytes.`, now) // [P-10]
    }
    this.#links += 1
    const link = this.#links
    this.#enter({ state: 'dialling', link, token, until: now + timing.dialMs })
    this.#out.emit({ kind: 'dial', link })
  }

  tokenFailed(fetch: number, reason: string, now: number): void {
    if (this.#awaited(fetch, now)) this.#fail(`The token function failed: ${reason}`, now)
  }

  /** The socket is open: a hello is to be sent, with this token. */
  opened(link: number): { readonly token: string | undefined } | undefined {
    if (this.#state.state !== 'dialling' || this.#state.link !== link) return undefined
    const { token, until } = this.#state
    this.#enter({ state: 'greeting', link, until })
    return { token }
  }

  welcomed(now: number): void {
    if (this.#state.state !== 'greeting') return
    this.#waitedMs = Math.min(this.#waitedMs, heldOnceWelcomedMs)
    this.#enter({ state: 'online', link: this.#state.link, since: now })
  }

  /** The socket has gone by itself. */
  closed(link: number, code: number, reason: string, now: number): void {
    if (link !== this.current) return
    this.#proveStability(now)
    const what = this.#state.state === 'online' ? 'The link was lost' : 'No connection'
    this.#fail(`${what} (${code}${reason === '' ? '' : `: ${reason}`}).`, now)
  }

  /** Gives the link up and waits before the next dial, at least `leastMs`. */
  drop(code: number, reason: string, now: number, leastMs = 0): void {
    this.#hangUp(code, now)
    this.#fail(reason, now, leastMs)
  }

  /** Gives the link up and dials anew without delay. */
  redial(code: number, now: number): void {
    this.#hangUp(code, now)
    this.#dialAgain(now)
  }

  /** The first refusal may be the fault of an old token; the second stops the dialling [P-13]. */
  tokenRefused(reason: string, now: number): 'again' | 'stopped' {
    this.#hangUp(closeCodes.normal, now)
    if (this.#tokenRefused) {
      this.#enter({ state: 'unauthorized', reason })
      return 'stopped'
    }
    this.#tokenRefused = true
    this.#dialAgain(now)
    return 'again'
  }

  /** The application has new credentials. A link that is current takes them as it is [P-34]; one that is not yet is dialled anew. */
  reauthenticate(now: number): void {
    if (this.#state.state === 'closed' || this.#state.state === 'idle') return
    this.#tokenRefused = false
    if (this.#state.state === 'waiting') this.#hurry(now)
    else if (this.#state.state !== 'fetching' && this.#state.state !== 'online') this.redial(closeCodes.normal, now)
  }

  /** The server goes away soon: however this link ends, the next dial waits as long as it asked [P-32]. */
  drain(drain: Drain): void {
    if (this.#state.state === 'online') this.#state = { ...this.#state, drain }
  }

  noticed(sign: Sign, now: number): void {
    if (sign === 'hidden') this.#hidden = true
    if (sign === 'visible') this.#hidden = false
    if (sign !== 'online' && sign !== 'visible' && sign !== 'woke') return
    // What failed before says nothing about now.
    this.#waitedMs = 0
    this.#hurry(now)
  }

  close(): void {
    this.#hangUp(closeCodes.normal, 0)
    this.#enter({ state: 'closed' })
  }

  /** What the time says. `work`: somebody waits for an answer, so that even a hidden page dials. */
  pass(now: number, work: boolean): void {
    if (now < this.wakeAt(work)) return
    if (this.#state.state === 'waiting') this.#waitIsOver(this.#state.until, now)
    else if (this.#state.state === 'fetching') this.#fail(`No token within ${timing.tokenMs} ms.`, now)
    else this.drop(closeCodes.normal, `No welcome within ${timing.dialMs} ms.`, now) // [P-27]
  }

  wakeAt(work: boolean): number {
    const held = this.#hidden && !work && this.#state.state === 'waiting'
    return 'until' in this.#state && !held ? this.#state.until : Infinity
  }

  /** Who is woken late has waited that much longer: so a computer that is busy with dials makes fewer of them. */
  #waitIsOver(until: number, now: number): void {
    this.#waitedMs += now - until
    this.#fetch(now)
  }

  #awaited(fetch: number, now: number): boolean {
    const counts = this.#question.answer(fetch)
    if (this.#state.state !== 'fetching') return false
    // It is no answer, or one of old credentials: another one is waited for.
    if (!counts) this.#fetch(now)
    return counts
  }

  /** Each dial asks for a token of its own. */
  #fetch(now: number): void {
    this.#enter({ state: 'fetching', until: this.#question.ask(now) })
  }

  /** Dials at once, unless the server asked for time. */
  #dialAgain(now: number): void {
    if (this.#state.state === 'online' && this.#state.drain) this.#fail('', now)
    else this.#fetch(now)
  }

  #hurry(now: number): void {
    if (this.#state.state !== 'waiting') return
    if (now >= this.#state.earliest) this.#fetch(now)
    else this.#enter({ ...this.#state, until: this.#state.earliest })
  }

  #hangUp(code: number, now: number): void {
    if (this.current === undefined) return
    this.#proveStability(now)
    this.#out.emit({ kind: 'abandon', link: this.current, code })
  }

  #proveStability(now: number): void {
    if (this.#state.state !== 'online' || now - this.#state.since < timing.stableMs) return
    this.#waitedMs = 0
    this.#tokenRefused = false
  }

  #fail(reason: string, now: number, leastMs = 0): void {
    if (this.#state.state === 'online' && this.#state.drain) return this.#makeRoom(this.#state.drain, now)
    const earliest = now + leastMs
    const delayMs = redialMs(this.#waitedMs, this.#random()) // [P-26]
    this.#waitedMs += delayMs
    this.#enter({ state: 'waiting', reason, earliest, until: earliest + delayMs })
  }

  /** That the server asked for it is held against nobody. */
  #makeRoom({ retryAfterMs, windowMs }: Drain, now: number): void {
    const earliest = now + retryAfterMs
    const until = earliest + this.#random() * windowMs
    this.#enter({ state: 'waiting', reason: 'The server goes away for a while.', earliest, until })
  }

  #enter(state: LinkState): void {
    const before = statusOf(this.#state)
    const after = statusOf(state)
    this.#state = state
    if (before.state !== after.state || after.state === 'waiting') this.#out.emit({ kind: 'status', status: after })
  }
}

function statusOf(state: LinkState): MachineStatus {
  switch (state.state) {
    case 'fetching':
    case 'dialling':
    case 'greeting':
      return { state: 'connecting' }
    case 'online':
      return { state: 'online' }
    case 'waiting':
      return { state: 'waiting', reason: state.reason, until: state.until }
    default:
      return state
  }
}
