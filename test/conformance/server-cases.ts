/** What clients must not say, or may say though it looks odd, and what a server does with it. */

import { type Heard, type ServerCase, together, type Wire } from './case.js'
import {
  ack,
  answer,
  answerError,
  hello,
  helloFields,
  message,
  request,
  spoiltFields,
  token,
  welcomedClientFields,
} from './sound-frames.js'

const depth = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
const padded = (frame: object, bytes: number) => {
  const text = JSON.stringify(frame)
  return { text: `${text.slice(0, -1)},"pad":"${'x'.repeat(bytes - text.length - 9)}"}` }
}
const requests = (first: number, last: number, type: string): readonly Wire[] =>
  Array.from({ length: last - first + 1 }, (_, index) => request(first + index, type))
const echoed = (n: number, content: unknown = n): Heard => ({ kind: 'reply', n, message: { content } })
const refused = (n: number, code: string): Heard => ({
  kind: 'error',
  n,
  refused: true,
  error: { code, mayHaveExecuted: false },
})
const cancel = (n: number) => ({ kind: 'cancel', n })
const answered = (push: number): Heard => ({ kind: 'answered', push })
const cancelled = (n: number): Heard => ({ kind: 'cancelled', n })
const chunks = (n: number, first: number, count: number): readonly Heard[] =>
  Array.from({ length: count }, (_, index) => ({
    kind: 'chunk',
    n,
    chunk: first + index,
    content: `chunk ${first + index}`,
  }))
const stream = (n: number, count: number, over: object = {}) => ({
  ...request(n, 'yield', { chunks: count }, 'stream'),
  ...over,
})

/** Texts that are no frame. */
const noFrames: readonly (readonly [what: string, wire: Wire])[] = [
  ['an empty text', { text: '' }],
  ['a blank text', { text: ' ' }],
  ['no JSON', { text: 'hello' }],
  ['JSON cut short', { text: '{"kind":"ping"' }],
  ['JSON with more behind it', { text: '{"kind":"ping"}{}' }],
  ['null', { text: 'null' }],
  ['a number', { text: '1' }],
  ['a string', { text: '"ping"' }],
  ['an array', { text: '[{"kind":"ping"}]' }],
  ['an empty line', { text: '\n{"kind":"ping"}' }],
  ['a frame over two lines', { text: '{"kind":\n"ping"}' }],
  ['an object without a kind', { text: '{}' }],
  ['a kind that is a number', { text: '{"kind":1}' }],
  ['a kind that is null', { text: '{"kind":null}' }],
  ['a kind only in __proto__', { text: '{"__proto__":{"kind":"ping"}}' }],
  ['65 levels', { text: `{"kind":"ping","deep":${depth(64)}}` }],
  ['65 levels in a kind that is unknown', { text: `{"kind":"later","deep":${depth(64)}}` }],
  ['a binary message', { binary: [123, 125] }],
  ['an empty binary message', { binary: [] }],
]

