/** A machine on a stage: scripted frames, explicit times, and a record of all that it wanted. Tests only. */

import type { ClientFrame, ErrorCode, Json, ReceivedByClient, Welcome, WireMessage } from '@backchat/protocol'
import { ClientMachine, type ClientMachineOptions } from './client-machine.js'
import type { Effect, Outcome } from './effects.js'
import type { Input, Key, Requested } from './inputs.js'

export interface StageOptions extends Partial<ClientMachineOptions> {
  /** What the token function answers; `later`: the test answers by itself. */
  readonly token?: string | 'later' | undefined
  /** The application has an init. */
  readonly init?: boolean
}

type Frame = ClientFrame<Json>
type Transmit = Extract<Effect, { kind: 'transmit' }>

/** A machine that has done all that is due wants to be woken later, not again at once. */
const mostTurnsAtOnce = 100

export class Stage {
  readonly machine: ClientMachine
  now = 1_000
  /** How far the wall clock is ahead of the monotonic one. */
  wallAheadMs = 0
  /** All that was wanted since the last look, but for what has a record of its own below. */
  readonly effects: Effect[] = []
  /** What was transmitted since the last look. */
  readonly #transmitted: Transmit[] = []
  readonly outcomes = new Map<Key, Outcome>()
  /** The newest link that was dialled. */
  link = 0
  /** How often the application was asked for its init. */
  inits = 0
  #keys = 0
  readonly #token: string | undefined
  readonly #init: boolean

  constructor({ token, init = false, ...options }: StageOptions = {}) {
    let names = 0
    const name = (kind: string) => () => {
      names += 1
      return `${kind}-${names}`
    }
    const ids = { id: name('id'), message: name('message'), client: name('client'), secret: name('secret') }
    // Without jitter a test can say when: the delay is the whole of what it is drawn from.
    this.machine = new ClientMachine({ random: () => 1, ids, ...options })
    this.#token = token
    this.#init = init
  }

  /** One turn, and those that answer it in the same breath. */
  tell(input: Input): void {
    const asked: Input[] = []
    for (const effect of this.machine.handle(input, this.now, this.now + this.wallAheadMs)) {
      this.#perform(effect, asked)
    }
    for (const next of asked) this.tell(next)
  }

  /** Lets time pass as a shell does: a turn whenever the machine wants one. */
  pass(ms: number): void {
    const end = this.now + ms
    let turns = 0
    while (this.machine.wakeAt() <= end) {
      turns = this.machine.wakeAt() > this.now ? 0 : turns + 1
      if (turns === mostTurnsAtOnce) throw new Error('The machine wants to be woken without end.')
      this.now = Math.max(this.now, this.machine.wakeAt())
      this.tell({ kind: 'woke' })
    }
    this.now = end
  }

  /** The machine is up and its link is current. */
  online(welcome: Partial<Welcome> = {}): this {
    this.tell({ kind: 'started' })
    return this.welcome(welcome)
  }

  /** The link that was dialled opens and is welcomed. */
  welcome(welcome: Partial<Welcome> = {}): this {
    this.tell({ kind: 'opened', link: this.link })
    return this.receive(welcomeOf(welcome))
  }

  receive(...frames: ReceivedByClient[]): this {
    for (const frame of frames) this.tell({ kind: 'received', link: this.link, frame })
    return this
  }

  /** The link is lost, and there is another one. */
  relink(welcome: Partial<Welcome> = {}): this {
    this.lose()
    this.pass(10_000)
    return this.welcome(welcome)
  }

  lose(): this {
    this.tell({ kind: 'closed', link: this.link, code: 1006, reason: '' })
    return this
  }

  ask(request: Partial<Requested> = {}): Key {
    this.#keys += 1
    const key = this.#keys
    this.tell({ ...requested(key), ...request })
    return key
  }

  /** What was transmitted since the last look. */
  frames(): readonly Frame[] {
    return this.transmitted().map(({ frame }) => frame)
  }

  /** The same, with the link and the request of each. */
  transmitted(): readonly Transmit[] {
    return this.#transmitted.splice(0)
  }

  /** Those of one kind, since the last look at frames of any kind. */
  framesOf<Kind extends Frame['kind']>(kind: Kind): readonly Extract<Frame, { kind: Kind }>[] {
    return this.frames().filter((frame): frame is Extract<Frame, { kind: Kind }> => frame.kind === kind)
  }

