/** One client and whoever sits before it: asks, reads, listens, and writes down everything. */

import { setTimeout as sleep } from 'node:timers/promises'
import { BackchatError, type Client, createClient, type PendingRequest } from '@backchat/client'
import { between, pick, type SeededRandom } from '@backchat/testing'
import { type Asked, nowMs } from './history.js'
import type { NewFact, Recorder } from './recorder.js'

export interface Habits {
  /** From one request to the next, answered or not. */
  readonly askEveryMs: number
  /** Longest that a handler takes. */
  readonly slowestMs: number
  readonly chunks: number
}

/** Longer than any series of faults leaves somebody without a link: only what hangs takes as long. */
const patienceMs = 90_000
const otherAskEveryMs = 500
const betweenStoriesMs = 1_500

export class Person {
  readonly name: string
  readonly #client: Client
  readonly #history: Recorder
  readonly #chance: SeededRandom
  readonly #habits: Habits
  readonly #open = new Set<Promise<void>>()
  readonly #timers: NodeJS.Timeout[] = []
  #reading: Promise<void> = Promise.resolve()
  #over = false
  #lastHeard: string | undefined

  constructor(name: string, url: string, history: Recorder, chance: SeededRandom, habits: Habits) {
    this.name = name
    this.#history = history
    this.#chance = chance
    this.#habits = habits
    this.#client = createClient({ url, token: name, timeout: patienceMs, init: () => null })
    this.#listen()
  }

  get ready(): Promise<void> {
    return this.#client.ready
  }

  begin(): void {
    this.#timers.push(setInterval(() => this.work('patient'), this.#habits.askEveryMs))
    this.#timers.push(setInterval(() => this.#askOther(), otherAskEveryMs))
    this.#reading = this.#read()
  }

  /** One request, which is followed until it settles. */
  work(plan: Asked['plan']): void {
    const timeout = plan === 'hasty' ? between(this.#chance, 1, 500) : patienceMs
    const asked = { mode: 'request', plan, idempotent: false, timeoutMs: timeout } as const
    const pending = this.#follow(asked, () => this.#client.request('work', this.#content(), { timeout }))
    if (plan === 'fickle') setTimeout(() => void pending.cancel(), between(this.#chance, 0, 200))
  }

  /** Asks nothing more, waits for what is open, and for the last push. */
  async end(): Promise<void> {
    this.#over = true
    for (const timer of this.#timers) clearInterval(timer)
    await this.#reading
    await Promise.all(this.#open)
    const { content } = await this.#client.request('hush')
    while (this.#lastHeard !== content.last) await sleep(10)
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  #listen(): void {
    const { name: client } = this
    this.#client.on('tick', ({ sessionId: session, content }) => {
      this.#history.write({ kind: 'heard', client, session, push: content.push })
      this.#lastHeard = content.push
    })
    this.#client.events.on('gap', ({ from, to }) => this.#history.write({ kind: 'gap', client, from, to }))
    this.#client.events.on('reset', () => this.#history.write({ kind: 'reset', client }))
    this.#client.events.on('status', (status) => {
      const reason = 'reason' in status ? { reason: status.reason } : {}
      this.#history.write({ kind: 'connection', client, state: status.state, ...reason })
    })
    this.#client.events.on('error', (error) =>
      this.#history.write({ kind: 'reported', by: `client ${client}`, code: error.code, text: String(error) }),
    )
  }

  #askOther(): void {
    const other = pick(this.#chance, ['lookup', 'note', 'hasty', 'fickle'] as const)
    if (other === 'lookup') this.#lookUp()
    else if (other === 'note') this.#note()
    else this.work(other)
  }

  #content() {
    return { ms: between(this.#chance, 0, this.#habits.slowestMs) }
  }

  #lookUp(): void {
    const asked = { mode: 'request', plan: 'patient', idempotent: true, timeoutMs: patienceMs } as const
    this.#follow(asked, () => this.#client.request('lookup', this.#content()))
  }

  #note(): void {
    const asked = { mode: 'send', plan: 'patient', idempotent: false, timeoutMs: patienceMs } as const
    this.#follow(asked, () => this.#client.send('note', this.#content()))
  }

  #follow<T extends PendingRequest<unknown>>(asked: Omit<Asked, 'kind' | 'client' | 'id'>, ask: () => T): T {
    const atMs = nowMs()
    const pending = ask()
    const { id } = pending
    this.#history.write({ kind: 'asked', client: this.name, id, ...asked }, atMs)
    const settled = this.#settle(id, pending).finally(() => this.#open.delete(settled))
    this.#open.add(settled)
    return pending
  }

  #settle(id: string, promise: PromiseLike<unknown>): Promise<void> {
    return Promise.resolve(promise).then(
      (reply) => this.#history.write({ kind: 'settled', id, ok: true, run: runOf(reply) }),
      (error: unknown) => this.#history.write({ kind: 'settled', id, ok: false, ...failure(error) }),
    )
  }

  /** One story after another. */
  async #read(): Promise<void> {
    await sleep(between(this.#chance, 0, betweenStoriesMs))
    while (!this.#over) {
      await this.#story(this.#chance() < 0.1 ? between(this.#chance, 1, this.#habits.chunks) : undefined)
      await sleep(betweenStoriesMs)
    }
  }

  /** Somebody fickle reads so many chunks and leaves the rest. */
  async #story(most: number | undefined): Promise<void> {
    const { chunks } = this.#habits
    const stream = this.#client.stream('story', { chunks })
    const { id } = stream
    const plan = most === undefined ? 'patient' : 'fickle'
    const asked = { mode: 'stream', plan, idempotent: false, timeoutMs: patienceMs, chunks } as const
    this.#history.write({ kind: 'asked', client: this.name, id, ...asked })
    const settled = this.#settle(id, stream.reply)
    let read = 0
    try {
      for await (const { run, chunk } of stream) {
        this.#history.write({ kind: 'chunk', id, run, chunk })
        read += 1
        if (read === most) break
      }
    } catch {
      // The reply says the same.
    }
    await settled
  }
}

function runOf(reply: unknown): unknown {
  const content = typeof reply === 'object' && reply !== null && 'content' in reply ? reply.content : undefined
  return typeof content === 'object' && content !== null && 'run' in content ? content.run : undefined
}

type Failure = Omit<Extract<NewFact, { readonly ok: false }>, 'kind' | 'id' | 'ok'>

function failure(error: unknown): Failure {
  if (!BackchatError.is(error))
    return { code: 'no BackchatError', stage: 'settled', mayHaveExecuted: true, text: String(error) }
  const { code, stage, mayHaveExecuted } = error
  return { code, stage, mayHaveExecuted, text: String(error) }
}