const beforeWelcome: readonly ServerCase[] = [
  ...noFrames.map(
    ([what, wire]): ServerCase => ({
      name: `${what}, before welcome, closes the link`,
      rule: 'binary' in wire ? 'P-2' : 'P-3',
      link: 'opened',
      says: [wire],
      closes: 4400,
    }),
  ),
  ...[
    request(1),
    cancel(1),
    ack(),
    token(),
    answer(1),
    answerError(1),
    { kind: 'bye' },
    { kind: 'ping' },
    { kind: 'pong' },
    { kind: 'welcome' },
    { kind: 'later' },
  ].map(
    (frame): ServerCase => ({
      name: `a ${frame.kind} before hello closes the link`,
      rule: 'P-5',
      link: 'opened',
      says: [frame],
      closes: 4400,
    }),
  ),
  ...[...spoiltFields(helloFields)].map(
    ({ name, wire }): ServerCase => ({
      name: `${name} closes the link`,
      rule: name.startsWith('hello.token') ? 'P-10' : 'P-3',
      link: 'opened',
      says: [wire],
      closes: 4400,
    }),
  ),
  {
    name: 'a hello of more than 16 KiB is too large',
    rule: 'P-10',
    link: 'opened',
    says: [padded(hello, 16 * 1024 + 1)],
    closes: 1009,
  },
  {
    name: 'anything else of more than 16 KiB is too large, too, before welcome',
    rule: 'P-10',
    link: 'opened',
    says: [{ text: 'x'.repeat(16 * 1024 + 1) }],
    closes: 1009,
  },
  {
    name: 'a hello of 16 KiB is welcome',
    rule: 'P-10',
    link: 'opened',
    says: [padded(hello, 16 * 1024)],
    hears: [{ kind: 'welcome', resumed: false }],
  },
  {
    name: 'a token of 8 KiB is not too long',
    rule: 'P-10',
    link: 'opened',
    says: [{ ...hello, token: 'x'.repeat(8 * 1024) }],
    hears: [{ kind: 'welcome' }],
  },
  { name: 'no hello within 5 s closes the link', rule: 'P-10', link: 'opened', says: [], passes: 5_000, closes: 4408 },
  {
    name: 'another version is refused',
    rule: 'P-11',
    link: 'opened',
    says: [{ ...hello, version: 2 }],
    hears: [{ kind: 'refuse', code: 'version' }],
    closes: 4426,
  },
  {
    name: 'fields of a newer version in a hello are ignored',
    rule: 'P-3',
    link: 'opened',
    says: [{ ...hello, later: { deep: [1] } }],
    hears: [{ kind: 'welcome' }],
  },
  {
    name: 'a key __proto__ in a hello is dropped',
    rule: 'P-3',
    link: 'opened',
    says: [{ text: `${JSON.stringify(hello).slice(0, -1)},"__proto__":{"attempt":9}}` }],
    hears: [{ kind: 'welcome' }],
  },
  {
    name: 'an epoch and a position that nobody knows begin a new session',
    rule: 'P-11',
    link: 'opened',
    says: [{ ...hello, epoch: 'of yore', lastPush: 7, floor: 3, settled: [[5, 6]] }],
    hears: [{ kind: 'welcome', resumed: false, head: 0 }],
  },
  {
    name: 'the greatest attempt is one',
    rule: 'P-4',
    link: 'opened',
    says: [{ ...hello, client: 'of great age', attempt: 2 ** 53 - 1 }],
    hears: [{ kind: 'welcome' }],
  },
]

const hellos: readonly ServerCase[] = [
  {
    name: 'a second hello closes the link',
    rule: 'P-10',
    link: 'welcomed',
    says: [{ ...hello, attempt: 2 }],
    closes: 4400,
  },
  {
    name: 'two hellos in one breath: the first one is answered, the second closes the link',
    rule: 'P-10',
    link: 'opened',
    says: [
      { ...hello, client: 'in a hurry' },
      { ...hello, client: 'in a hurry', attempt: 2 },
    ],
    hears: [{ kind: 'welcome' }],
    closes: 4400,
    hurried: true,
  },
  {
    name: 'a garbled hello after welcome closes the link and keeps the session',
    rule: 'P-3',
    link: 'welcomed',
    says: [{ kind: 'hello' }],
    closes: 4400,
  },
]

