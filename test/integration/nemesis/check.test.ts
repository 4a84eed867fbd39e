import { expect, test } from 'vitest'
import { check, type Promised, type Terms } from '../../nemesis/check.js'
import type { ClientFact, ServerFact, Settled } from '../../nemesis/history.js'

const memory: Terms = { store: 'memory', lateMs: 100, leastRight: 0 }
const lmdb: Terms = { ...memory, store: 'lmdb' }

/** The promises that this history breaks; each is named once. */
function broken(terms: Terms, clients: readonly ClientFact[], server: readonly ServerFact[]): Promised[] {
  const { violations } = check({ clients, server }, terms)
  return [...new Set(violations.map(({ promise }) => promise))]
}

let nowMs = 0
const at = (atMs: number) => ({ atMs })
const next = () => {
  nowMs += 1
  return at(nowMs)
}
type AskedFact = Extract<ClientFact, { kind: 'asked' }>
const usual = { client: 'ann', id: 'a', mode: 'request', plan: 'patient', idempotent: false, timeoutMs: 1_000 } as const
const asked = (over: Partial<AskedFact> = {}): AskedFact => ({ ...next(), kind: 'asked', ...usual, ...over })
const started = (run = 'r') => ({ ...next(), kind: 'started', id: 'a', run }) as const
const returning = (run = 'r') => ({ ...next(), kind: 'returning', run }) as const
const ok = (run: unknown = 'r', over = {}) => ({ ...next(), kind: 'settled', id: 'a', ok: true, run, ...over }) as const
const failed = (code: Extract<Settled, { ok: false }>['code'], mayHaveExecuted = true, over = {}) =>
  ({
    ...next(),
    kind: 'settled',
    id: 'a',
    ok: false,
    code,
    stage: 'sent',
    mayHaveExecuted,
    text: code,
    ...over,
  }) as const
const chunk = (number: number, run = 'r') => ({ ...next(), kind: 'chunk', id: 'a', run, chunk: number }) as const
const ending = (how: 'kill' | 'restart' = 'kill') => ({ ...next(), kind: 'ending', server: 1, how }) as const
const ended = (trouble?: string) =>
  ({ ...next(), kind: 'ended', server: 1, ...(trouble !== undefined && { trouble }) }) as const
const attached = (session = 's', client = 'ann') => ({ ...next(), kind: 'attached', session, client }) as const
const pushed = (push: string, session = 's', appended: 'yes' | 'no' | 'maybe' = 'yes') =>
  [
    { ...next(), kind: 'pushing', session, push },
    { ...next(), kind: 'pushed', push, appended },
  ] as const
const heard = (push: string, session = 's', client = 'ann') =>
  ({ ...next(), kind: 'heard', client, session, push }) as const
const reset = () => ({ ...next(), kind: 'reset', client: 'ann' }) as const

test('an answered request breaks no promise, and is counted as right', () => {
  const history = { clients: [asked(), ok()], server: [started(), returning()] }
  const { violations, figures } = check(history, { ...lmdb, leastRight: 1 })
  expect(violations).toEqual([])
  expect(figures).toMatchObject({ asked: 1, right: 1, errors: 0, neverSettled: 0, ranMoreThanOnce: 0 })
})

test('a request that never settles, or settles twice, is caught', () => {
  expect(broken(lmdb, [asked()], [started()])).toEqual(['settles once'])
  expect(broken(lmdb, [asked(), ok(), ok()], [started()])).toEqual(['settles once'])
})

test('a settlement after the deadline, or a timeout before it, is caught; a process that slept is excused', () => {
  const late = [asked(at(0)), ok('r', at(1_200))]
  expect(broken(lmdb, late, [started()])).toEqual(['by its deadline'])
  expect(broken(lmdb, [...late, { ...at(1_150), kind: 'slept', forMs: 200 }], [started()])).toEqual([])
  expect(broken(lmdb, [...late, { ...at(900), kind: 'slept', forMs: 500 }], [started()])).toEqual(['by its deadline'])
  expect(broken(lmdb, [asked({ atMs: 0, plan: 'hasty' }), failed('TIMEOUT', true, at(900))], [])).toEqual([
    'by its deadline',
  ])
})

test('a second run is caught, unless the type is idempotent', () => {
  const server = [started('r'), started('q')]
  expect(broken(lmdb, [asked(), ok()], server)).toEqual(['runs once'])
  expect(broken(lmdb, [asked({ idempotent: true }), ok('q')], server)).toEqual([])
})

