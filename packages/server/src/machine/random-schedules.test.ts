/** One client that keeps to the protocol, one node, and anything that may happen between them: what must hold in any order. */

import { type Json, Ranges, type ServerFrame } from '@backchat/protocol'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Run } from './effects.js'
import { isSpent, less, oneChunk, type Portion } from './portion.js'
import { TestNode } from './test-node.js'

const slots = [0, 1] as const
/** Each step, and how often it comes: mostly what brings things forward. */
const weights = {
  dial: 3,
  cut: 1,
  request: 12,
  cancel: 1,
  settle: 2,
  take: 2,
  call: 12,
  yield: 12,
  return: 6,
  throw: 1,
  refuse: 1,
  answer: 12,
  'answer all': 8,
  fail: 1,
  lose: 1,
  wait: 1,
  sleep: 1,
} as const
type Step = keyof typeof weights
const step = fc.oneof(
  ...Object.entries(weights).map(([step, weight]) => ({ weight, arbitrary: fc.constant(step as Step) })),
)
const schedule = fc.array(fc.tuple(step, fc.constantFrom(...slots)), { minLength: 60, maxLength: 200, size: 'max' })

/** A run of a handler, as the application sees it. */
interface Handler {
  readonly run: Run
  readonly said: string[]
  state: 'given' | 'asked' | 'idle' | 'over'
  /** What it yields without being asked again. */
  due: Portion
  returned?: string
}

/** A stream, as the client sees it. */
interface Stream {
  readonly n: number
  readonly chunks: string[]
  /** The link that waits for it. */
  askedOn: number
  cancelled: boolean
  answer?: 'reply' | 'error' | 'unknown'
}

class World {
  readonly node = new TestNode({ answers: 'when told' })
  /** What the client asked for and has not settled: at most one stream in each slot. */
  readonly slots = new Map<number, Stream>()
  readonly streams = new Map<number, Stream>()
  readonly handlers: Handler[] = []
  readonly starts = new Map<number, number>()
  link = 0
  state: 'gone' | 'dialled' | 'welcome' = 'gone'
  epoch: string | undefined
  readonly #settled = new Ranges()

  take([step, slot]: readonly [Step, number]): void {
    this.#step(step, slot)
    this.#observe()
  }

  /** Faults are over, handlers work, and the client comes back: everything still wanted is answered. */
  heal(): void {
    for (let round = 0; round < 12; round++) {
      this.take(['answer all', 0])
      if (this.state === 'gone') this.take(['dial', 0])
      this.take(['answer all', 0])
      for (const slot of slots) if (this.slots.has(slot)) this.take(['request', slot])
      this.take(['answer all', 0])
      for (const slot of slots) for (const step of ['take', 'call', 'return'] as const) this.take([step, slot])
    }
  }