const texts: readonly ServerCase[] = [
  ...noFrames.map(
    ([what, wire]): ServerCase => ({
      name: `${what} closes the link and keeps the session`,
      rule: 'binary' in wire ? 'P-2' : 'P-3',
      link: 'welcomed',
      says: [wire],
      closes: 4400,
    }),
  ),
  ...welcomedClientFields.flatMap((fields) =>
    [...spoiltFields(fields)].map(
      ({ name, wire }): ServerCase => ({
        name: `${name} closes the link and keeps the session`,
        rule: 'P-3',
        link: 'welcomed',
        says: [wire],
        closes: 4400,
      }),
    ),
  ),
  {
    name: 'a frame of 72 KiB is read',
    rule: 'P-3',
    link: 'welcomed',
    says: [padded({ kind: 'ping' }, 72 * 1024)],
  },
  {
    name: 'a larger one closes the link with the code of its own',
    rule: 'P-3',
    link: 'welcomed',
    says: [padded({ kind: 'ping' }, 72 * 1024 + 1)],
    closes: 1009,
  },
  {
    name: 'size comes before all else',
    rule: 'P-3',
    link: 'welcomed',
    says: [{ text: '['.repeat(72 * 1024 + 1) }],
    closes: 1009,
  },
  {
    name: '64 levels are read',
    rule: 'P-3',
    link: 'welcomed',
    says: [{ text: `{"kind":"ping","deep":${depth(63)}}` }],
  },
  ...['later', '', 'Request', 'constructor', 'toString', '__proto__', 'welcome', 'reply', 'started'].map(
    (kind): ServerCase => ({
      name: `the kind ${JSON.stringify(kind)}, unknown here, is ignored`,
      rule: 'P-3',
      link: 'welcomed',
      says: [{ kind, n: 1, message: null }],
    }),
  ),
  {
    name: 'fields of a newer version are ignored',
    rule: 'P-3',
    link: 'welcomed',
    says: [{ ...request(1), priority: 'high', message: { ...message('echo', 1), tone: 'kind' } }],
    hears: [echoed(1)],
  },
  {
    name: 'a key __proto__ is dropped wherever it stands, and constructor is a key like any other',
    rule: 'P-3',
    link: 'welcomed',
    says: [
      {
        text: JSON.stringify(
          request(1, 'echo', { a: [{ proto: { x: 1 }, b: 2 }], constructor: { prototype: 1 } }),
        ).replace('"proto"', '"\\u005f_proto__"'),
      },
    ],
    hears: [echoed(1, { a: [{ b: 2 }], constructor: { prototype: 1 } })],
  },
  {
    name: 'lone surrogates, NUL and separators in a text come back as they are',
    rule: 'P-2',
    link: 'welcomed',
    says: [{ text: JSON.stringify(request(1, 'echo', '\u0000\u2028\ud800x')) }],
    hears: [echoed(1, '\u0000\u2028\ud800x')],
  },
  {
    name: 'the frames of one text are taken in order, those of an unknown kind left out',
    rule: 'P-2',
    link: 'welcomed',
    says: [together(request(1, 'echo', 'a'), { kind: 'later' }, request(2, 'echo', 'b'))],
    hears: [echoed(1, 'a'), echoed(2, 'b')],
  },
  {
    name: 'what comes before a garbled frame in the same text is taken, what comes after it is not',
    rule: 'P-3',
    link: 'welcomed',
    says: [{ text: `${together(cancel(1)).text}\n{}\n${together(cancel(2)).text}` }],
    hears: [cancelled(1)],
    closes: 4400,
    hurried: true,
  },
  {
    name: 'a text of several frames that is larger than 8 KiB closes the link',
    rule: 'P-2',
    link: 'welcomed',
    says: [
      together(...Array.from({ length: 400 }, () => ({ kind: 'ack', push: 0, floor: 0, settled: [] })), cancel(1)),
    ],
    closes: 4400,
  },
  {
    name: 'of two fields with the same name the last one counts',
    rule: 'P-3',
    link: 'welcomed',
    says: [{ text: '{"kind":"cancel","n":1,"n":2}' }],
    hears: [cancelled(2)],
  },
]

