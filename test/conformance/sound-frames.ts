/** One sound frame of each kind, as the cases start from, and what each of its fields must not be [P-3] [P-4]. */

import type { Wire } from './case.js'

/** `1e400` is a number in JSON text and none in a value, so it stands for itself as a word. */
export const tooGreat = '<1e400>'

/** What no field of a kind of value may be; `undefined`: it may not be left out. */
const notNumber = [0, -1, 1.5, 2 ** 53, tooGreat, '1', '', null, true, [], [1], {}, undefined]
const notCount = notNumber.filter((value) => value !== 0)
const notTime = notCount.filter((value) => value !== -1 && value !== 1.5 && value !== 2 ** 53)
const notDelay = [...notTime, -1]
const notInterval = [...notDelay, 0]
const notName = ['', 'x'.repeat(129), 1, null, true, [], {}, undefined]
const notString = [1, null, true, [], {}, undefined]
const notBoolean = [0, 1, 'true', null, [], {}, undefined]
const notRanges = [
  'overlapping',
  null,
  1,
  '[]',
  {},
  [1, 2],
  [null],
  [[]],
  [[1]],
  [[1, 2, 3]],
  [['1', '2']],
  [[0, 1]],
  [[1, 1.5]],
  [[1, 2 ** 53]],
  // The end before the beginning, overlapping, touching, descending, the same twice.
  [[3, 2]],
  [
    [1, 5],
    [4, 9],
  ],
  [
    [1, 3],
    [4, 6],
  ],
  [
    [7, 9],
    [1, 3],
  ],
  [
    [2, 3],
    [2, 3],
  ],
  undefined,
]
const notPairs = [null, 1, '[]', {}, [1, 2], [[1]], [[1, 2, 3]], [[0, 1]], [[1, -1]], [[1, 1.5]], [['1', 1]], [null]]
const notMessage = [null, 1, 'text', [], {}, { id: 'm' }, undefined]
const messageFields: readonly (readonly [field: string, values: readonly unknown[]])[] = [
  ['id', notString],
  ['timestamp', [...notString, '', 'now', '2026-01-01', '2026-01-01T00:00:00', '2026-01-01T00:00:00+01:00']],
  ['from', ['admin', '', 1, null, []]],
  ['to', ['admin', '', 1, null, []]],
  ['metadata', [null, 1, 'x', []]],
]

const given = (values: readonly unknown[]) => values.filter((value) => value !== undefined)
const without = (values: readonly unknown[], ...allowed: readonly unknown[]) =>
  values.filter((value) => !allowed.includes(value))

export const message = (type: string, content?: unknown) => ({
  id: 'message',
  timestamp: '2026-11-23T00:00:00.000Z',
  type,
  ...(content === undefined ? {} : { content }),
})
export const hello = {
  kind: 'hello',
  version: 1,
  client: 'the client under test',
  secret: 'its secret, which is long enough',
  attempt: 1,
  lastPush: 0,
  floor: 0,
  settled: [],
  page: 'page',
}
export const request = (n: number, type = 'echo', content: unknown = n, mode = 'request') => ({
  kind: 'request',
  n,
  mode,
  leftMs: 30_000,
  message: message(type, content),
})
export const ack = (over: object = {}) => ({ kind: 'ack', push: 0, floor: 0, settled: [], ...over })
export const welcome = {
  kind: 'welcome',
  sessionId: 'session',
  epoch: 'epoch',
  resumed: false,
  head: 0,
  idempotent: [],
  limits: { messageBytes: 65_536, window: 256, ranges: 64 },
  heartbeatMs: 30_000,
}
export const reply = (n: number, over: object = {}) => ({ kind: 'reply', n, message: said, ...over })
export const chunk = (n: number, number: number) => ({ kind: 'chunk', n, chunk: number, content: `chunk ${number}` })
export const push = (number: number) => ({ kind: 'push', push: number, message: { ...said, id: `push ${number}` } })
export const error = (n: number, over: object = {}, frame: object = {}) => ({
  kind: 'error',
  n,
  ...frame,
  error: { code: 'HANDLER_FAILED', message: 'It failed.', mayHaveExecuted: true, ...over },
})
export const token = (text = 'another token') => ({ kind: 'token', token: text })
export const answer = (number: number) => ({ kind: 'answer', push: number, message: said })
export const answerError = (number: number) => ({
  kind: 'answerError',
  push: number,
  error: { code: 'HANDLER_FAILED', message: 'It failed.', mayHaveExecuted: true },
})
export const answered = (number: number) => ({ kind: 'answered', push: number })
export const withdrawn = (number: number, ask: number) => ({ kind: 'withdrawn', push: number, ask })
export const drain = (taken: number) => ({ kind: 'drain', taken, retryAfterMs: 100, windowMs: 100 })
export const authorized = { kind: 'authorized' }
const said = { id: 'answer', timestamp: '2026-11-23T00:00:00.000Z', content: 'said' }

/** A sound frame, and for some of its fields, as paths, what they must not be. */
export interface Fields {
  readonly frame: { readonly kind: string; readonly [field: string]: unknown }
  readonly fields: readonly (readonly [path: string, values: readonly unknown[]])[]
}

const inMessage = messageFields.map(([field, values]) => [`message.${field}`, values] as const)

