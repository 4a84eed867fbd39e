import { describe, expect, test } from 'vitest'
import { Strain } from './strain.js'
import { ack, bothAnswers, type NodeOptions, replyTo, TestNode } from './test-node.js'

const mostMs = 200
const pulseMs = 20

/** An event loop: somebody asks all the time, and the timer fires as late as it is told to. */
class Loop {
  readonly strain: Strain
  now = 1_000

  constructor(most = mostMs) {
    this.strain = new Strain(most)
  }

  /** Which part is let in. */
  get share(): number {
    return 1_500 / this.strain.retryAfterMs(60_000)
  }

  ask(now: number): boolean {
    this.strain.active(now)
    return this.strain.letsIn(now)
  }

  /** So many ask at this moment; returns how many were let in. */
  askTogether(asked: number): number {
    return Array.from({ length: asked }, () => this.ask(this.now)).filter((letIn) => letIn).length
  }

  /** Busy until the timer fires, while so many ask at equal distances; returns how many were let in. */
  beat(lateMs: number, asked = 100): number {
    const began = this.now
    let letIn = this.ask(began) ? 1 : 0
    const firesAt = this.strain.wakeAt() + lateMs
    for (let i = 1; i < asked; i++) if (this.ask(began + ((firesAt - began) * i) / asked)) letIn += 1
    this.fire(firesAt)
    return letIn
  }

  beats(lateMs: number, count: number, asked = 100): number {
    let letIn = 0
    for (let i = 0; i < count; i++) letIn = this.beat(lateMs, asked)
    return letIn
  }

  /** Nothing happens for so long; then those who asked meanwhile are read, and the timer fires. Returns how many were let in. */
  pause(forMs: number, asked = 100): number {
    this.ask(this.now)
    this.now = this.strain.wakeAt() + forMs
    const letIn = this.askTogether(asked)
    this.fire(this.now)
    return letIn
  }

  /** So many are read at once, and what was let in takes so long each before the timer fires. Returns how many were let in. */
  readThenWork(asked: number, eachMs: number): number {
    const letIn = this.askTogether(asked)
    for (let i = 0; i < letIn; i++) {
      this.now += eachMs
      this.strain.active(this.now)
    }
    this.fire(Math.max(this.now, this.strain.wakeAt()))
    return letIn
  }

  fire(now: number): void {
    this.now = now
    this.strain.active(now)
    this.strain.woke(now)
  }
}

test('whoever is in time lets everybody in', () => {
  const loop = new Loop()
  for (let i = 0; i < 100; i++) expect(loop.beat(mostMs)).toBe(100)
})

test('a pause turns nobody away, however long, and neither does one now and then', () => {
  const loop = new Loop()
  loop.beat(0)
  expect(loop.pause(60_000)).toBe(100)
  expect(loop.beats(0, 750)).toBe(100)
  for (let i = 0; i < 100; i++) {
    expect(loop.pause(400)).toBe(100)
    expect(loop.beats(0, 5)).toBe(100)
  }
})

test('who is busy for three times as long as is too late, without a pause, has too much to do: the rest is turned away at once', () => {
  const loop = new Loop()
  loop.beat(0)
  // Of 1 s those in the first 620 ms are let in, and in the 10 ms until the next of them, which may be a pause.
  expect(loop.beat(980)).toBe(64)
  expect(loop.share).toBe(0.8)
})

test('from the second time that it is late some are turned away, before the timer says so', () => {
  const loop = new Loop()
  expect(loop.beat(mostMs + 1)).toBe(100)
  // Of 400 ms those in the first 220 are let in, and in the 4 ms until the next of them.
  expect(loop.beat(380)).toBe(57)
})

test('late again and again is too much work, also when it is in time for a moment in between', () => {
  const loop = new Loop()
  loop.beat(400)
  loop.beats(0, 4, 5)
  expect(loop.share).toBe(1)
  loop.beat(400)
  expect(loop.share).toBe(0.8)
})

