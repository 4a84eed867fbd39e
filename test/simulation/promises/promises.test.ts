import type { Json, JsonValue, ServerFrame } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { Audience } from '../audience.js'
import { drawScenario } from '../draw-scenario.js'
import type { Fact } from '../facts.js'
import { Identities } from '../identities.js'
import { Links } from '../links.js'
import { Numbering } from '../numbering.js'
import { Rollbacks } from '../rollbacks.js'
import type { Ask } from '../scenario.js'
import { probeAsk } from '../scenario.js'
import { Turns } from '../turns.js'
import { errorsOf } from './errors.js'
import type { Promised } from './promise.js'
import { pushes } from './pushes.js'
import { resets } from './resets.js'
import { runsOnce } from './runs-once.js'
import { sends } from './sends.js'
import { settles } from './settles.js'

/** What a promise has to say of these facts, each with its time. */
function judged(promised: Promised, facts: readonly (readonly [now: number, fact: Fact])[]): readonly string[] {
  const found: string[] = []
  const audience = new Audience()
  const links = new Links()
  const numbering = new Numbering()
  const rollbacks = new Rollbacks(links, numbering)
  const seen = { links, numbering, identities: new Identities(links), rollbacks, turns: new Turns(links) }
  for (const { on } of [
    links,
    seen.numbering,
    seen.identities,
    seen.rollbacks,
    seen.turns,
    promised((how) => found.push(how), seen),
  ])
    audience.add(on)
  for (const [now, fact] of facts) audience.tell(fact, now)
  return found
}

const dialled = (link: number): Fact => ({ fact: 'dialled', client: 0, link })
const heard = (link: number, frame: ServerFrame<JsonValue>): Fact => ({ fact: 'heard', client: 0, link, frame })

function welcome(sessionId: string): Extract<ServerFrame<JsonValue>, { readonly kind: 'welcome' }> {
  const limits = { messageBytes: 65_536, window: 256, ranges: 64 }
  return {
    kind: 'welcome',
    sessionId,
    epoch: sessionId,
    resumed: false,
    head: 0,
    idempotent: [],
    limits,
    heartbeatMs: 1,
  }
}

test('a welcome that comes in the turn in which its dial was given up is none, and needs no reset', () => {
  const facts: [number, Fact][] = [
    [0, dialled(1)],
    [1, heard(1, welcome('one'))],
    [1, heard(1, { kind: 'ping' })],
    [2, dialled(2)],
    [3, heard(2, welcome('another'))],
  ]
  expect(
    judged(resets, [...facts, [3, { fact: 'abandoned', client: 0, link: 2 }], [4, { fact: 'settled up' }]]),
  ).toEqual([])
  expect(judged(resets, [...facts, [4, { fact: 'settled up' }]])).toHaveLength(1)
})

test('a gap may be announced while pushes before it wait for the first listener; afterwards it may not come early', () => {
  const bytes = 600_000
  const append = (push: number): [number, Fact] => [
    2,
    { fact: 'appended', node: 1, session: 'one', push, isPush: true, id: `push ${push}`, bytes },
  ]
  const began: [number, Fact][] = [
    [0, dialled(1)],
    [1, { fact: 'answered', node: 1, link: 1, client: 0, frame: welcome('one') as never }],
    [1, heard(1, welcome('one'))],
    ...[1, 2, 3, 4].map(append),
  ]
  const gap: [number, Fact] = [3, { fact: 'gap', client: 0, from: 2, to: 3 }]
  const listened: [number, Fact] = [4, { fact: 'listened', client: 0 }]
  const given = (push: number): [number, Fact] => [
    5,
    { fact: 'delivered', client: 0, session: 'one', content: { push: `push ${push}` } },
  ]
  expect(judged(pushes, [...began, gap, listened, given(1), given(4), [6, { fact: 'settled up' }]])).toEqual([])
  const gaps: [number, Fact][] = [2, 3].map((push) => [3, { fact: 'gap', client: 0, from: push, to: push }])
  expect(judged(pushes, [...began, append(5), ...gaps, listened, given(1), given(4), given(5)])).toEqual([])
  expect(judged(pushes, [...began, listened, gap])).toHaveLength(1)
  expect(judged(pushes, [...began, listened, given(1), given(4)])).toHaveLength(1)
})

test('a store that goes back excuses a second run of what it forgot, even if the handler was called later, and of nothing else', () => {
  const ask = probeAsk(0, 0)
  const message = `"ask":"${ask.id}"` as Json
  const frame = { kind: 'request', n: 1, mode: 'request', leftMs: 1, message } as const
  const ran = (run: number): Fact => ({ fact: 'ran', node: 1, run, ask, session: 'one', link: 1, owner: 'node 1' })
  const saysOf = (to: number, calledAt: number) =>
    judged(runsOnce, [
      [0, { fact: 'asked', client: 0, ask }],
      [0, { fact: 'sent', client: 0, link: 1, frame }],
      [5, { fact: 'begun', node: 1, session: 'one', n: 1, owner: 'node 1' }],
      ...(calledAt < 10 ? [[calledAt, ran(1)] as const] : []),
      [10, { fact: 'store rolled back', to }],
      ...(calledAt < 10 ? [] : [[calledAt, ran(1)] as const]),
      [19, { fact: 'begun', node: 1, session: 'one', n: 1, owner: 'node 1' }],
      [20, ran(2)],
      [21, ran(3)],
    ]).length
  // The third run is always one too many: the second one's start is not forgotten.
  for (const calledAt of [6, 11]) expect([saysOf(4, calledAt), saysOf(5, calledAt)]).toEqual([1, 2])
})

