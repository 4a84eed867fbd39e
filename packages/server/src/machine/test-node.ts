/** A node for tests: the machine, a memory store that answers at once or as late as it can, and what the machine wanted done. */

import type { Ack, Json, ReceivedByServer, RequestMode, ServerFrame } from '@backchat/protocol'
import { type MemoryStore, type MemoryStoreOptions, memoryStore } from '../memory-store.js'
import type { Operation, Target } from '../store/operations.js'
import type { Counts } from './counts.js'
import type { Effect, Run } from './effects.js'
import type { Input, LinkId } from './inputs.js'
import { ServerMachine, type ServerMachineOptions } from './server-machine.js'

/**
 * `later`: only when the test looks at what was done, so that everything up to there happens before any answer.
 * `when told`: by {@link TestNode.answerOne} or {@link TestNode.settle}.
 */
export type Answers = 'at once' | 'later' | 'when told'
export const bothAnswers = ['at once', 'later'] as const

export interface NodeOptions extends Partial<ServerMachineOptions> {
  readonly answers: Answers
  /** To share with a node that was there before, whose clock it keeps. */
  readonly store?: MemoryStore
  /** Of the store, when it is the node's own. */
  readonly bounds?: Pick<MemoryStoreOptions, 'maxSessions' | 'maxSessionsPerUser'>
}

type EffectOf<Kind extends Effect['kind']> = Extract<Effect, { kind: Kind }>
type HelloOver = Partial<Extract<ReceivedByServer, { kind: 'hello' }>>
type FailedBatch = 'carried out' | 'not carried out'

/** A machine that has done all that is due wants to be woken later, not again at once. */
const mostTurnsAtOnce = 100

export class TestNode {
  readonly store: MemoryStore
  readonly operations: Operation[] = []
  now = 1_000
  readonly #machine: ServerMachine
  readonly #answers: Answers
  #effects: Effect[] = []
  #unanswered: Input[] = []
  #failing: { readonly how: FailedBatch; after: number } | undefined