test('what was let in and has waited for something takes as long as others of it: no more are let in than there is time for', () => {
  const loop = new Loop()
  // It is not known yet how long they take.
  expect(loop.readThenWork(4_000, 0.2)).toBe(4_000)
  // Late a moment ago: for 200 ms.
  expect(loop.readThenWork(4_000, 0.2)).toBe(Math.ceil((mostMs * 4_000) / 780))
})

test('a pause says nothing about how long anything takes', () => {
  const loop = new Loop()
  loop.pause(2_000, 10)
  expect(loop.askTogether(100)).toBe(100)
})

test('whatever else keeps a loop busy that is in time turns nobody away: neither many at once, nor for long after there was too much', () => {
  const loop = new Loop()
  for (let i = 0; i < 20; i++) {
    loop.beats(100, 10, 2)
    expect(loop.askTogether(500)).toBe(500)
    loop.fire(loop.strain.wakeAt())
  }
  loop.beats(400, 20)
  loop.beats(100, 300, 2)
  expect(loop.share).toBe(1)
  expect(loop.beats(100, 1, 2)).toBe(2)
})

test('what takes long now and then says little about those that come after it', () => {
  const loop = new Loop()
  loop.beat(500, 2)
  loop.beats(0, 60)
  expect(loop.askTogether(1_000)).toBe(1_000)
})

test('who was idle does not know any more how long anything took', () => {
  const loop = new Loop()
  loop.beat(500, 2)
  loop.now += 10_000
  while (loop.strain.wakeAt() < Number.POSITIVE_INFINITY) loop.fire(loop.strain.wakeAt())
  expect(loop.askTogether(1_000)).toBe(1_000)
})

test('pauses of somebody who turns others away turn no more away', () => {
  const loop = new Loop()
  loop.beats(400, 2)
  loop.beats(0, 5, 5)
  const { share } = loop
  expect(loop.pause(400, 10)).toBeGreaterThanOrEqual(8)
  expect(loop.share).toBe(share)
})

test('as long as some are turned away nobody is let in who finds it late, also when it was in time for a while', () => {
  const loop = new Loop()
  loop.beats(400, 10)
  loop.beats(0, 20, 5)
  const { share } = loop
  expect(share).toBeLessThan(0.5)
  // Of 1 s those in the first 220 ms, by the part that is let in.
  expect(loop.beat(980, 100)).toBeLessThanOrEqual(share * 24 + 1)
})

test('when it is late a fifth fewer are let in each time, at most, but never nobody', () => {
  const loop = new Loop()
  loop.beats(250, 2)
  // There is time for 81 of them, going by what those before took.
  expect(loop.share).toBeCloseTo(0.81, 2)
  loop.beat(400)
  expect(loop.share).toBeCloseTo(0.81 * 0.8, 2)
  loop.beats(10_000, 100)
  let letIn = 0
  for (let i = 0; i < 100; i++) letIn += loop.beat(0)
  expect(letIn).toBeGreaterThanOrEqual(100)
})

test('those that are let in are at even distances', () => {
  const loop = new Loop()
  loop.beats(400, 5)
  loop.beats(0, 10, 5)
  expect(loop.share).toBeCloseTo(0.8 ** 4 * 1.03 ** 10, 2)
  const asked = Array.from({ length: 20 }, () => loop.ask(loop.now))
  const places = asked.flatMap((letIn, i) => (letIn ? [i] : []))
  const distances = places.slice(1).map((place, i) => place - (places[i] ?? 0))
  expect([Math.min(...distances), Math.max(...distances)]).toEqual([1, 2])
})

test('when it is in time again it lets in more with each pulse, until everybody is', () => {
  const loop = new Loop()
  loop.beats(400, 20)
  const shares = Array.from({ length: 10 }, () => {
    loop.beats(0, 20, 5)
    return loop.share
  })
  expect(shares).toEqual([...shares].sort((a, b) => a - b))
  expect(shares.at(-1)).toBe(1)
  expect(loop.beat(0)).toBe(100)
})