test('requests begin in the order of their numbers, after a store went back too, save that nothing need come after a start that it forgot', () => {
  const begun = (now: number, n: number): [number, Fact] => [
    now,
    { fact: 'begun', node: 1, session: 'one', n, owner: 'node 1' },
  ]
  const asked = [1, 2, 3].flatMap((n): [number, Fact][] => {
    const ask = probeAsk(0, n)
    const frame = { kind: 'request', n, mode: 'request', leftMs: 1, message: `"ask":"${ask.id}"` as Json } as const
    return [
      [0, { fact: 'asked', client: 0, ask }],
      [0, { fact: 'sent', client: 0, link: 1, frame }],
    ]
  })
  const attached: Fact = { fact: 'attached', node: 1, link: 1, session: 'one', client: 0, resumed: false }
  const saysOf = (to: number) => {
    const back: [number, Fact] = [10, { fact: 'store rolled back', to }]
    return judged(sends, [...asked, [1, attached], begun(2, 2), begun(5, 3), back, begun(11, 1)])
  }
  expect(saysOf(1)).toEqual([])
  expect(saysOf(2)).toEqual(['request 1 of one began after 2'])
  expect(saysOf(5)).toEqual(['request 1 of one began after 3'])
})

test('of pushes that a store forgot nothing is known; those of other sessions are due', () => {
  const append = (now: number, push: number): [number, Fact] => [
    now,
    { fact: 'appended', node: 1, session: 'one', push, isPush: true, id: `push ${push}`, bytes: 1 },
  ]
  const saysOf = (to: number) =>
    judged(pushes, [
      [0, dialled(1)],
      [1, heard(1, welcome('one'))],
      append(2, 1),
      [3, { fact: 'store rolled back', to }],
      [4, { fact: 'settled up' }],
    ]).length
  expect([saysOf(1), saysOf(2)]).toEqual([0, 1])
})

test('who slept settles what is late in the turn in which it wakes, and no later; whose clock slept too may be off by a millisecond for each time, and its timer come one later', () => {
  const ask: Ask = { ...probeAsk(0, 0), timeoutMs: 1_000 }
  const error = { code: 'TIMEOUT', message: '', mayHaveExecuted: true, retryable: false, stage: 'sent' } as const
  const timedOut: Fact = { fact: 'settled', client: 0, ask, outcome: { ok: false, error } as never }
  const woke = (now: number, hidden = false): [number, Fact] => [now, { fact: 'woke', client: 0, hidden }]
  const saysOf = (...facts: [number, Fact][]) =>
    judged(settles, [[0, { fact: 'asked', client: 0, ask }], ...facts]).length
  expect([saysOf(woke(5_000), [5_000, timedOut]), saysOf(woke(5_000), [5_001, timedOut])]).toEqual([0, 1])
  // It woke before: that excuses nothing.
  expect([saysOf(woke(900), [1_000, timedOut]), saysOf(woke(900), [1_001, timedOut])]).toEqual([0, 1])
  const imprecise = (now: number) => saysOf(woke(900, true), [now, timedOut])
  expect([998, 999, 1_000, 1_002, 1_003].map(imprecise)).toEqual([1, 0, 0, 0, 1])
  const twice = (now: number) => saysOf(woke(300, true), woke(900, true), [now, timedOut])
  expect([997, 998, 1_000, 1_003, 1_004].map(twice)).toEqual([1, 0, 0, 0, 1])
  // A time that began after the sleep is known for certain, but its timer may come one later, too.
  const after = (now: number) =>
    judged(settles, [woke(900, true), [1_000, { fact: 'asked', client: 0, ask }], [now, timedOut]]).length
  expect([1_999, 2_000, 2_001, 2_002].map(after)).toEqual([1, 0, 0, 1])
})