  constructor({ answers, store, bounds, ...options }: NodeOptions) {
    let made = 0
    this.store = store ?? memoryStore({ now: () => this.now, ...bounds })
    this.#answers = answers
    this.#machine = new ServerMachine({
      owner: 'node 1',
      ids: { id: () => `${options.owner ?? ''}id ${++made}` },
      hash: (secret) => `hash of ${secret}`,
      authenticates: false,
      ...options,
    })
    // A hint comes when the turn that led to it is over.
    this.store.listen((owner) => this.#unanswered.push({ kind: 'hinted', owner }))
    for (const type of ['text', 'slow']) this.feed({ kind: 'registered', type, idempotent: false })
    this.feed({ kind: 'registered', type: 'rename', idempotent: true })
    // Its lease has begun before anything happens.
    this.settle()
  }

  // ---- what happens to it ----

  feed(...inputs: readonly Input[]): void {
    const asked = []
    for (const effect of this.#machine.handleAll(inputs, this.now)) {
      if (isMute(effect)) throw new Error(`It says nothing: ${JSON.stringify(effect)}`)
      if (effect.kind === 'apply') asked.push(this.#apply(effect))
      else this.#effects.push(effect)
    }
    this.#unanswered.push(...asked)
    if (this.#answers === 'at once') this.settle()
  }

  /** The next batch, or one after it, fails; whether it was carried out, only the store knows. */
  failNextBatch(how: FailedBatch, after = 0): void {
    this.#failing = { how, after }
  }

  /** Time passes; the machine is woken whenever it asked to be. */
  sleep(ms: number): void {
    const until = this.now + ms
    this.#look()
    let turns = 0
    for (let at = this.#machine.wakeAt(); at <= until; at = this.#machine.wakeAt()) {
      turns = at > this.now ? 0 : turns + 1
      if (turns === mostTurnsAtOnce) throw new Error('The machine wants to be woken without end.')
      this.now = Math.max(this.now, at)
      this.feed({ kind: 'woke' })
      this.#look()
    }
    this.now = until
  }

  /** Whether there is a time at which the machine wants to be woken. */
  get isAwake(): boolean {
    this.#look()
    return this.#machine.wakeAt() < Number.POSITIVE_INFINITY
  }

  /** A client dials and says hello. Client id and secret are those of a client that is always the same. */
  dial(link: LinkId, over: HelloOver = {}): void {
    this.feed({ kind: 'opened', link })
    const hello = { kind: 'hello', version: 1, client: 'c', secret: 's', attempt: link, lastPush: 0, floor: 0 } as const
    this.receive(link, { ...hello, settled: [], page: 'p', ...over })
  }

  /** A client is welcomed; returns what it was told. */
  connect(link: LinkId, over: HelloOver = {}): EffectOfFrame<'welcome'> {
    this.dial(link, over)
    const [welcome, ...rest] = this.frames(link)
    if (welcome?.kind !== 'welcome') throw new Error(`Not welcomed: ${JSON.stringify(welcome)}`)
    this.#effects.unshift(...rest.map((frame) => ({ kind: 'transmit', link, frame }) as const))
    return welcome
  }

  receive(link: LinkId, frame: ReceivedByServer): void {
    this.feed({ kind: 'received', link, frame })
  }

  request(
    link: LinkId,
    n: number,
    over: { mode?: RequestMode; type?: string; leftMs?: number; from?: number } = {},
  ): void {
    const { mode = 'request', type = 'text', leftMs = 30_000, ...rest } = over
    const message = { id: `message ${n}`, timestamp: '2026-01-01T00:00:00.000Z', type, content: n }
    this.receive(link, { kind: 'request', n, mode, leftMs, ...rest, message })
  }

  cut(link: LinkId): void {
    this.feed({ kind: 'closed', link })
  }

  /** The handler of a run is called. */
  handling(run: Run): void {
    this.feed({ kind: 'handling', run: run.run })
  }

  yields(run: Run, ...texts: readonly string[]): void {
    for (const text of texts) {
      const content = json(text)
      this.feed({ kind: 'yielded', run: run.run, content, bytes: content.length })
    }
  }

  returns(run: Run, text: string): void {
    const message = json(text)
    this.feed({ kind: 'returned', run: run.run, message, bytes: message.length })
  }

  push(target: Target, text: string, key = 1): void {
    const message = json(text)
    this.feed({ kind: 'pushed', key, target, id: text, message, bytes: message.length })
  }

  // ---- what it wanted done ----

  get counts(): Counts {
    return this.#machine.counts
  }

  /** How many chunks it asked for since the last look. */
  asked(): number {
    return this.done('pull').reduce((chunks, pull) => chunks + pull.chunks, 0)
  }

  /** Frames transmitted to a link since the last look. */
  frames(link: LinkId): readonly ServerFrame<Json>[] {
    return this.#taken((effect) => effect.kind === 'transmit' && effect.link === link).flatMap((effect) =>
      effect.kind === 'transmit' ? [effect.frame] : [],
    )
  }

  /** Effects of a kind since the last look. */
  done<Kind extends Effect['kind']>(kind: Kind): readonly EffectOf<Kind>[] {
    const isKind = (effect: Effect): effect is EffectOf<Kind> => effect.kind === kind
    return this.#taken(isKind).filter(isKind)
  }

  /** The one run that was started since the last look. */
  theRun(): Run {
    const [run, ...more] = this.done('run')
    if (run === undefined || more.length > 0)
      throw new Error(`${more.length + (run ? 1 : 0)} runs were started, not 1.`)
    return run
  }

  /** Starts the handler of a request that is new. */
  theHandler(): Run {
    const run = this.theRun()
    this.handling(run)
    return run
  }

  /** The store answers everything it was asked, in one tick what it has been asked by then. */
  settle(): void {
    while (this.#unanswered.length > 0) this.feed(...this.#unanswered.splice(0))
  }

  /** The store answers the oldest batch that it has not answered. */
  answerOne(): void {
    const answer = this.#unanswered.shift()
    if (answer !== undefined) this.feed(answer)
  }

  #apply({ batch, operations }: EffectOf<'apply'>): Input {
    // Of its lease only the tests of the lease speak.
    const spoken = operations.filter(({ op }) => !leaseOperations.includes(op))
    this.operations.push(...spoken)
    const failing = spoken.length > 0 ? this.#isFailing() : undefined
    const results = failing === 'not carried out' ? [] : this.store.apply(operations)
    return failing === undefined
      ? { kind: 'applied', batch, results }
      : { kind: 'applyFailed', batch, reason: 'The disk is on fire.' }
  }

  #isFailing(): FailedBatch | undefined {
    const failing = this.#failing
    if (failing === undefined || failing.after-- > 0) return undefined
    this.#failing = undefined
    return failing.how
  }

  #look(): void {
    if (this.#answers !== 'when told') this.settle()
  }

  #taken(isWanted: (effect: Effect) => boolean): readonly Effect[] {
    this.#look()
    const taken = this.#effects.filter(isWanted)
    this.#effects = this.#effects.filter((effect) => !isWanted(effect))
    return taken
  }
}

/** Whether a person who reads of it would find no word. */
function isMute(effect: Effect): boolean {
  if ('reason' in effect) return effect.reason === ''
  if (effect.kind === 'report') return effect.error.message === ''
  if (effect.kind !== 'transmit')
    return 'outcome' in effect && !effect.outcome.ok && effect.outcome.error.message === ''
  const { frame } = effect
  return (frame.kind === 'error' && frame.error.message === '') || (frame.kind === 'refuse' && frame.message === '')
}

const leaseOperations: readonly Operation['op'][] = ['enlist', 'renew', 'retire']

type EffectOfFrame<Kind extends ServerFrame<Json>['kind']> = Extract<ServerFrame<Json>, { kind: Kind }>

/** A frame in which a client confirms what it has. */
export const ack = (over: Partial<Omit<Ack, 'kind'>> = {}): Ack => ({
  kind: 'ack',
  push: 0,
  floor: 0,
  settled: [],
  ...over,
})

export const replyTo = (n: number, text: string) => ({ kind: 'reply', n, message: json(text) })

export const chunkOf = (n: number, chunk: number, text: string) => ({ kind: 'chunk', n, chunk, content: json(text) })

export const json = (text: string): Json => JSON.stringify(text) as Json