test('who is turned away comes later, the fewer are let in', () => {
  const loop = new Loop()
  expect(loop.strain.retryAfterMs(60_000)).toBe(1_500)
  loop.beats(400, 2)
  expect(loop.strain.retryAfterMs(60_000)).toBe(1_875)
  loop.beats(10_000, 100)
  expect(loop.strain.retryAfterMs(60_000)).toBe(10_000)
})

test('who would come again when hardly any time is left are told that it is no use', () => {
  const { strain } = new Loop()
  expect(strain.retryAfterMs(3_000)).toBe(1_500)
  expect(strain.retryAfterMs(2_999.5)).toBe(3_000)
  expect(strain.retryAfterMs(700)).toBe(1_500)
})

test('it wants to be woken as long as somebody asks, or somebody would be turned away', () => {
  const loop = new Loop()
  const { strain } = loop
  expect(strain.wakeAt()).toBe(Number.POSITIVE_INFINITY)
  loop.beat(0)
  expect(strain.wakeAt()).toBe(loop.now + pulseMs)
  strain.woke(strain.wakeAt())
  expect(strain.wakeAt()).toBe(Number.POSITIVE_INFINITY)
  loop.beats(400, 2)
  let pulses = 0
  for (; strain.wakeAt() < Number.POSITIVE_INFINITY; pulses++) strain.woke(strain.wakeAt())
  expect(pulses).toBeGreaterThan(5)
  loop.now += 60_000
  expect(loop.beat(0)).toBe(100)
})

test('a timer of somebody else says nothing', () => {
  const { strain } = new Loop()
  strain.letsIn(1_000)
  strain.woke(1_019)
  expect(strain.wakeAt()).toBe(1_020)
})

test('who never is too late is never woken', () => {
  const loop = new Loop(Number.POSITIVE_INFINITY)
  expect(loop.strain.letsIn(1_000)).toBe(true)
  expect(loop.strain.wakeAt()).toBe(Number.POSITIVE_INFINITY)
})

