import { limits } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { stepsOf } from './request-trace.js'
import { ack, attached, detached, error, hello, reply, request, returned, run, threw } from './test-frames.js'
import { Traces } from './traces.js'

const tracing = (remembered = 10) => {
  let now = 1_000
  const traces = new Traces({ remembered, wall: () => now })
  traces.performed(attached(1))
  const pass = (ms: number) => {
    now += ms
  }
  const stages = (id: string) => {
    const found = traces.find(id)
    return found && stepsOf(found).map(({ stage, atMs }) => `${stage} ${atMs}`)
  }
  const whereIs = (id: string) => {
    const found = traces.find(id)
    if (found === undefined) return undefined
    if ([...traces.running()].includes(found)) return 'running'
    return [...traces.waiting()].includes(found) ? 'waiting' : 'settled'
  }
  return { traces, pass, stages, whereIs }
}

test('a request is followed from its coming until the client has its answer', () => {
  const { traces, pass, stages, whereIs } = tracing()
  traces.heard(request(1, 1))
  expect(whereIs('m1')).toBe('waiting')
  pass(1)
  traces.performed(run(7, 1))
  expect(whereIs('m1')).toBe('running')
  traces.heard({ kind: 'handling', run: 7 })
  pass(10)
  traces.heard(returned(7))
  expect(whereIs('m1')).toBe('waiting')
  traces.performed(reply(1, 1))
  expect(traces.find('m1')).toMatchObject({ outcome: 'ok', sentOn: 1, sentAtMs: 1_011, over: undefined })
  pass(5)
  traces.heard(ack(1, { floor: 1 }))
  expect(whereIs('m1')).toBe('settled')
  expect(traces.find('m1')).toMatchObject({ outcome: 'ok', over: 'confirmed', id: 'm1', type: 'text', n: 1 })
  expect(stages('m1')).toEqual(['received 1000', 'started 1001', 'replied 1011', 'settled 1016'])
})

test('how a handler fails is its outcome; a reply that is too large is one, too', () => {
  const { traces } = tracing()
  for (const n of [1, 2, 3]) {
    traces.heard(request(1, n))
    traces.performed(run(n, n))
  }
  traces.heard(threw(1, 'HANDLER_FAILED'))
  traces.heard(returned(2, limits.replyBytes + 1))
  traces.performed({ kind: 'abort', run: 3, code: 'HANDLER_TIMEOUT', reason: '' })
  expect(['m1', 'm2', 'm3'].map((id) => traces.find(id)?.outcome)).toEqual([
    'HANDLER_FAILED',
    'TOO_LARGE',
    'HANDLER_TIMEOUT',
  ])
})

test('what the client is told counts, whatever the handler said', () => {
  const { traces } = tracing()
  traces.heard(request(1, 1))
  traces.performed(run(7, 1))
  traces.heard(returned(7))
  traces.performed(error(1, 1, 'REPLY_LOST'))
  expect(traces.find('m1')?.outcome).toBe('REPLY_LOST')
})

test('one that is refused without a run is settled, and may come again under its number', () => {
  const { traces, whereIs } = tracing()
  traces.heard(request(1, 1))
  traces.performed(error(1, 1, 'NO_HANDLER', true))
  expect(traces.find('m1')).toMatchObject({ outcome: 'NO_HANDLER', over: 'refused' })
  traces.heard(request(1, 1))
  expect(whereIs('m1')).toBe('waiting')
  traces.performed(run(7, 1))
  traces.heard(threw(7, 'RATE_LIMITED', true))
  expect(whereIs('m1')).toBe('settled')
})

test('one that comes again on a newer link is the same; the journal answers it', () => {
  const { traces, stages } = tracing()
  traces.heard(request(1, 1))
  traces.performed(run(7, 1))
  traces.performed(detached(1))
  traces.heard(returned(7))
  traces.performed(attached(2))
  traces.heard(request(2, 1))
  expect(traces.find('m1')).toMatchObject({ link: 2, sentOn: undefined, session: { link: 2 } })
  traces.performed(reply(2, 1))
  expect(traces.find('m1')).toMatchObject({ sentOn: 2 })
  expect(stages('m1')).toEqual(['received 1000', 'replied 1000'])
})

