/** What servers must not say, or may say though it looks odd, and what a client does with it. */

import { type ClientCase, type Move, together, type Wire } from './case.js'
import {
  answered,
  authorized,
  chunk,
  drain,
  error,
  push,
  reply,
  spoiltFields,
  welcome,
  welcomedServerFields,
  welcomeFields,
  withdrawn,
} from './sound-frames.js'

const depth = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
const padded = (frame: object, bytes: number) => {
  const text = JSON.stringify(frame)
  return { text: `${text.slice(0, -1)},"pad":"${'x'.repeat(bytes - text.length - 9)}"}` }
}
const chunks = (n: number, first: number, last: number): readonly Wire[] =>
  Array.from({ length: last - first + 1 }, (_, index) => chunk(n, first + index))
const started = (n: number) => ({ kind: 'started', n })
const cancelled = (n: number) => ({ kind: 'cancelled', n })
const refuse = (code: string, over: object = {}) => ({ kind: 'refuse', code, message: 'No.', ...over })
const gap = (from: number, to: number) => ({ kind: 'gap', from, to })
const asks = (...modes: readonly ('request' | 'stream' | 'send')[]): readonly Move[] =>
  modes.map((mode) => ({ asks: mode }))

/** Larger than any frame of a server's. */
const tooLarge = 1024 * 1024 + 8 * 1024

/** Texts that are no frame. */
const noFrames: readonly (readonly [what: string, wire: Wire])[] = [
  ['an empty text', { text: '' }],
  ['no JSON', { text: 'hello' }],
  ['JSON cut short', { text: '{"kind":"ping"' }],
  ['JSON with more behind it', { text: '{"kind":"ping"}{}' }],
  ['null', { text: 'null' }],
  ['an array', { text: '[{"kind":"ping"}]' }],
  ['an empty line', { text: '\n{"kind":"pong"}' }],
  ['a frame over two lines', { text: '{"kind":\n"pong"}' }],
  ['an object without a kind', { text: '{}' }],
  ['a kind that is a number', { text: '{"kind":1}' }],
  ['a kind only in __proto__', { text: '{"__proto__":{"kind":"ping"}}' }],
  ['65 levels', { text: `{"kind":"ping","deep":${depth(64)}}` }],
  ['a frame that is too large', padded({ kind: 'ping' }, tooLarge + 1)],
  ['a binary message', { binary: [123, 125] }],
]

const beforeWelcome: readonly ClientCase[] = [
  ...noFrames.map(
    ([what, wire]): ClientCase => ({
      name: `${what}, before welcome, drops the link`,
      rule: 'binary' in wire ? 'P-2' : 'P-3',
      link: 'greeting',
      says: [wire],
      drops: 4400,
    }),
  ),
  ...[
    started(1),
    reply(1),
    error(1),
    chunk(1, 0),
    cancelled(1),
    push(1),
    gap(1, 1),
    answered(1),
    withdrawn(1, 1),
    drain(0),
    authorized,
    { kind: 'pong' },
    { kind: 'later' },
    { kind: 'hello' },
  ].map(
    (frame): ClientCase => ({
      name: `a ${frame.kind} before welcome drops the link`,
      rule: 'P-5',
      link: 'greeting',
      says: [frame],
      drops: 4400,
    }),
  ),
  {
    name: 'a ping before welcome is no offence, and not answered',
    rule: 'P-5',
    link: 'greeting',
    says: [{ kind: 'ping' }, { kind: 'ping' }],
  },
  ...[...spoiltFields(welcomeFields)].map(
    ({ name, wire }): ClientCase => ({
      name: `${name} drops the link`,
      rule: 'P-3',
      link: 'greeting',
      says: [wire],
      drops: 4400,
    }),
  ),
  ...[...spoiltFields({ frame: refuse('full'), fields: [['code', ['later', '', null, undefined]]] })].map(
    ({ name, wire }): ClientCase => ({
      name: `${name} is garbled, before welcome too`,
      rule: 'P-3',
      link: 'greeting',
      says: [wire],
      drops: 4400,
    }),
  ),
  ...(['full', 'draining'] as const).map(
    (code): ClientCase => ({
      name: `refuse ${code} makes it dial again`,
      rule: 'P-13',
      link: 'greeting',
      says: [refuse(code, { retryAfterMs: 1_000 })],
      drops: 1000,
    }),
  ),
  ...(['stale', 'superseded', 'not-yours'] as const).map(
    (code): ClientCase => ({
      name: `refuse ${code} makes it another client`,
      rule: 'P-13',
      link: 'greeting',
      says: [refuse(code)],
      drops: 1000,
      becomes: 'another',
      ...(code === 'not-yours' && { settles: { 1: 'SESSION_GONE' } }),
    }),
  ),
  {
    name: 'refuse unauthorized makes it dial again, once, with a fresh token',
    rule: 'P-13',
    link: 'greeting',
    says: [refuse('unauthorized')],
    drops: 1000,
  },
  {
    name: 'refuse version is final',
    rule: 'P-13',
    link: 'greeting',
    says: [refuse('version')],
    drops: 1000,
    becomes: 'closed',
    settles: { 1: 'UNSUPPORTED_VERSION' },
  },
  {
    name: 'refuse invalid is final',
    rule: 'P-13',
    link: 'greeting',
    says: [refuse('invalid')],
    drops: 1000,
    becomes: 'closed',
    settles: { 1: 'INVALID_MESSAGE' },
  },
  {
    name: 'what comes after a refuse is ignored',
    rule: 'P-13',
    link: 'greeting',
    says: [refuse('full'), welcome, refuse('version'), { text: '' }],
    drops: 1000,
  },
]