describe.each(bothAnswers)('a machine that is late again and again, with a store that answers %s', (answers) => {
  const lateMs = 300

  /** A client is welcome on link 1, and hardly anybody is let in. */
  const strained = (options: Omit<NodeOptions, 'answers'> = {}, client = 'c') => {
    const node = new TestNode({ answers, strainMs: mostMs, ...options })
    const { epoch } = node.connect(1, { client })
    node.request(1, 1)
    const first = node.theHandler()
    for (let i = 0; i < 12; i++) {
      node.now += pulseMs + lateMs
      node.feed({ kind: 'woke' })
    }
    node.frames(1)
    return { node, first, epoch }
  }

  const refusal = (n: number) => ({
    kind: 'error',
    n,
    refused: true,
    error: { code: 'OVERLOADED', mayHaveExecuted: false, retryAfterMs: expect.any(Number) },
  })

  test('what is new is turned away, nothing of it is journalled, and it may come again', () => {
    const { node } = strained()
    const before = node.operations.length
    node.request(1, 2)
    expect(node.frames(1)).toMatchObject([refusal(2)])
    expect(node.operations.slice(before)).toMatchObject([{ op: 'begin', n: 2, onlyLookUp: 'at what is new' }])
    expect(node.counts.refused.get('OVERLOADED')).toBe(1)
    expect(node.done('run')).toEqual([])
    node.sleep(10_000)
    node.request(1, 2)
    node.returns(node.theHandler(), 'hi')
    expect(node.frames(1)).toContainEqual(replyTo(2, 'hi'))
  })

  test('what is sent again is never turned away: it runs on, or has its answer', () => {
    const { node, first, epoch } = strained()
    node.connect(2, { epoch })
    node.request(2, 1)
    expect(node.frames(2)).toEqual([{ kind: 'started', n: 1 }])
    node.returns(first, 'hi')
    node.connect(3, { epoch })
    node.request(3, 1)
    expect(node.frames(3)).toEqual([replyTo(1, 'hi')])
    expect(node.counts.refused.size).toBe(0)
  })

  test('streams that run go on, and cancels and confirmations are taken', () => {
    const node = new TestNode({ answers, strainMs: mostMs })
    node.connect(1)
    node.request(1, 1, { mode: 'stream' })
    node.request(1, 2)
    const [story, other] = node.done('run')
    if (story === undefined || other === undefined) throw new Error('Two were started.')
    node.handling(story)
    node.handling(other)
    for (let i = 0; i < 12; i++) {
      node.now += pulseMs + lateMs
      node.feed({ kind: 'woke' })
    }
    node.frames(1)
    node.yields(story, 'a')
    node.receive(1, ack({ chunks: [[1, 1]] }))
    node.receive(1, { kind: 'cancel', n: 2 })
    node.returns(story, 'end')
    expect(node.frames(1).map(({ kind }) => kind)).toEqual(['chunk', 'cancelled', 'reply'])
    expect(node.done('abort')).toMatchObject([{ run: other.run }])
  })

  test('an idempotent request that is new is turned away, too, and the journal forgets it', () => {
    const { node } = strained()
    node.request(1, 2, { type: 'rename' })
    expect(node.frames(1)).toMatchObject([refusal(2)])
    expect(node.counts.refused.get('OVERLOADED')).toBe(1)
    expect(node.done('run')).toEqual([])
    node.sleep(10_000)
    node.request(1, 2, { type: 'rename' })
    node.returns(node.theHandler(), 'hi')
    expect(node.frames(1)).toContainEqual(replyTo(2, 'hi'))
  })

  test('an idempotent request of a server that is gone is not new, and is taken over', () => {
    const dead = new TestNode({ answers, owner: 'first life', node: 'a' })
    const { epoch } = dead.connect(1)
    dead.request(1, 7, { type: 'rename' })
    expect(dead.done('run')).toHaveLength(1)
    const { node } = strained({ owner: 'second life', node: 'a', store: dead.store }, 'another')
    node.connect(2, { epoch })
    node.request(2, 7, { type: 'rename' })
    expect(node.theRun()).toMatchObject({ n: 7 })
    expect(node.frames(2)).toEqual([])
  })

  test('what has been waiting for another server is let in when that one did not run it', () => {
    const other = new TestNode({ answers, owner: 'a' })
    const { epoch } = other.connect(1)
    other.request(1, 7)
    const { run } = other.theRun()
    const { node } = strained({ owner: 'b', store: other.store }, 'another')
    node.connect(2, { epoch })
    node.request(2, 7)
    expect(node.frames(2)).toEqual([{ kind: 'started', n: 7 }])
    const error = { code: 'RATE_LIMITED', message: 'Too fast.', mayHaveExecuted: false } as const
    other.feed({ kind: 'threw', run, error, refused: true })
    other.settle()
    node.feed({ kind: 'hinted', owner: 'b' })
    expect(node.theRun()).toMatchObject({ n: 7 })
  })

  test('a type that nobody handles is said to be so', () => {
    const { node } = strained()
    node.request(1, 2, { type: 'constructor' })
    expect(node.frames(1)).toMatchObject([{ kind: 'error', n: 2, error: { code: 'NO_HANDLER' } }])
  })
})

test('a machine that is told of no bound turns nobody away, however late it is', () => {
  const node = new TestNode({ answers: 'at once' })
  node.connect(1)
  for (let n = 1; n <= 20; n++) {
    node.request(1, n)
    node.now += 300
    node.feed({ kind: 'woke' })
  }
  expect(node.done('run')).toHaveLength(20)
})
