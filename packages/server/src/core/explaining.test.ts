import { expect, test } from 'vitest'
import type { Whereabouts } from '../machine/whereabouts.js'
import { explain, type Surroundings } from './explaining.js'
import type { RequestTrace, SessionTrace } from './request-trace.js'

const now = 100_000
const session = (otherwise: Partial<SessionTrace> = {}): SessionTrace => ({
  id: 's1',
  user: 'ann',
  attached: true,
  sinceMs: 50_000,
  left: undefined,
  settled: { floor: 6, settled: [[9, 9]] },
  over: false,
  ...otherwise,
})
const received = { stage: 'received', atMs: 88_000 } as const
const started = { stage: 'started', atMs: 88_002 } as const
const request = (otherwise: Partial<RequestTrace> = {}): RequestTrace => ({
  session: session(),
  n: 7,
  id: 'abc',
  type: 'text',
  mode: 'request',
  connectionId: 'c1',
  trace: [received],
  run: undefined,
  outcome: 'pending',
  endedAtMs: undefined,
  refused: false,
  ...otherwise,
})
const around = (
  whereabouts: Whereabouts = { waitsFor: undefined },
  run?: ReturnType<Surroundings['run']>,
): Surroundings => ({
  clock: { now: () => 5_000, wall: () => now },
  whereabouts: () => whereabouts,
  run: () => run,
})
const running = { run: 3, trace: [received, started] }
const replied = {
  trace: [received, started, { stage: 'replied', atMs: 95_000 }],
  outcome: 'ok',
  endedAtMs: 95_000,
} as const
const active = { heldBy: 'middleware', waitsSince: 1_000 } as const

test('one line says which request of whom, how far it got, what it waits for, and when that was', () => {
  const explained = explain(
    request(running),
    around({ waitsFor: 'handler', run: { id: 3, timeoutMs: 60_000 } }, active),
  )
  expect(explained).toEqual({
    id: 'abc',
    type: 'text',
    mode: 'request',
    stage: 'started',
    trace: [
      { stage: 'received', atMs: 88_000 },
      { stage: 'started', atMs: 88_002 },
    ],
    outcome: 'pending',
    sessionId: 's1',
    userId: 'ann',
    connectionId: 'c1',
    n: 7,
    ageMs: 12_000,
    waitsFor: 'handler',
    waitsMs: 4_000,
    reason: 'silent for 4 s, given up after 60 s',
    text: 'text abc of ann, session s1: its handler was running: silent for 4 s, given up after 60 s (received, started +2 ms)',
  })
})

const waits = (trace: Partial<RequestTrace>, surroundings: Surroundings) => {
  const { waitsFor, waitsMs, reason } = explain(request(trace), surroundings)
  return [waitsFor, waitsMs, reason]
}

test('each thing that a request can wait for has its words', () => {
  const shell = { waitsFor: 'shell' } as const
  expect(waits({}, around({ waitsFor: 'store' }))).toEqual(['store', 12_000, 'waits for the store for 12 s'])
  expect(waits({}, around({ waitsFor: 'server' }))).toEqual([
    'server',
    12_000,
    'another server of this store has had it for 12 s',
  ])
  expect(waits({ run: 3 }, around(shell))).toEqual([
    'middleware',
    12_000,
    'rate limit or middleware look at it for 12 s',
  ])
  expect(waits({ run: 3 }, around(shell, { ...active, heldBy: 'connection' }))).toEqual([
    'connection',
    4_000,
    'waits for middleware of its connection for 4 s',
  ])
  expect(waits({ run: 3 }, around(shell, { ...active, heldBy: 'turn' }))).toEqual([
    'turn',
    4_000,
    'waits for its turn behind others of its session for 4 s',
  ])
  expect(waits(running, around({ waitsFor: 'reader' }, active))).toEqual([
    'reader',
    4_000,
    'waits for its reader for 4 s: it is as far ahead as it may be',
  ])
  expect(waits({ ...running, n: 9 }, around({ waitsFor: 'handler' }, active))).toEqual([
    'handler',
    4_000,
    'silent for 4 s; nobody waits for its answer',
  ])
})

test('an answer that is kept says how its client is', () => {
  const away = session({ attached: false, sinceMs: 97_000, left: 'The link was lost.' })
  expect(waits({ ...replied, session: away }, around())).toEqual([
    'client',
    3_000,
    'its answer is kept; the client has had no link here for 3 s: The link was lost',
  ])
  // It answered long after its client had gone.
  expect(waits({ ...replied, session: session({ attached: false, sinceMs: 90_000 }) }, around())).toEqual([
    'client',
    5_000,
    'its answer is kept; the client has had no link here for 5 s',
  ])
  expect(waits(replied, around())).toEqual([
    'client',
    5_000,
    'its answer is kept; sent 5 s ago, and not confirmed by the client',
  ])
  const back = session({ sinceMs: 98_000 })
  expect(waits({ ...replied, outcome: 'HANDLER_FAILED', session: back }, around())).toEqual([
    'client',
    2_000,
    'it ended with HANDLER_FAILED, which is kept; the client came back 2 s ago, and has not confirmed it',
  ])
  expect(waits({ session: away }, around())[2]).toMatch(/^not at work here, the client has to ask again; /)
  // The store has not been told yet.
  expect(waits(replied, around({ waitsFor: 'store' }))).toEqual(['store', 5_000, 'waits for the store for 5 s'])
})

test('what is settled says why, and how far it got', () => {
  const text = (otherwise: Partial<RequestTrace>) => {
    const explained = explain(request({ endedAtMs: 98_000, ...otherwise }), around({ waitsFor: 'store' }))
    const { stage, waitsFor, waitsMs, reason, text, ageMs } = explained
    expect([stage, waitsFor, waitsMs, reason]).toEqual(['settled', undefined, 0, ''])
    expect(ageMs).toBe(otherwise.endedAtMs === 95_000 ? 7_000 : 10_000)
    return text.slice(text.indexOf(': ') + 2, text.indexOf(' ('))
  }
  for (const n of [6, 9])
    expect(text({ ...replied, n })).toBe(
      'settled with ok, confirmed by the client; it got as far as: its handler had replied',
    )
  expect(text({ outcome: 'NO_HANDLER', refused: true })).toBe(
    'settled with NO_HANDLER, refused: its number may come again; it got as far as: at the server, its handler not started',
  )
  expect(text({ session: session({ over: true }) })).toBe(
    'settled, its session is over; it got as far as: at the server, its handler not started',
  )
})

test('what peers choose stays in its line, and hides nothing', () => {
  const { text } = explain(request({ id: 'a\nERROR b\u2028c', type: '\u202Etxet\u0007' }), around())
  expect(text).toMatch(/^\uFFFDtxet\uFFFD a\uFFFDERROR b\uFFFDc of ann/)
})

test('a wall clock that was set back makes no age negative', () => {
  const { ageMs, waitsMs } = explain(request({ trace: [{ stage: 'received', atMs: now + 60_000 }] }), around())
  expect([ageMs, waitsMs]).toEqual([0, 0])
})