  /** Effects of one kind since the last look at that kind. */
  take<Kind extends Effect['kind']>(kind: Kind): readonly Extract<Effect, { kind: Kind }>[] {
    const taken = this.effects.filter((effect): effect is Extract<Effect, { kind: Kind }> => effect.kind === kind)
    const others = this.effects.filter((effect) => effect.kind !== kind)
    this.effects.splice(0, this.effects.length, ...others)
    return taken
  }

  /** The code of an error, `ok`, or undefined while it waits. */
  outcome(key: Key): string | undefined {
    const outcome = this.outcomes.get(key)
    if (outcome === undefined) return undefined
    return outcome.ok ? 'ok' : outcome.error.code
  }

  /** Why the newest link is waited for; empty when it is not. */
  get waitsFor(): string {
    const [last] = this.effects.flatMap((effect) => (effect.kind === 'status' ? [effect.status] : [])).slice(-1)
    return last?.state === 'waiting' ? last.reason : ''
  }

  fault(key: Key) {
    const outcome = this.outcomes.get(key)
    if (outcome === undefined || outcome.ok) throw new Error(`request ${key} has not failed`)
    return outcome.error
  }

  #perform(effect: Effect, asked: Input[]): void {
    if (effect.kind === 'transmit') {
      if (effect.frame.kind === 'answerError') isSentence(effect.frame.error.message)
      this.#transmitted.push(effect)
      return
    }
    if (effect.kind === 'settle') {
      if (this.outcomes.has(effect.key)) throw new Error(`request ${effect.key} settled twice`)
      if (!effect.outcome.ok) isSentence(effect.outcome.error.message)
      this.outcomes.set(effect.key, effect.outcome)
      return
    }
    this.effects.push(effect)
    if (effect.kind === 'report' || effect.kind === 'dropChunks') isSentence(effect.error.message)
    if (effect.kind === 'reset') isSentence(effect.reason)
    if (effect.kind === 'dial') this.link = effect.link
    if (effect.kind === 'fetchToken' && this.#token !== 'later') {
      asked.push({ kind: 'tokenFetched', fetch: effect.fetch, token: this.#token })
    }
    if (effect.kind === 'initialise') asked.push(this.#initialised())
  }

  #initialised(): Input {
    this.inits += 1
    if (!this.#init) return { kind: 'initSkipped' }
    this.#keys += 1
    return { ...requested(this.#keys), type: 'init', init: true }
  }
}

/** What a person is told is one, always. */
function isSentence(text: string): void {
  if (!/^[A-Z].*\.$/.test(text)) throw new Error(`"${text}" is no sentence`)
}

/** A message of so many bytes. */
export const long = (bytes: number): Json => 'x'.repeat(bytes) as Json

const requested = (key: Key): Requested => ({
  kind: 'requested',
  key,
  mode: 'request',
  id: `message-${key}`,
  type: 'text',
  message: `{"id":"message-${key}"}` as Json,
  timeoutMs: 30_000,
})

const welcomeOf = (welcome: Partial<Welcome>): Welcome => ({
  kind: 'welcome',
  sessionId: 'session',
  epoch: 'first',
  resumed: false,
  head: 0,
  idempotent: [],
  limits: { messageBytes: 64 * 1024, window: 256, ranges: 64 },
  heartbeatMs: 30_000,
  ...welcome,
})

const wire: WireMessage = { id: 'answer', timestamp: '2026-11-23T00:00:00.000Z' }

/** Frames of a server, short to write. */
export const says = {
  started: (n: number) => ({ kind: 'started', n }) as const,
  reply: (n: number, count?: number) =>
    ({ kind: 'reply', n, message: wire, ...(count === undefined ? {} : { count }) }) as const,
  chunk: (n: number, chunk: number) => ({ kind: 'chunk', n, chunk, content: `chunk ${chunk}` }) as const,
  refused: (n: number, code: ErrorCode, retryAfterMs?: number) =>
    ({
      kind: 'error',
      n,
      refused: true,
      error: { code, message: 'No.', mayHaveExecuted: false, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
    }) as const,
  drain: (taken: number) => ({ kind: 'drain', taken, retryAfterMs: 2_000, windowMs: 6_000 }) as const,
  cancelled: (n: number) => ({ kind: 'cancelled', n }) as const,
  push: (push: number, type?: string) =>
    ({ kind: 'push', push, message: type === undefined ? wire : { ...wire, type } }) as const,
  ask: (push: number, leftMs = 60_000, type = 'confirm') =>
    ({ kind: 'push', push, leftMs, message: { ...wire, type } }) as const,
  answered: (push: number) => ({ kind: 'answered', push }) as const,
  withdrawn: (push: number, ask: number) => ({ kind: 'withdrawn', push, ask }) as const,
}