  #step(step: Step, slot: number): void {
    const { node } = this
    const stream = this.slots.get(slot)
    switch (step) {
      case 'dial':
        return this.#dial()
      case 'cut':
        node.cut(this.link)
        this.state = 'gone'
        return
      case 'request':
        return this.#request(slot)
      case 'answer':
        return node.answerOne()
      case 'answer all':
        return node.settle()
      case 'fail':
        return node.failNextBatch('not carried out')
      case 'lose':
        return node.failNextBatch('carried out')
      case 'wait':
        return node.sleep(300)
      case 'sleep':
        return node.sleep(41_000)
      case 'cancel':
      case 'settle':
      case 'take':
        return stream && this.#client(step, slot, stream)
      default:
        return stream && this.#handler(step, stream.n)
    }
  }

  #client(step: 'cancel' | 'settle' | 'take', slot: number, stream: Stream): void {
    const { n, chunks, answer } = stream
    if (step === 'take') return this.#confirm([[n, chunks.length]])
    if (step === 'settle') {
      if (answer === undefined) return
      this.#settled.add(n)
      this.#confirm([])
    } else {
      stream.cancelled = true
      if (this.state === 'welcome') this.node.receive(this.link, { kind: 'cancel', n })
    }
    this.slots.delete(slot)
  }

  #dial(): void {
    this.link += 1
    this.state = 'dialled'
    const { floor, above: settled } = this.#settled
    this.node.dial(this.link, { floor, settled, ...(this.epoch !== undefined && { epoch: this.epoch }) })
  }

  /** A number is given when it is first sent, and used again on each link until it is answered [P-14]. */
  #request(slot: number): void {
    if (this.state !== 'welcome') return
    const stream: Stream = this.slots.get(slot) ?? {
      n: this.streams.size + 1,
      chunks: [],
      askedOn: 0,
      cancelled: false,
    }
    this.slots.set(slot, stream)
    this.streams.set(stream.n, stream)
    if (stream.answer || stream.askedOn === this.link) return
    stream.askedOn = this.link
    this.node.request(this.link, stream.n, { mode: 'stream', from: stream.chunks.length })
  }

  #confirm(chunks: readonly (readonly [number, number])[]): void {
    if (this.state !== 'welcome') return
    const { floor, above: settled } = this.#settled
    this.node.receive(this.link, { kind: 'ack', push: 0, floor, settled, chunks })
  }

  #handler(step: Step, n: number): void {
    const handler = this.handlers.find(({ run, state }) => run.n === n && state !== 'over')
    if (handler === undefined) return
    const { run, state } = handler
    if (step === 'call' && state === 'given') {
      handler.state = 'asked'
      this.starts.set(n, (this.starts.get(n) ?? 0) + 1)
      return this.node.handling(run)
    }
    if (step === 'refuse' && state === 'given') {
      handler.state = 'over'
      const error = { code: 'RATE_LIMITED', message: 'Slow down.', mayHaveExecuted: false } as const
      return this.node.feed({ kind: 'threw', run: run.run, error, refused: true })
    }
    if (state !== 'asked') return
    if (step === 'yield') {
      const text = `${run.run}/${handler.said.length}`
      handler.said.push(text)
      handler.due = less(handler.due, text.length + 2)
      if (isSpent(handler.due)) handler.state = 'idle'
      return this.node.yields(run, text)
    }
    handler.state = 'over'
    const error = { code: 'HANDLER_FAILED', message: 'It threw.', mayHaveExecuted: true } as const
    if (step === 'throw') return this.node.feed({ kind: 'threw', run: run.run, error, refused: false })
    handler.returned = `${run.run} is done`
    this.node.returns(run, handler.returned)
  }

  #observe(): void {
    for (const run of this.node.done('run')) this.handlers.push({ run, said: [], state: 'given', due: oneChunk })
    for (const { run, ...portion } of this.node.done('pull')) {
      this.#move(run, 'idle', 'asked')
      for (const handler of this.handlers) if (handler.run.run === run) handler.due = portion
    }
    for (const { run } of this.node.done('abort')) this.#move(run, undefined, 'over')
    // Links are looked at in order, so that what an older one is told late would be seen.
    for (let link = 1; link <= this.link; link++)
      for (const frame of this.node.frames(link)) this.#received(link, frame)
    for (const { link } of this.node.done('abandon')) if (link === this.link) this.state = 'gone'
  }

  #move(run: number, from: Handler['state'] | undefined, to: Handler['state']): void {
    for (const handler of this.handlers) {
      if (handler.run.run === run && handler.state === (from ?? handler.state)) handler.state = to
    }
  }

  #received(link: number, frame: ServerFrame<Json>): void {
    if (link !== this.link) return
    switch (frame.kind) {
      case 'welcome':
        return this.#welcomed(frame.epoch)
      case 'chunk':
        return this.#chunk(frame.n, frame.chunk, frame.content)
      case 'reply':
        return this.#replied(frame.n, frame.count ?? 0, frame.message)
      case 'error': {
        const stream = this.#stream(frame.n)
        if (frame.refused) stream.askedOn = 0
        else stream.answer = 'error'
        return
      }
      case 'cancelled':
        this.#settled.add(frame.n)
    }
  }

  /** In a new epoch, what was sent before is of unknown outcome. */
  #welcomed(epoch: string): void {
    this.state = 'welcome'
    const isNew = this.epoch !== undefined && this.epoch !== epoch
    this.epoch = epoch
    for (const stream of this.streams.values()) {
      if (isNew) stream.answer ??= 'unknown'
      // A cancel is sent again until it is acknowledged [P-20].
      if (stream.cancelled && !this.#settled.has(stream.n))
        this.node.receive(this.link, { kind: 'cancel', n: stream.n })
    }
  }

  #chunk(n: number, chunk: number, content: Json): void {
    const { chunks, answer, cancelled } = this.#stream(n)
    if (cancelled) return
    expect(answer, 'no chunk comes after the answer').toBeUndefined()
    expect(chunk, 'chunks come without a hole').toBeLessThanOrEqual(chunks.length)
    if (chunk === chunks.length) chunks.push(JSON.parse(content))
  }

  #replied(n: number, count: number, message: Json): void {
    const stream = this.#stream(n)
    if (stream.cancelled) return
    const handler = this.handlers.find(({ run, returned }) => run.n === n && returned !== undefined)
    expect(JSON.parse(message), 'the reply is what the run returned').toBe(handler?.returned)
    expect(count).toBe(handler?.said.length)
    expect(stream.chunks, 'the chunks are those of the run, all of them').toEqual(handler?.said)
    stream.answer = 'reply'
  }

  #stream(n: number): Stream {
    const stream = this.streams.get(n)
    if (stream === undefined) throw new Error(`There is no stream ${n}.`)
    return stream
  }
}

test('in any order of faults a handler starts at most once, streams are exact, and in the end all is answered', () => {
  fc.assert(
    fc.property(schedule, (schedule) => {
      const world = new World()
      for (const step of schedule) world.take(step)
      for (const starts of world.starts.values()) expect(starts).toBe(1)
      world.heal()
      for (const starts of world.starts.values()) expect(starts).toBe(1)
      for (const { n, cancelled, answer } of world.streams.values()) {
        if (!cancelled) expect(answer, `request ${n} is answered`).toBeDefined()
      }
    }),
    { seed: Number(process.env['SEED'] ?? 1), numRuns: Number(process.env['RUNS'] ?? 300) },
  )
}, 60_000)