test('an answer of an earlier life of the server is an answer', () => {
  const { traces, stages } = tracing()
  traces.heard(request(1, 1))
  traces.performed(reply(1, 1))
  expect(traces.find('m1')?.outcome).toBe('ok')
  expect(stages('m1')).toEqual(['received 1000', 'replied 1000'])
})

test('what a hello says is settled is so once its link is welcome, and not before', () => {
  const { traces, whereIs } = tracing()
  for (const n of [1, 2, 3]) traces.heard(request(1, n))
  traces.performed(detached(1))
  traces.heard(hello(2, { floor: 1, settled: [[3, 3]] }))
  expect(whereIs('m1')).toBe('waiting')
  traces.performed(attached(2))
  expect(['m1', 'm2', 'm3'].map(whereIs)).toEqual(['settled', 'waiting', 'settled'])
})

test('what was settled while it runs is seen until it ends', () => {
  const { traces, whereIs } = tracing()
  traces.heard(request(1, 1, { mode: 'send' }))
  traces.performed(run(7, 1))
  traces.heard(ack(1, { settled: [[1, 1]] }))
  expect(whereIs('m1')).toBe('running')
  traces.heard(returned(7))
  expect(whereIs('m1')).toBe('settled')
})

test('a caller that gives up settles it', () => {
  const { traces } = tracing()
  traces.heard(request(1, 1))
  traces.performed({ kind: 'transmit', link: 1, frame: { kind: 'cancelled', n: 1 } })
  expect(traces.find('m1')).toMatchObject({ outcome: 'ABORTED', over: 'cancelled' })
})

test('with its session everything is over', () => {
  const { traces, whereIs } = tracing()
  traces.heard(request(1, 1))
  traces.performed({ kind: 'ended', session: 's', user: 'ann' })
  expect([whereIs('m1'), traces.find('m1')?.over]).toEqual(['settled', 'session over'])
  traces.heard(request(1, 2))
  expect(traces.find('m2')).toBeUndefined()
})

test('the newest are remembered: of what is settled, and of what waits; what runs is never forgotten', () => {
  const { traces } = tracing(2)
  for (let n = 1; n <= 3; n += 1) {
    traces.heard(request(1, n))
    traces.performed(run(n, n))
  }
  for (let n = 4; n <= 6; n += 1) traces.heard(request(1, n))
  const known = () => [1, 2, 3, 4, 5, 6, 7, 8, 9].filter((n) => traces.find(`m${n}`) !== undefined)
  expect(known()).toEqual([1, 2, 3, 5, 6])
  for (let n = 7; n <= 9; n += 1) {
    traces.heard(request(1, n))
    traces.performed(error(1, n, 'NO_HANDLER', true))
  }
  // Waiting for a moment they took the place of those that waited longest.
  expect(known()).toEqual([1, 2, 3, 6, 8, 9])
})

test('ids that a peer makes very long are kept short, and found', () => {
  const { traces } = tracing()
  const id = 'x'.repeat(60_000)
  traces.heard(request(1, 1, { id, type: 'y'.repeat(60_000) }))
  expect(traces.find(id)?.id).toHaveLength(128)
  expect(traces.find(id)?.type).toHaveLength(128)
})

test('of one id the one that is not settled is meant, else the newest', () => {
  const { traces } = tracing()
  traces.performed(attached(2, 'other', 'ben'))
  traces.heard(request(1, 1, { id: 'same' }))
  traces.performed(error(1, 1, 'NO_HANDLER', true))
  traces.heard(request(1, 2, { id: 'same' }))
  traces.performed(error(1, 2, 'EXPIRED', true))
  expect(traces.find('same')?.outcome).toBe('EXPIRED')
  traces.heard(request(2, 1, { id: 'same' }))
  expect(traces.find('same')?.session.id).toBe('other')
})