test('a reply that no run returned is caught', () => {
  expect(broken(lmdb, [asked(), ok('other')], [started()])).toEqual(['the reply of its run'])
  expect(broken(lmdb, [asked(), ok()], [])).toEqual(['the reply of its run'])
  expect(broken(lmdb, [asked({ mode: 'send' }), ok(undefined)], [])).toEqual(['the reply of its run'])
  expect(broken(lmdb, [asked({ mode: 'send' }), ok(undefined)], [started()])).toEqual([])
})

test('"not run" of what ran is caught, also when it ran later', () => {
  const clients = [asked({ plan: 'hasty', timeoutMs: 1 }), failed('TIMEOUT', false)]
  expect(broken(lmdb, clients, [])).toEqual([])
  expect(broken(lmdb, clients, [{ ...started(), atMs: 99_999 }])).toEqual(['not run never ran'])
})

test('an unknown outcome is caught unless a kill came in its life; in memory any end of the server will do', () => {
  const promise = ['unknown only where a store cannot know']
  expect(broken(lmdb, [asked(), failed('OUTCOME_UNKNOWN')], [])).toEqual(promise)
  expect(broken(lmdb, [asked(), ending(), ended(), failed('OUTCOME_UNKNOWN')], [started()])).toEqual([])
  expect(broken(lmdb, [ending(), ended(), asked(), failed('OUTCOME_UNKNOWN')], [])).toEqual(promise)
  expect(broken(lmdb, [asked(), failed('OUTCOME_UNKNOWN'), ending(), ended()], [])).toEqual(promise)
  const restarted = [asked(), ending('restart'), ended(), failed('OUTCOME_UNKNOWN')]
  expect(broken(lmdb, restarted, [])).toEqual(promise)
  expect(broken(memory, restarted, [])).toEqual([])
})

test('in memory what was said to a server that was gone already is unknown, too, once the client learns of it', () => {
  const told = [ending(), ended(), asked(), reset(), failed('OUTCOME_UNKNOWN')]
  expect(broken(memory, told, [attached()])).toEqual([])
  expect(broken(lmdb, told, [])).toContain('unknown only where a store cannot know')
  expect(broken(memory, [ending(), ended(), asked(), failed('OUTCOME_UNKNOWN')], [])).not.toEqual([])
})

test('an unknown outcome of an idempotent request is caught', () => {
  const clients = [asked({ idempotent: true }), ending(), ended(), failed('OUTCOME_UNKNOWN')]
  expect(broken(lmdb, clients, [])).toEqual(['unknown only where a store cannot know'])
})

test('any other error of somebody patient is caught; the hasty and the fickle get what they asked for', () => {
  const promise = ['no error without a reason']
  expect(broken(lmdb, [asked(), failed('HANDLER_FAILED')], [started()])).toEqual(promise)
  expect(broken(lmdb, [asked(), failed('no BackchatError')], [])).toEqual(promise)
  expect(broken(lmdb, [asked({ plan: 'hasty', timeoutMs: 1 }), failed('TIMEOUT')], [])).toEqual([])
  expect(broken(lmdb, [asked({ plan: 'hasty' }), failed('OVERLOADED', false)], [])).toEqual([])
  expect(broken(lmdb, [asked(), failed('OVERLOADED', false)], [])).toEqual(promise)
  expect(broken(lmdb, [asked({ plan: 'hasty' }), failed('ABORTED')], [])).toEqual(promise)
  expect(broken(lmdb, [asked({ plan: 'fickle' }), failed('ABORTED')], [])).toEqual([])
})

test('a stream with a hole, a repeat, a missing end or chunks of another run is caught', () => {
  const stream = (...facts: readonly ClientFact[]) =>
    broken(lmdb, [asked({ mode: 'stream', chunks: 3 }), ...facts], [started()])
  const promise = ['streams are exact']
  expect(stream(chunk(0), chunk(1), chunk(2), ok())).toEqual([])
  expect(stream(chunk(0), chunk(2), ok())).toEqual(promise)
  expect(stream(chunk(0), chunk(0), chunk(1), chunk(2), ok())).toEqual(promise)
  expect(stream(chunk(0), chunk(1), ok())).toEqual(promise)
  expect(stream(chunk(0), chunk(1, 'q'), chunk(2), ok())).toEqual(promise)
  expect(stream(chunk(0, 'q'), chunk(1, 'q'), chunk(2, 'q'), ok())).toEqual(promise)
})

test('a stream that fails has the exact prefix, or is caught', () => {
  const struck = () => [asked({ mode: 'stream', chunks: 3 }), ending(), ended()]
  expect(broken(lmdb, [...struck(), chunk(0), chunk(1), failed('OUTCOME_UNKNOWN')], [started()])).toEqual([])
  const promise = ['streams are exact']
  expect(broken(lmdb, [...struck(), chunk(1), failed('OUTCOME_UNKNOWN')], [started()])).toEqual(promise)
})

