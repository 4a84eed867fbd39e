import type { Json } from '@backchat/protocol'
import { expect, test } from 'vitest'
import { FlightRecorder } from './flight-recorder.js'
import type { ShellEffect } from './machine-driver.js'
import { ack, error, hello, reply, request } from './test-frames.js'

const recording = (capacity = 100) => {
  let now = 0
  const recorder = new FlightRecorder({
    capacity,
    wall: () => ++now,
    connectionOf: (link) =>
      link > 9 ? undefined : { id: `c${link}`, session: { id: link === 3 ? 'other' : 's' }, user: { id: 'ann' } },
  })
  const kinds = (...filter: Parameters<FlightRecorder['records']>) =>
    recorder.records(...filter).map(({ direction, kind, n }) => `${direction} ${kind}${n === undefined ? '' : ` ${n}`}`)
  return { recorder, kinds }
}
const push = (message: string): ShellEffect => ({
  kind: 'transmit',
  link: 1,
  frame: { kind: 'push', push: 5, message: message as Json },
})

test('headers are kept: when, on which link, who said what, about which request, and why', () => {
  const { recorder } = recording()
  recorder.heard({ kind: 'opened', link: 1 })
  recorder.heard(request(1, 7, { id: 'abc', type: 'text' }))
  recorder.performed(error(1, 7, 'HANDLER_FAILED'))
  recorder.performed({ kind: 'abandon', link: 12, code: 4400, reason: 'no' })
  const place = { connectionId: 'c1', sessionId: 's', link: 1 }
  const none = { n: undefined, type: undefined, id: undefined, mode: undefined, refused: false, code: undefined }
  expect(recorder.records()).toEqual([
    { atMs: 1, direction: 'in', kind: 'opened', ...place, ...none },
    { ...none, atMs: 2, direction: 'in', kind: 'request', ...place, n: 7, type: 'text', id: 'abc', mode: 'request' },
    {
      ...none,
      atMs: 3,
      direction: 'out',
      kind: 'error',
      ...place,
      n: 7,
      type: 'text',
      id: 'abc',
      code: 'HANDLER_FAILED',
    },
    {
      ...none,
      atMs: 4,
      direction: 'out',
      kind: 'abandoned',
      connectionId: undefined,
      sessionId: undefined,
      link: 12,
      code: 4400,
    },
  ])
})

test('neither content nor secrets nor tokens are kept', () => {
  const { recorder } = recording()
  recorder.heard(hello(1))
  recorder.heard(request(1, 1))
  recorder.heard({ kind: 'received', link: 1, frame: { kind: 'token', token: 'the-token' } })
  recorder.heard({ kind: 'garbled', link: 1, reason: 'the-content', tooLarge: false })
  recorder.performed(reply(1, 1))
  recorder.performed(error(1, 2, 'FAILURE'))
  recorder.performed(push('{"id":"p1","timestamp":"2026-01-01T00:00:00.000Z","content":"the-content"}'))
  recorder.performed({
    kind: 'transmit',
    link: 1,
    frame: { kind: 'chunk', n: 1, chunk: 0, content: '"the-content"' as Json },
  })
  expect(recorder.records()).toHaveLength(8)
  expect(JSON.stringify(recorder.records())).not.toMatch(/the-/)
})

test('the newest are kept', () => {
  const { recorder, kinds } = recording(3)
  for (let n = 1; n <= 5; n += 1) recorder.heard(request(1, n))
  expect(kinds()).toEqual(['in request 3', 'in request 4', 'in request 5'])
})

test('signs of life and all chunks but the first would push out what matters', () => {
  const { recorder, kinds } = recording()
  for (const kind of ['ping', 'pong'] as const) {
    recorder.heard({ kind: 'received', link: 1, frame: { kind } })
    recorder.performed({ kind: 'transmit', link: 1, frame: { kind } })
  }
  for (let chunk = 0; chunk < 5; chunk += 1)
    recorder.performed({ kind: 'transmit', link: 1, frame: { kind: 'chunk', n: 1, chunk, content: '1' as Json } })
  expect(kinds()).toEqual(['out chunk 1'])
})