test('a stream times out when it was silent for its time, not before and not later, and never while its reader has more', () => {
  const ask: Ask = { ...probeAsk(0, 0), mode: 'stream', timeoutMs: 1_000 }
  const error = { code: 'TIMEOUT', message: '', mayHaveExecuted: true, retryable: false, stage: 'started' } as const
  const timedOut: Fact = { fact: 'settled', client: 0, ask, outcome: { ok: false, error } as never }
  const asked: [number, Fact] = [0, { fact: 'asked', client: 0, ask }]
  const chunk = (now: number): [number, Fact] => [now, { fact: 'chunk', client: 0, ask, content: null }]
  const took = (now: number, next: number): [number, Fact] => [now, { fact: 'took', client: 0, ask, next }]
  const saysOf = (...facts: [number, Fact][]) => judged(settles, [asked, ...facts]).length
  expect(saysOf([1_000, timedOut])).toBe(0)
  expect(saysOf([999, timedOut])).toBe(1)
  expect(saysOf([1_001, timedOut])).toBe(1)
  expect(saysOf(chunk(500), [1_000, timedOut])).toBe(1)
  expect(saysOf(chunk(500), took(600, 1), [1_500, timedOut])).toBe(0)
  expect(saysOf(chunk(500), chunk(510), took(600, 1), [1_600, timedOut])).toBe(1)
  expect(saysOf(chunk(500), chunk(510), took(600, 1), took(900, 2), [1_900, timedOut])).toBe(0)
  // A reader who left keeps nobody waiting, whatever is still told of what it had taken.
  const left: [number, Fact] = [700, { fact: 'left', client: 0, ask }]
  expect(saysOf(chunk(500), chunk(510), took(600, 1), left, [1_700, timedOut])).toBe(0)
  expect(saysOf(chunk(500), chunk(510), took(600, 1), left, took(700, 1), [1_700, timedOut])).toBe(0)
  expect(saysOf(chunk(500), chunk(510), took(600, 1), left, took(700, 1), [1_701, timedOut])).toBe(1)
})

test('a frame is no news of a stream when its client gives the link up in that turn, before it takes the frame', () => {
  const ask: Ask = { ...probeAsk(0, 0), mode: 'stream', timeoutMs: 1_000 }
  const error = { code: 'TIMEOUT', message: '', mayHaveExecuted: true, retryable: false, stage: 'started' } as const
  const timedOut: Fact = { fact: 'settled', client: 0, ask, outcome: { ok: false, error } as never }
  const message = `"ask":"${ask.id}"` as Json
  const frame = { kind: 'request', n: 1, mode: 'stream', leftMs: 1_000, message } as const
  const chunk = heard(1, { kind: 'chunk', n: 1, chunk: 0, content: null })
  const abandoned: Fact = { fact: 'abandoned', client: 0, link: 1 }
  const saysOf = (...facts: [number, Fact][]) =>
    judged(settles, [
      [0, dialled(1)],
      [0, { fact: 'asked', client: 0, ask }],
      [0, { fact: 'sent', client: 0, link: 1, frame }],
      ...facts,
    ]).length
  for (const news of [chunk, heard(1, { kind: 'started', n: 1 })]) {
    expect(saysOf([500, news], [1_000, timedOut])).toBe(1)
    expect(saysOf([500, news], [500, abandoned], [1_000, timedOut])).toBe(0)
    // In another turn it was taken, at the same time or not.
    const another: [number, Fact] = [500, { fact: 'noticed', client: 0, sign: 'online' }]
    expect(saysOf([500, news], another, [500, abandoned], [1_000, timedOut])).toBe(1)
    expect(saysOf([500, news], another, [500, abandoned], [1_500, timedOut])).toBe(0)
  }
  // What the application was given was taken.
  const given: [number, Fact] = [500, { fact: 'chunk', client: 0, ask, content: null }]
  expect(saysOf([500, chunk], given, [500, abandoned], [1_000, timedOut])).toBe(1)
  expect(saysOf([500, chunk], given, [500, abandoned], [1_500, timedOut])).toBe(0)
})

test('nobody knows what a server began under a name or a lease that the store has forgotten, until it renews it', () => {
  const ask: Ask = { ...probeAsk(0, 0) }
  const message = `"ask":"${ask.id}"` as Json
  const frame = { kind: 'request', n: 1, mode: 'request', leftMs: 1, message } as const
  const error = {
    code: 'OUTCOME_UNKNOWN',
    message: '',
    mayHaveExecuted: true,
    retryable: false,
    stage: 'sent',
  } as const
  const unknown: Fact = { fact: 'settled', client: 0, ask, outcome: { ok: false, error } as never }
  const renewed = (now: number): [number, Fact] => [now, { fact: 'renewed', node: 1 }]
  const rolledBack = (to: number): [number, Fact] => [10_100, { fact: 'store rolled back', to }]
  const saysOf = (...facts: [number, Fact][]) =>
    judged(errorsOf(drawScenario(1)), [
      ...[0, 4_000, 8_000, 10_000].map(renewed),
      ...facts,
      [10_200, dialled(1)],
      [10_200, heard(1, welcome('one'))],
      [10_200, { fact: 'asked', client: 0, ask }],
      [10_200, { fact: 'sent', client: 0, link: 1, frame }],
      [10_300, { fact: 'begun', node: 1, session: 'one', n: 1, owner: 'node 1' }],
      [10_400, unknown],
    ]).length
  expect(saysOf()).toBe(1)
  // The lease of 8 s has not run out, that of 4 s has.
  expect([9_000, 7_000].map((to) => saysOf(rolledBack(to)))).toEqual([1, 0])
  expect(saysOf(rolledBack(7_000), renewed(10_150))).toBe(1)
  expect(saysOf([10_100, { fact: 'store lost' }])).toBe(0)
  expect(saysOf([10_100, { fact: 'store lost' }], renewed(10_150))).toBe(1)
})