export const helloFields: Fields = {
  frame: hello,
  fields: [
    ['version', notNumber],
    ['client', notName],
    ['secret', notName],
    ['attempt', notNumber],
    ['epoch', given(notName)],
    ['lastPush', notCount],
    ['floor', notCount],
    ['settled', notRanges],
    ['page', notName],
    ['token', [1, null, [], {}, 'x'.repeat(8 * 1024 + 1)]],
  ],
}

export const welcomedClientFields: readonly Fields[] = [
  {
    frame: request(1),
    fields: [
      ['n', notNumber],
      ['mode', ['', 'later', 'Request', 1, null, [], undefined]],
      ['leftMs', notTime],
      ['from', given(notCount)],
      ['message', [...notMessage, { ...message('echo'), type: undefined }]],
      ...inMessage,
      ['message.type', notString],
    ],
  },
  { frame: { kind: 'cancel', n: 1 }, fields: [['n', notNumber]] },
  {
    frame: ack(),
    fields: [
      ['push', notCount],
      ['floor', notCount],
      ['settled', notRanges],
      ['chunks', notPairs],
    ],
  },
  { frame: token(), fields: [['token', [1, null, [], {}, undefined, 'x'.repeat(8 * 1024 + 1)]]] },
  { frame: answer(1), fields: [['push', notNumber], ['message', notMessage], ...inMessage] },
  {
    frame: answerError(1),
    fields: [
      ['push', notNumber],
      ['error', [null, 1, 'x', [], {}, undefined]],
      ['error.code', ['', 'LATER', 1, null, undefined]],
      ['error.message', notString],
      ['error.mayHaveExecuted', notBoolean],
    ],
  },
]

export const welcomeFields: Fields = {
  frame: welcome,
  fields: [
    ['sessionId', notName],
    ['epoch', notName],
    ['resumed', notBoolean],
    ['head', notCount],
    ['gap', [null, 1, [1, 2], {}, { from: 1 }, { from: 0, to: 1 }, { from: 1, to: '2' }]],
    ['idempotent', [null, 'echo', {}, [1], [null], undefined]],
    ['limits', [null, 1, [], {}, undefined]],
    ['limits.messageBytes', notNumber],
    ['limits.window', notNumber],
    ['limits.ranges', notNumber],
    ['heartbeatMs', notInterval],
  ],
}

export const welcomedServerFields: readonly Fields[] = [
  {
    frame: { kind: 'refuse', code: 'full', message: 'Full.' },
    fields: [
      ['code', ['', 'later', 1, null, [], undefined]],
      ['message', notString],
      ['retryAfterMs', given(notDelay)],
    ],
  },
  { frame: { kind: 'started', n: 1 }, fields: [['n', notNumber]] },
  {
    frame: reply(1),
    fields: [['n', notNumber], ['count', given(notCount)], ['message', notMessage], ...inMessage],
  },
  {
    frame: error(1),
    fields: [
      ['n', notNumber],
      ['count', given(notCount)],
      ['refused', [false, 1, 'true', null, {}]],
      ['error', [null, 1, 'x', [], {}, undefined]],
      ['error.code', ['', 'LATER', 1, null, undefined]],
      ['error.message', notString],
      ['error.mayHaveExecuted', notBoolean],
      ['error.retryAfterMs', given(notDelay)],
    ],
  },
  {
    frame: chunk(1, 0),
    fields: [
      ['n', notNumber],
      ['chunk', without(notNumber, 0)],
      ['content', [undefined]],
    ],
  },
  { frame: { kind: 'cancelled', n: 1 }, fields: [['n', notNumber]] },
  { frame: push(1), fields: [['push', notNumber], ['message', notMessage], ...inMessage] },
  {
    frame: { kind: 'gap', from: 1, to: 1 },
    fields: [
      ['from', notNumber],
      ['to', notNumber],
    ],
  },
  { frame: answered(1), fields: [['push', notNumber]] },
  {
    frame: withdrawn(1, 1),
    fields: [
      ['push', notNumber],
      ['ask', notNumber],
    ],
  },
  {
    frame: drain(1),
    fields: [
      ['taken', notCount],
      ['retryAfterMs', notDelay],
      ['windowMs', notDelay],
    ],
  },
  { frame: authorized, fields: [['expiresInMs', given(notDelay)]] },
]

/** Each of those frames with one field spoilt, and what was done to it in words. */
export function* spoiltFields({ frame, fields }: Fields): Generator<{ readonly name: string; readonly wire: Wire }> {
  for (const [path, values] of fields) {
    for (const value of values) {
      const text = JSON.stringify(changed(frame, path.split('.'), value)).replaceAll(`"${tooGreat}"`, '1e400')
      yield { name: `${frame.kind}.${path} ${inWords(value)}`, wire: { text } }
    }
  }
}

function changed(holder: object, [key = '', ...deeper]: readonly string[], value: unknown): object {
  const inner: unknown = Reflect.get(holder, key)
  if (deeper.length === 0) return { ...holder, [key]: value }
  return { ...holder, [key]: changed(typeof inner === 'object' && inner !== null ? inner : {}, deeper, value) }
}

function inWords(value: unknown): string {
  if (value === undefined) return 'left out'
  if (value === tooGreat) return 'as 1e400'
  const text = JSON.stringify(value)
  return `as ${text.length > 40 ? `${text.slice(0, 37)}…` : text}`
}