test('each kind of frame has the number it is about', () => {
  const { recorder, kinds } = recording()
  recorder.heard({ kind: 'received', link: 1, frame: { kind: 'cancel', n: 2 } })
  recorder.heard(ack(1, { floor: 9 }))
  const message = { id: 'x', timestamp: '' }
  recorder.heard({ kind: 'received', link: 1, frame: { kind: 'answer', push: 3, message } })
  const refusal = { code: 'NO_HANDLER', message: '', mayHaveExecuted: false } as const
  recorder.heard({ kind: 'received', link: 1, frame: { kind: 'answerError', push: 4, error: refusal } })
  recorder.heard({ kind: 'received', link: 1, frame: { kind: 'bye' } })
  for (const kind of ['started', 'cancelled'] as const)
    recorder.performed({ kind: 'transmit', link: 1, frame: { kind, n: 6 } })
  recorder.performed({ kind: 'transmit', link: 1, frame: { kind: 'answered', push: 3 } })
  recorder.performed({ kind: 'transmit', link: 1, frame: { kind: 'withdrawn', push: 8, ask: 7 } })
  recorder.performed({ kind: 'transmit', link: 1, frame: { kind: 'gap', from: 1, to: 2 } })
  recorder.performed({ kind: 'transmit', link: 1, frame: { kind: 'refuse', code: 'full', message: '' } })
  recorder.heard({ kind: 'closed', link: 1 })
  expect(kinds()).toEqual([
    'in cancel 2',
    'in ack 9',
    'in answer 3',
    'in answerError 4',
    'in bye',
    'out started 6',
    'out cancelled 6',
    'out answered 3',
    'out withdrawn 8',
    'out gap',
    'out refuse',
    'in closed',
  ])
  expect(recorder.records().map(({ code }) => code)).toEqual([
    ...[undefined, undefined, undefined, 'NO_HANDLER', undefined, undefined],
    ...[undefined, undefined, undefined, undefined, 'full', undefined],
  ])
})

test('a push says its id and its type, whatever they are', () => {
  const { recorder } = recording()
  const head = '"timestamp":"2026-01-01T00:00:00.000Z"'
  recorder.performed(push(`{"id":"p1",${head},"type":"response","content":{"type":"no"}}`))
  recorder.performed(push(`{"id":"p2",${head},"content":{"type":"no"}}`))
  recorder.performed(push(`{"id":"${'i'.repeat(100)}",${head},"type":"${'t'.repeat(100)}"}`))
  recorder.performed(push(`{"id":"strange\\"one",${head}}`))
  expect(recorder.records().map(({ id, type }) => [id, type])).toEqual([
    ['p1', 'response'],
    ['p2', 'system'],
    ['i'.repeat(100), 't'.repeat(100)],
    [undefined, undefined],
  ])
})

test('the records of a session, on whichever link', () => {
  const { recorder, kinds } = recording()
  recorder.heard(request(1, 1))
  recorder.heard(request(3, 2))
  recorder.performed(reply(2, 1))
  expect(kinds({ session: 's' })).toEqual(['in request 1', 'out reply 1'])
  expect(kinds({ session: 'other' })).toEqual(['in request 2'])
  expect(kinds({ session: 'nobody' })).toEqual([])
})

test('the records of a request, also of one whose beginning has been overwritten but is known', () => {
  const { recorder, kinds } = recording()
  recorder.performed(push('{"id":"m1","timestamp":"2026-01-01T00:00:00.000Z"}'))
  recorder.heard(request(1, 1))
  recorder.heard(request(1, 2))
  recorder.heard(request(3, 1, { id: 'theirs' }))
  recorder.heard(ack(1, { floor: 1 }))
  recorder.performed(reply(2, 1))
  expect(kinds({ request: 'm1' })).toEqual(['out push 5', 'in request 1', 'out reply 1'])
  expect(kinds({ request: 'm1', session: 'other' })).toEqual([])
  expect(kinds({ request: 'nobody' })).toEqual([])
  expect(kinds({ request: 'overwritten' }, { sessionId: 's', n: 2 })).toEqual(['in request 2'])
})

test('what a peer makes very long is kept short', () => {
  const { recorder } = recording()
  recorder.heard(request(1, 1, { id: 'x'.repeat(60_000), type: 'y'.repeat(60_000) }))
  expect(recorder.records({ request: 'x'.repeat(60_000) })).toHaveLength(1)
  expect(JSON.stringify(recorder.records()).length).toBeLessThan(700)
})

test('a record that takes the place of an older one has nothing of it', () => {
  const { recorder } = recording(1)
  recorder.heard(request(1, 7, { id: 'abc', type: 'text' }))
  recorder.performed(error(3, 7, 'HANDLER_FAILED'))
  const [before] = recorder.records()
  recorder.heard({ kind: 'closed', link: 12 })
  const none = { n: undefined, type: undefined, id: undefined, mode: undefined, refused: false, code: undefined }
  const link = { link: 12, connectionId: undefined, sessionId: undefined }
  expect(recorder.records()).toEqual([{ atMs: 3, direction: 'in', kind: 'closed', ...link, ...none }])
  expect(before).toMatchObject({ kind: 'error', n: 7, code: 'HANDLER_FAILED' })
})

test('a push to many is known by its own header on each link, and so is the next one', () => {
  const { recorder } = recording()
  const [one, two] = ['one', 'two'].map((id) => push(`{"id":"${id}","timestamp":"t"}`))
  for (const effect of [one, one, two, one]) if (effect !== undefined) recorder.performed(effect)
  expect(recorder.records().map(({ id }) => id)).toEqual(['one', 'one', 'two', 'one'])
})