const numbers: readonly ServerCase[] = [
  {
    name: 'the greatest number is one',
    rule: 'P-4',
    link: 'welcomed',
    says: [request(2 ** 53 - 1)],
    hears: [echoed(2 ** 53 - 1)],
  },
  {
    name: 'numbers that jump are taken',
    rule: 'P-14',
    link: 'welcomed',
    says: [request(5), request(500)],
    hears: [echoed(5), echoed(500)],
  },
  {
    name: 'numbers that go back are taken',
    rule: 'P-14',
    link: 'welcomed',
    says: [request(5), request(3)],
    hears: [echoed(5), echoed(3)],
  },
  {
    name: 'a number that was answered is answered again from the journal',
    rule: 'P-15',
    link: 'welcomed',
    before: [{ says: [request(1)], hears: [echoed(1)] }],
    says: [request(1)],
    hears: [echoed(1)],
  },
  {
    name: 'a number that was answered keeps its answer, whatever is asked under it',
    rule: 'P-15',
    link: 'welcomed',
    before: [{ says: [request(1, 'echo', 'first')], hears: [echoed(1, 'first')] }],
    says: [request(1, 'fail', 'second', 'stream')],
    hears: [echoed(1, 'first')],
  },
  {
    name: 'a number that runs is waited for, and runs once',
    rule: 'P-15',
    link: 'welcomed',
    before: [{ says: [request(1, 'work')] }],
    says: [request(1, 'echo'), cancel(1)],
    hears: [cancelled(1)],
  },
  {
    name: 'a number reported settled is ignored',
    rule: 'P-15',
    link: 'welcomed',
    before: [{ says: [request(1)], hears: [echoed(1)] }, { says: [ack({ floor: 1 })] }],
    says: [request(1)],
  },
  {
    name: 'a number reported settled that was never sent is ignored',
    rule: 'P-15',
    link: 'welcomed',
    before: [{ says: [ack({ floor: 3, settled: [[5, 5]] })] }],
    says: [request(2), request(5), request(4)],
    hears: [echoed(4)],
  },
  {
    name: 'a number that was cancelled is ignored',
    rule: 'P-20',
    link: 'welcomed',
    before: [{ says: [cancel(1)], hears: [cancelled(1)] }],
    says: [request(1)],
  },
  {
    name: 'the 257th number that waits closes the link',
    rule: 'P-14',
    link: 'welcomed',
    before: [{ says: requests(1, 256, 'work') }],
    says: [request(257)],
    closes: 4400,
    // The session is kept, and so is what runs in it.
    next: { says: [cancel(1)], hears: [cancelled(1)] },
  },
  {
    name: 'one of 256 that wait may be asked for again',
    rule: 'P-14',
    link: 'welcomed',
    before: [{ says: requests(1, 256, 'work') }],
    says: [request(7, 'work'), ...Array.from({ length: 256 }, (_, index) => cancel(index + 1))],
    hears: Array.from({ length: 256 }, (_, index) => cancelled(index + 1)),
  },
]

const asking: readonly ServerCase[] = [
  ...[0, -1, -1e300].map(
    (leftMs): ServerCase => ({
      name: `a request with ${leftMs} ms left is not run`,
      rule: 'P-15',
      link: 'welcomed',
      says: [{ ...request(1), leftMs }],
      hears: [refused(1, 'EXPIRED')],
    }),
  ),
  ...[0.5, 2 ** 31, 2 ** 53, 1e308].map(
    (leftMs): ServerCase => ({
      name: `a request with ${leftMs} ms left is run`,
      rule: 'P-14',
      link: 'welcomed',
      says: [{ ...request(1), leftMs }],
      hears: [echoed(1)],
    }),
  ),
  ...['later', '', '__proto__', 'constructor', 'toString', 'x'.repeat(10_000)].map(
    (type): ServerCase => ({
      name: `a message of type ${JSON.stringify(type.slice(0, 20))} has no handler`,
      rule: 'P-15',
      link: 'welcomed',
      says: [request(1, type)],
      hears: [refused(1, 'NO_HANDLER')],
    }),
  ),
  {
    name: 'a request that is no stream has no first chunk',
    rule: 'P-14',
    link: 'welcomed',
    says: [{ ...request(1, 'yield', { chunks: 2 }), from: 1 }],
    hears: [{ kind: 'reply', n: 1 }],
  },
  {
    name: 'a new stream that is asked for from its middle has run where nobody knows of it',
    rule: 'P-15',
    link: 'welcomed',
    says: [stream(1, 3, { from: 2 })],
    hears: [{ kind: 'error', n: 1, error: { code: 'REPLY_LOST', mayHaveExecuted: true } }],
  },
  {
    name: 'a stream that is asked for from beyond its end says no chunks, and how many there were',
    rule: 'P-17',
    link: 'welcomed',
    before: [{ says: [stream(1, 3)], hears: [...chunks(1, 0, 3), { kind: 'reply', n: 1, count: 3 }] }],
    says: [stream(1, 3, { from: 2 ** 53 - 1 })],
    hears: [{ kind: 'reply', n: 1, count: 3 }],
  },
  {
    name: 'a message larger than the limit, in a frame that is not, is taken',
    rule: 'P-14',
    link: 'welcomed',
    says: [request(1, 'echo', 'x'.repeat(65 * 1024))],
    hears: [echoed(1, 'x'.repeat(65 * 1024))],
  },
]