const pushPromise = ['pushes in order, without holes']

test('pushes that come in order break no promise; those of which nobody knows may come or not', () => {
  const server = [attached(), ...pushed('1'), ...pushed('2', 's', 'maybe'), ...pushed('3', 's', 'no'), ...pushed('4')]
  expect(broken(lmdb, [heard('1'), heard('2'), heard('4')], server)).toEqual([])
  expect(broken(lmdb, [heard('1'), heard('4')], server)).toEqual([])
})

test('a push that is missing, comes again, comes too late, was not appended or was never sent is caught', () => {
  const server = [attached(), ...pushed('1'), ...pushed('2'), ...pushed('3', 's', 'no')]
  expect(broken(lmdb, [heard('2')], server)).toEqual(pushPromise)
  expect(broken(lmdb, [heard('1')], server)).toEqual(pushPromise)
  expect(broken(lmdb, [], server)).toEqual(pushPromise)
  expect(broken(lmdb, [heard('1'), heard('1'), heard('2')], server)).toEqual(pushPromise)
  expect(broken(lmdb, [heard('2'), heard('1')], server)).toEqual(pushPromise)
  expect(broken(lmdb, [heard('1'), heard('2'), heard('3')], server)).toEqual(pushPromise)
  expect(broken(lmdb, [heard('1'), heard('2'), heard('9')], server)).toEqual(pushPromise)
})

test('a gap excuses as many pushes as it announces, and no more', () => {
  const server = [attached(), ...pushed('1'), ...pushed('2'), ...pushed('3'), ...pushed('4')]
  const gap = (to: number) => ({ ...next(), kind: 'gap', client: 'ann', from: 2, to }) as const
  expect(broken(lmdb, [heard('1'), gap(3), heard('4')], server)).toEqual([])
  expect(broken(lmdb, [heard('1'), gap(2), heard('4')], server)).toEqual(pushPromise)
})

test('a push of another session is caught', () => {
  const server = [attached(), attached('t', 'bob'), ...pushed('1', 't')]
  expect(broken(lmdb, [heard('1', 't', 'ann'), heard('1', 't', 'bob')], server)).toContain(pushPromise[0])
})

test('a session that is lost takes its pushes with it, which one reset announces', () => {
  const server = [attached('s'), ...pushed('1', 's'), ...pushed('2', 's'), attached('t'), ...pushed('3', 't')]
  const lost = [heard('1'), ending(), ended(), reset(), heard('3', 't')]
  expect(broken(memory, lost, server)).toEqual([])
  expect(check({ clients: lost, server }, memory).figures.pushes).toMatchObject({
    appended: 2,
    missing: 0,
    lostWithSession: 1,
  })
  const silently = [heard('1'), ending(), ended(), heard('3', 't')]
  expect(broken(memory, silently, server)).toEqual(['a lost session is announced'])
  expect(broken(memory, [heard('1'), ending(), ended()], server)).toContain('a lost session is announced')
})

test('a reset without a cause is caught, and so is any where the store is durable', () => {
  const server = [attached('s'), ...pushed('1', 's'), attached('t')]
  expect(broken(memory, [heard('1'), reset()], server)).toEqual(['a lost session is announced'])
  expect(broken(lmdb, [heard('1'), ending(), ended(), reset()], server)).toEqual(['a lost session is announced'])
  expect(broken(memory, [heard('1'), ending(), ended(), reset(), reset()], server)).toEqual([
    'a lost session is announced',
  ])
})

test('a server that ends by itself is caught', () => {
  expect(broken(memory, [ended('it ended with 1')], [])).toEqual(['the server lives'])
})

test('runs and ends of what nobody asked are caught', () => {
  expect(broken(memory, [], [started()])).toEqual(['nothing out of nowhere'])
  expect(broken(memory, [ok()], [])).toEqual(['nothing out of nowhere'])
})

test('failing everything is caught; what a kill struck inside the handler is not counted against it', () => {
  const terms = { ...lmdb, leastRight: 0.9 }
  expect(broken(terms, [], [])).toEqual(['most are answered'])
  const clients = [asked(), ok(), asked({ id: 'b' }), ending(), ended(), failed('OUTCOME_UNKNOWN', true, { id: 'b' })]
  expect(broken(terms, clients, [started(), returning()])).toEqual(['most are answered'])
  const inside = { ...at(clients[2]?.atMs ?? 0), kind: 'started', id: 'b', run: 'q' } as const
  expect(broken(terms, clients, [started(), returning(), inside])).toEqual([])
})