const texts: readonly ClientCase[] = [
  ...noFrames.map(
    ([what, wire]): ClientCase => ({
      name: `${what} drops the link and keeps the session`,
      rule: 'binary' in wire ? 'P-2' : 'P-3',
      link: 'welcomed',
      says: [wire],
      drops: 4400,
    }),
  ),
  ...welcomedServerFields.flatMap((fields) =>
    [...spoiltFields(fields)].map(
      ({ name, wire }): ClientCase => ({
        name: `${name} drops the link and keeps the session`,
        rule: 'P-3',
        link: 'welcomed',
        before: asks('stream'),
        says: [wire],
        drops: 4400,
      }),
    ),
  ),
  {
    name: 'a frame of 1 MiB and 8 KiB is read',
    rule: 'P-3',
    link: 'welcomed',
    says: [padded({ kind: 'pong' }, tooLarge)],
  },
  {
    name: '64 levels are read',
    rule: 'P-3',
    link: 'welcomed',
    says: [{ text: `{"kind":"pong","deep":${depth(63)}}` }],
  },
  ...['later', '', 'constructor', 'toString', '__proto__', 'hello', 'request', 'cancel', 'ack', 'bye'].map(
    (kind): ClientCase => ({
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
    before: asks('request'),
    says: [reply(2, { later: [1] })],
    settles: { 2: 'ok' },
  },
  {
    name: 'a key __proto__ is dropped',
    rule: 'P-3',
    link: 'welcomed',
    before: asks('request'),
    says: [{ text: JSON.stringify(reply(2)).replace('"content":"said"', '"content":{"\\u005f_proto__":{"x":1}}') }],
    settles: { 2: 'ok' },
  },
  {
    name: 'the frames of one text are taken in order, those of an unknown kind left out',
    rule: 'P-2',
    link: 'welcomed',
    before: asks('request', 'stream'),
    says: [together(chunk(3, 0), { kind: 'later' }, reply(2), reply(3, { count: 1 }))],
    chunks: 1,
    settles: { 2: 'ok', 3: 'ok' },
  },
  {
    name: 'what comes before a garbled frame in the same text is taken, what comes after it is not',
    rule: 'P-3',
    link: 'welcomed',
    before: asks('request', 'request'),
    says: [{ text: `${together(reply(2)).text}\n{}\n${together(reply(3)).text}` }],
    drops: 4400,
    settles: { 2: 'ok' },
  },
  {
    name: 'what comes after a garbled frame is ignored',
    rule: 'P-3',
    link: 'welcomed',
    before: asks('request'),
    says: [{ text: '' }, reply(2), refuse('version')],
    drops: 4400,
  },
]

const greeting: readonly ClientCase[] = [
  { name: 'a second welcome drops the link', rule: 'P-5', link: 'welcomed', says: [welcome], drops: 4400 },
  {
    name: 'a welcome whose gap begins beyond what is due drops the link',
    rule: 'P-24',
    link: 'greeting',
    says: [{ ...welcome, head: 9, gap: { from: 5, to: 9 } }],
    drops: 4400,
  },
  {
    name: 'a welcome that says resumed where nothing was known begins a first session all the same',
    rule: 'P-12',
    link: 'greeting',
    says: [{ ...welcome, resumed: true }],
    sends: [{ kind: 'request', n: 1 }],
  },
  {
    name: 'refuse superseded on a current link makes it another client, and what was sent is unknown',
    rule: 'P-13',
    link: 'welcomed',
    before: asks('request'),
    says: [refuse('superseded')],
    drops: 1000,
    becomes: 'another',
    settles: { 1: 'OUTCOME_UNKNOWN', 2: 'OUTCOME_UNKNOWN' },
  },
  {
    name: 'refuse draining on a current link makes it dial again',
    rule: 'P-13',
    link: 'welcomed',
    says: [refuse('draining', { retryAfterMs: 500 })],
    drops: 1000,
  },
  {
    name: 'refuse version on a current link is final, and what was sent is unknown',
    rule: 'P-13',
    link: 'welcomed',
    says: [refuse('version')],
    drops: 1000,
    becomes: 'closed',
    settles: { 1: 'OUTCOME_UNKNOWN' },
  },
]

const answers: readonly ClientCase[] = [
  ...[
    started(7),
    reply(7),
    error(7),
    error(7, { code: 'RATE_LIMITED' }, { refused: true }),
    chunk(7, 0),
    cancelled(7),
    reply(2 ** 53 - 1),
  ].map(
    (frame): ClientCase => ({
      name: `a ${frame.kind} to number ${frame.n}, which was never sent, is ignored`,
      rule: 'P-18',
      link: 'welcomed',
      says: [frame],
    }),
  ),
  ...[started(2), reply(2), error(2), chunk(2, 1), cancelled(2)].map(
    (frame): ClientCase => ({
      name: `a ${frame.kind} to what is settled is ignored`,
      rule: 'P-18',
      link: 'welcomed',
      before: [...asks('stream'), { says: [chunk(2, 0), reply(2, { count: 1 })] }],
      says: [frame],
      chunks: 1,
      settles: { 2: 'ok' },
    }),
  ),
  {
    name: 'a second reply, with another content, is ignored',
    rule: 'P-18',
    link: 'welcomed',
    before: asks('request'),
    says: [reply(2), reply(2), error(2)],
    settles: { 2: 'ok' },
  },
  {
    name: 'a started that is repeated is a sign of life and nothing else',
    rule: 'P-16',
    link: 'welcomed',
    before: asks('request', 'stream'),
    says: [started(2), started(2), started(3), started(3)],
  },
  {
    name: 'a send settles when it is started, and once',
    rule: 'P-16',
    link: 'welcomed',
    before: asks('send'),
    says: [started(2), started(2), reply(2)],
    settles: { 2: 'ok' },
  },
  {
    name: 'a reply to a send settles it',
    rule: 'P-17',
    link: 'welcomed',
    before: asks('send'),
    says: [reply(2)],
    settles: { 2: 'ok' },
  },
  {
    name: 'cancelled, where nobody gave up, is ignored',
    rule: 'P-21',
    link: 'welcomed',
    before: asks('request'),
    says: [cancelled(2)],
  },
  {
    name: 'what comes for a request that was given up settles nothing',
    rule: 'P-20',
    link: 'welcomed',
    before: [...asks('stream'), { givesUp: 2 }],
    says: [started(2), chunk(2, 0), chunk(2, 7), reply(2, { count: 9 }), cancelled(2), reply(2)],
    sends: [{ kind: 'cancel', n: 2 }],
    settles: { 2: 'ABORTED' },
  },
  {
    name: 'a refusal for now makes it send the same number again',
    rule: 'P-18',
    link: 'welcomed',
    before: asks('request'),
    says: [error(2, { code: 'RATE_LIMITED', mayHaveExecuted: false, retryAfterMs: 500 }, { refused: true })],
    passes: 1_000,
    sends: [{ kind: 'request', n: 2 }],
  },
  {
    name: 'an error that is final settles, also when it says refused',
    rule: 'P-18',
    link: 'welcomed',
    before: asks('request', 'request'),
    says: [
      error(2, { code: 'NO_HANDLER', mayHaveExecuted: false }, { refused: true }),
      error(3, { code: 'RATE_LIMITED', mayHaveExecuted: false }),
    ],
    settles: { 2: 'NO_HANDLER', 3: 'RATE_LIMITED' },
  },
]

const streams: readonly ClientCase[] = [
  {
    name: 'a chunk that jumps drops the link, and the stream is asked for from the one that is due',
    rule: 'P-19',
    link: 'welcomed',
    before: asks('stream'),
    says: [chunk(2, 0), chunk(2, 2)],
    chunks: 1,
    drops: 4400,
    asksFrom: { 2: 1 },
  },
  {
    name: 'a first chunk that is not number 0 is a jump',
    rule: 'P-19',
    link: 'welcomed',
    before: asks('stream'),
    says: [chunk(2, 2 ** 53 - 1)],
    drops: 4400,
    asksFrom: { 2: 0 },
  },
  {
    name: 'a chunk that is repeated is ignored',
    rule: 'P-19',
    link: 'welcomed',
    before: asks('stream'),
    says: [chunk(2, 0), chunk(2, 0), chunk(2, 1), chunk(2, 0), chunk(2, 1)],
    chunks: 2,
  },
  {
    name: 'a chunk of a request that is no stream is ignored',
    rule: 'P-19',
    link: 'welcomed',
    before: asks('request', 'send'),
    says: [chunk(2, 0), chunk(2, 5), chunk(3, 0)],
  },
  {
    name: 'a reply that counts more chunks than came drops the link',
    rule: 'P-17',
    link: 'welcomed',
    before: asks('stream'),
    says: [chunk(2, 0), reply(2, { count: 2 })],
    chunks: 1,
    drops: 4400,
    asksFrom: { 2: 1 },
  },
  {
    name: 'a reply that counts fewer chunks than came is taken',
    rule: 'P-17',
    link: 'welcomed',
    before: asks('stream'),
    says: [chunk(2, 0), chunk(2, 1), reply(2, { count: 1 })],
    chunks: 2,
    settles: { 2: 'ok' },
  },
  {
    name: 'a reply to a stream that does not count is taken',
    rule: 'P-17',
    link: 'welcomed',
    before: asks('stream'),
    says: [chunk(2, 0), reply(2)],
    chunks: 1,
    settles: { 2: 'ok' },
  },
  {
    name: 'a reply that counts chunks where none were asked for is taken',
    rule: 'P-17',
    link: 'welcomed',
    before: asks('request'),
    says: [reply(2, { count: 3 })],
    settles: { 2: 'ok' },
  },
  {
    name: 'an error ends a stream, whatever it counts',
    rule: 'P-18',
    link: 'welcomed',
    before: asks('stream'),
    says: [chunk(2, 0), error(2, {}, { count: 9 })],
    chunks: 1,
    settles: { 2: 'HANDLER_FAILED' },
  },
  {
    name: 'twice the window of chunks may wait for a reader',
    rule: 'P-19',
    link: 'welcomed',
    before: asks('stream'),
    says: chunks(2, 0, 511),
    chunks: 512,
  },
  {
    name: 'more than that drops the link',
    rule: 'P-19',
    link: 'welcomed',
    before: asks('stream'),
    says: chunks(2, 0, 512),
    chunks: 512,
    drops: 4400,
    asksFrom: { 2: 512 },
  },
]

const pushes: readonly ClientCase[] = [
  {
    name: 'a push that jumps drops the link',
    rule: 'P-23',
    link: 'welcomed',
    says: [push(1), push(3)],
    announces: ['push 1'],
    drops: 4400,
  },
  {
    name: 'an old push is ignored',
    rule: 'P-23',
    link: 'welcomed',
    says: [push(1), push(1), push(2), push(1)],
    announces: ['push 1', 'push 2'],
  },
  {
    name: 'a gap says how far it goes, and what follows is due',
    rule: 'P-24',
    link: 'welcomed',
    says: [push(1), gap(2, 5), push(6)],
    announces: ['push 1', [2, 5], 'push 6'],
  },
  {
    name: 'a gap that begins beyond what is due drops the link',
    rule: 'P-24',
    link: 'welcomed',
    says: [push(1), gap(3, 5)],
    announces: ['push 1'],
    drops: 4400,
  },
  {
    name: 'an old gap is ignored',
    rule: 'P-24',
    link: 'welcomed',
    says: [push(1), push(2), gap(1, 2)],
    announces: ['push 1', 'push 2'],
  },
  {
    name: 'of a gap that reaches back only what is missing is announced',
    rule: 'P-24',
    link: 'welcomed',
    says: [push(1), push(2), gap(1, 4), push(5)],
    announces: ['push 1', 'push 2', [3, 4], 'push 5'],
  },
]

/** A push that wants an answer, of a type that has no handler here. */
const asked = (number: number) => ({ ...push(number), leftMs: 30_000 })

const beingAsked: readonly ClientCase[] = [
  {
    name: 'an ask that is repeated is answered once',
    rule: 'P-33',
    link: 'welcomed',
    says: [asked(1), asked(1)],
    sends: [{ kind: 'answerError', push: 1, error: { code: 'NO_HANDLER', mayHaveExecuted: false } }],
  },
  {
    name: 'answered, of what was not answered, or twice, is ignored',
    rule: 'P-33',
    link: 'welcomed',
    says: [answered(1), asked(1), answered(1), answered(1), answered(2 ** 53 - 1)],
    sends: [{ kind: 'answerError', push: 1 }],
  },
  {
    name: 'a withdrawal of what did not ask, or of no push, takes its number and does nothing',
    rule: 'P-33',
    link: 'welcomed',
    says: [push(1), withdrawn(2, 1), withdrawn(3, 2 ** 53 - 1), push(4)],
    announces: ['push 1', 'push 4'],
  },
  {
    name: 'a withdrawal that stands for the push itself is nothing but its number',
    rule: 'P-33',
    link: 'welcomed',
    says: [withdrawn(1, 1), push(2)],
    announces: ['push 2'],
  },
  {
    name: 'a withdrawal that is repeated, or comes twice under two numbers, is ignored',
    rule: 'P-33',
    link: 'welcomed',
    says: [asked(1), withdrawn(2, 1), withdrawn(2, 1), withdrawn(3, 1), push(4)],
    sends: [{ kind: 'answerError', push: 1 }],
    announces: ['push 4'],
  },
  {
    name: 'a withdrawal whose number jumps drops the link',
    rule: 'P-23',
    link: 'welcomed',
    says: [push(1), withdrawn(3, 1)],
    announces: ['push 1'],
    drops: 4400,
  },
]

const leaving: readonly ClientCase[] = [
  {
    name: 'a drain that comes twice is one: what was taken is waited for',
    rule: 'P-32',
    link: 'welcomed',
    before: asks('request'),
    says: [drain(2), drain(2), reply(2)],
    settles: { 2: 'ok' },
  },
  {
    name: 'a drain that has taken more than was sent is waited for as if it had taken all',
    rule: 'P-32',
    link: 'welcomed',
    says: [drain(2 ** 53 - 1)],
  },
  {
    name: 'a drain that has taken nothing makes it leave at once, and ask elsewhere',
    rule: 'P-32',
    link: 'welcomed',
    before: asks('request', 'stream'),
    says: [drain(0)],
    drops: 1000,
  },
  {
    name: 'authorized, where no token was sent, is ignored, and so is one more',
    rule: 'P-34',
    link: 'welcomed',
    says: [authorized, authorized],
  },
]

const lifeAndDeath: readonly ClientCase[] = [
  {
    name: 'each ping is answered',
    rule: 'P-28',
    link: 'welcomed',
    says: [{ kind: 'ping' }, { kind: 'ping', at: 5 }],
    sends: [{ kind: 'pong' }, { kind: 'pong' }],
  },
  { name: 'a pong that nobody asked for is ignored', rule: 'P-28', link: 'welcomed', says: [{ kind: 'pong' }] },
]

export const clientCases: readonly ClientCase[] = [
  ...beforeWelcome,
  ...texts,
  ...greeting,
  ...answers,
  ...streams,
  ...pushes,
  ...beingAsked,
  ...leaving,
  ...lifeAndDeath,
]