const givingUp: readonly ServerCase[] = [
  ...[1, 4, 2 ** 53 - 1].map(
    (n): ServerCase => ({
      name: `a cancel of number ${n}, of which nothing is known, is acknowledged`,
      rule: 'P-21',
      link: 'welcomed',
      says: [cancel(n)],
      hears: [cancelled(n)],
    }),
  ),
  {
    name: 'a cancel that comes twice is acknowledged twice',
    rule: 'P-21',
    link: 'welcomed',
    before: [{ says: [request(1, 'work')] }],
    says: [cancel(1), cancel(1)],
    hears: [cancelled(1), cancelled(1)],
  },
  {
    name: 'a cancel of what was answered is acknowledged',
    rule: 'P-21',
    link: 'welcomed',
    before: [{ says: [request(1)], hears: [echoed(1)] }],
    says: [cancel(1)],
    hears: [cancelled(1)],
  },
  {
    name: 'a cancel of what was reported settled is acknowledged',
    rule: 'P-21',
    link: 'welcomed',
    before: [{ says: [request(1)], hears: [echoed(1)] }, { says: [ack({ floor: 1 })] }],
    says: [cancel(1)],
    hears: [cancelled(1)],
  },
]

const confirming: readonly ServerCase[] = [
  { name: 'an ack before anything is ignored', rule: 'P-22', link: 'welcomed', says: [ack()] },
  {
    name: 'an ack of a push when none was sent closes the link',
    rule: 'P-22',
    link: 'welcomed',
    says: [ack({ push: 1 })],
    closes: 4400,
  },
  {
    name: 'an ack of a push beyond the last one closes the link',
    rule: 'P-22',
    link: 'welcomed',
    before: [
      {
        says: [request(1, 'push', { pushes: 2 })],
        hears: [
          { kind: 'push', push: 1 },
          { kind: 'push', push: 2 },
          { kind: 'reply', n: 1 },
        ],
      },
    ],
    says: [ack({ push: 3 })],
    closes: 4400,
    next: {
      says: [],
      hears: [
        { kind: 'push', push: 1 },
        { kind: 'push', push: 2 },
      ],
    },
  },
  {
    name: 'an ack that goes backwards is ignored, number for number',
    rule: 'P-22',
    link: 'welcomed',
    before: [
      {
        says: [request(1, 'push', { pushes: 2 })],
        hears: [
          { kind: 'push', push: 1 },
          { kind: 'push', push: 2 },
          { kind: 'reply', n: 1 },
        ],
      },
      { says: [ack({ push: 2, floor: 1, settled: [[3, 3]] })] },
    ],
    says: [ack(), request(3), request(1)],
  },
  {
    name: 'settled numbers may touch the floor or lie below it',
    rule: 'P-22',
    link: 'welcomed',
    says: [
      ack({
        floor: 3,
        settled: [
          [2, 2],
          [4, 4],
        ],
      }),
      request(4),
      request(5),
    ],
    hears: [echoed(5)],
  },
  {
    name: 'more ranges than a client may need are taken; beyond what a journal keeps, the lowest holes count as settled',
    rule: 'P-22',
    link: 'welcomed',
    says: [
      ack({ settled: Array.from({ length: 2_000 }, (_, index) => [10 + 3 * index, 10 + 3 * index]) }),
      request(1),
      request(9_000),
    ],
    hears: [echoed(9_000)],
  },
  {
    name: 'everything may be reported settled: then nothing is run any more',
    rule: 'P-22',
    link: 'welcomed',
    says: [ack({ floor: 2 ** 53 - 1 }), request(1)],
    mute: true,
  },
  {
    name: 'what runs may be reported settled: its answer is not sent',
    rule: 'P-22',
    link: 'welcomed',
    before: [{ says: [request(1, 'work')] }],
    says: [ack({ settled: [[1, 1]] }), request(1)],
  },
  {
    name: 'chunks taken of a request that nobody knows are ignored',
    rule: 'P-22',
    link: 'welcomed',
    says: [
      ack({
        chunks: [
          [1, 1],
          [2 ** 53 - 1, 2 ** 53 - 1],
        ],
      }),
    ],
  },
  {
    name: 'chunks taken of a request that is no stream are ignored',
    rule: 'P-22',
    link: 'welcomed',
    before: [{ says: [request(1, 'work'), request(2)], hears: [echoed(2)] }],
    says: [
      ack({
        chunks: [
          [1, 5],
          [2, 5],
        ],
      }),
      request(2),
    ],
    hears: [echoed(2)],
  },
  {
    name: 'more chunks taken than were sent count as all that were',
    rule: 'P-22',
    link: 'welcomed',
    before: [{ says: [stream(1, 300)], hears: chunks(1, 0, 256) }],
    says: [ack({ chunks: [[1, 2 ** 53 - 1]] })],
    hears: [...chunks(1, 256, 44), { kind: 'reply', n: 1, count: 300 }],
  },
  {
    name: 'chunks taken that go backwards are ignored',
    rule: 'P-22',
    link: 'welcomed',
    before: [
      { says: [stream(1, 300)], hears: chunks(1, 0, 256) },
      { says: [ack({ chunks: [[1, 10]] })], hears: chunks(1, 256, 10) },
    ],
    says: [
      ack({ chunks: [[1, 0]] }),
      ack({
        chunks: [
          [1, 9],
          [1, 11],
        ],
      }),
    ],
    hears: chunks(1, 266, 1),
  },
  {
    name: 'chunks that were taken cannot be asked for again',
    rule: 'P-15',
    link: 'welcomed',
    before: [
      { says: [stream(1, 3)], hears: [...chunks(1, 0, 3), { kind: 'reply', n: 1 }] },
      { says: [ack({ chunks: [[1, 2]] })] },
      { says: [stream(1, 3, { from: 2 })], hears: [...chunks(1, 2, 1), { kind: 'reply', n: 1, count: 3 }] },
    ],
    says: [stream(1, 3, { from: 1 })],
    hears: [{ kind: 'error', n: 1, error: { code: 'REPLY_LOST', mayHaveExecuted: true } }],
  },
]

const answering: readonly ServerCase[] = [
  ...[answer, answerError].flatMap((frame): readonly ServerCase[] => [
    {
      name: `an ${frame(1).kind} to a push that was never sent is confirmed and dropped`,
      rule: 'P-33',
      link: 'welcomed',
      says: [frame(1), frame(2 ** 53 - 1)],
      hears: [answered(1), answered(2 ** 53 - 1)],
    },
    {
      name: `an ${frame(1).kind} to a push that did not ask is confirmed and dropped, each time`,
      rule: 'P-33',
      link: 'welcomed',
      before: [
        {
          says: [request(1, 'push', { pushes: 1 })],
          hears: [
            { kind: 'push', push: 1 },
            { kind: 'reply', n: 1 },
          ],
        },
      ],
      says: [frame(1), frame(1), answer(1), answerError(1)],
      hears: [answered(1), answered(1), answered(1), answered(1)],
      next: { says: [], hears: [{ kind: 'push', push: 1 }] },
    },
  ]),
  {
    name: 'a token, where everybody is a guest, is taken each time',
    rule: 'P-34',
    link: 'welcomed',
    says: [token(), token(), token('')],
    hears: [{ kind: 'authorized' }, { kind: 'authorized' }, { kind: 'authorized' }],
  },
]

const lifeAndDeath: readonly ServerCase[] = [
  {
    name: 'a ping is answered, also with fields of a newer version',
    rule: 'P-28',
    link: 'welcomed',
    says: [{ kind: 'ping', at: 5 }],
  },
  { name: 'a pong that nobody asked for is ignored', rule: 'P-28', link: 'welcomed', says: [{ kind: 'pong' }] },
  {
    name: 'bye ends the session',
    rule: 'P-30',
    link: 'welcomed',
    says: [{ kind: 'bye' }],
    closes: 1000,
    session: 'ended',
  },
  {
    name: 'what comes after bye is ignored',
    rule: 'P-30',
    link: 'welcomed',
    says: [{ kind: 'bye' }, request(1), { kind: 'bye' }, cancel(1), { kind: 'ping' }],
    closes: 1000,
    session: 'ended',
  },
  {
    name: 'what comes after a garbled frame is ignored',
    rule: 'P-3',
    link: 'welcomed',
    says: [{ text: '' }, { kind: 'bye' }],
    closes: 4400,
  },
]

/** Those written by hand, which are measured over real sockets, too. */
export const isOneOfMany = ({ name }: ServerCase): boolean =>
  /^(hello|request|cancel|ack|token|answer|answerError)\.\S+ /.test(name)

export const serverCases: readonly ServerCase[] = [
  ...beforeWelcome,
  ...hellos,
  ...texts,
  ...numbers,
  ...asking,
  ...givingUp,
  ...confirming,
  ...answering,
  ...lifeAndDeath,
]
