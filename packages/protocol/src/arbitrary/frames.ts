/** Frames, messages and JSON drawn at random, for property tests. */

import fc from 'fast-check'
import { errorCodes, type WireError } from '../errors.js'
import { type Range, type ReceivedByClient, type ReceivedByServer, refuseCodes, requestModes } from '../frames.js'
import type { JsonObject, JsonValue } from '../json.js'
import { parties, type RequestMessage, type WireMessage } from '../message.js'

/** A value as JSON brings it: no `-0`, and no key `__proto__`, which receivers drop. */
const asReceived = (value: unknown) =>
  JSON.parse(JSON.stringify(value), (key, inner) => (key === '__proto__' ? undefined : inner))

export const json: fc.Arbitrary<JsonValue> = fc.jsonValue({ maxDepth: 4 }).map(asReceived)
const jsonObject: fc.Arbitrary<JsonObject> = fc.dictionary(fc.string(), json, { maxKeys: 3 }).map(asReceived)

const number = fc.oneof(
  fc.integer({ min: 1, max: 20 }),
  fc.maxSafeInteger().map((n) => Math.abs(n) || 1),
)
const count = fc.oneof(fc.nat(20), fc.maxSafeNat())
const delay = fc.oneof(fc.nat(10_000), fc.double({ min: 0, max: 1e9, noNaN: true }).map(asReceived))
const name = fc.string({ minLength: 1, maxLength: 128 })
const party = fc.constantFrom(...parties)
const two = (most: number) => fc.nat(most).map((n) => String(n).padStart(2, '0'))
const timestamp = fc
  .tuple(two(28), two(23), two(59), fc.constantFrom('', '.5', '.250', '.123456789'))
  .map(([day, hour, second, decimals]) => `2026-11-${day}T${hour}:00:${second}${decimals}Z`)

const pair = fc.tuple(number, count)
/** Ranges from the widths of holes and of what stands between them. */
export const ranges: fc.Arbitrary<readonly Range[]> = fc
  .array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 6 })
  .map((widths) => {
    let last = -1
    return widths.map(([hole, width]): Range => {
      const from = last + 2 + hole
      last = from + width
      return [from, last]
    })
  })

const messageFields = {
  id: fc.string(),
  timestamp,
  type: fc.string(),
  from: party,
  to: party,
  content: json,
  metadata: jsonObject,
}
export const wireMessage: fc.Arbitrary<WireMessage> = fc.record(messageFields, { requiredKeys: ['id', 'timestamp'] })
const requestMessage: fc.Arbitrary<RequestMessage> = fc.record(messageFields, {
  requiredKeys: ['id', 'timestamp', 'type'],
})

const wireError: fc.Arbitrary<WireError> = fc.record(
  {
    code: fc.constantFrom(...errorCodes),
    message: fc.string(),
    mayHaveExecuted: fc.boolean(),
    retryAfterMs: delay,
    failure: json,
  },
  { requiredKeys: ['code', 'message', 'mayHaveExecuted'] },
)

const ping = fc.record({ kind: fc.constant('ping' as const) })
const pong = fc.record({ kind: fc.constant('pong' as const) })

/** An arbitrary for each kind, so that none can be forgotten. */
type ByKind<Frame extends { readonly kind: string }> = {
  readonly [Kind in Frame['kind']]: fc.Arbitrary<Extract<Frame, { readonly kind: Kind }>>
}

export const clientFrames: ByKind<ReceivedByServer> = {
  hello: fc.record(
    {
      kind: fc.constant('hello' as const),
      version: number,
      client: name,
      secret: name,
      attempt: number,
      epoch: name,
      lastPush: count,
      floor: count,
      settled: ranges,
      page: name,
      token: fc.string(),
    },
    { requiredKeys: ['kind', 'version', 'client', 'secret', 'attempt', 'lastPush', 'floor', 'settled', 'page'] },
  ),
  request: fc.record(
    {
      kind: fc.constant('request' as const),
      n: number,
      mode: fc.constantFrom(...requestModes),
      leftMs: fc.oneof(delay, fc.constant(-5)),
      from: count,
      message: requestMessage,
    },
    { requiredKeys: ['kind', 'n', 'mode', 'leftMs', 'message'] },
  ),
  cancel: fc.record({ kind: fc.constant('cancel' as const), n: number }),
  ack: fc.record(
    {
      kind: fc.constant('ack' as const),
      push: count,
      floor: count,
      settled: ranges,
      chunks: fc.array(pair, { maxLength: 3 }),
    },
    { requiredKeys: ['kind', 'push', 'floor', 'settled'] },
  ),
  bye: fc.record({ kind: fc.constant('bye' as const) }),
  token: fc.record({ kind: fc.constant('token' as const), token: fc.string() }),
  answer: fc.record({ kind: fc.constant('answer' as const), push: number, message: wireMessage }),
  answerError: fc.record({ kind: fc.constant('answerError' as const), push: number, error: wireError }),
  ping,
  pong,
}

export const serverFrames: ByKind<ReceivedByClient> = {
  welcome: fc.record(
    {
      kind: fc.constant('welcome' as const),
      sessionId: name,
      epoch: name,
      resumed: fc.boolean(),
      head: count,
      gap: fc.record({ from: number, to: number }),
      idempotent: fc.array(fc.string(), { maxLength: 3 }),
      limits: fc.record({ messageBytes: number, window: number, ranges: number }),
      heartbeatMs: number,
      expiresInMs: delay,
    },
    { requiredKeys: ['kind', 'sessionId', 'epoch', 'resumed', 'head', 'idempotent', 'limits', 'heartbeatMs'] },
  ),
  refuse: fc.record(
    {
      kind: fc.constant('refuse' as const),
      code: fc.constantFrom(...refuseCodes),
      message: fc.string(),
      retryAfterMs: delay,
    },
    { requiredKeys: ['kind', 'code', 'message'] },
  ),
  started: fc.record({ kind: fc.constant('started' as const), n: number }),
  reply: fc.record(
    { kind: fc.constant('reply' as const), n: number, count, message: wireMessage },
    { requiredKeys: ['kind', 'n', 'message'] },
  ),
  error: fc.record(
    {
      kind: fc.constant('error' as const),
      n: number,
      count,
      refused: fc.constant(true as const),
      error: wireError,
    },
    { requiredKeys: ['kind', 'n', 'error'] },
  ),
  chunk: fc.record({ kind: fc.constant('chunk' as const), n: number, chunk: count, content: json }),
  cancelled: fc.record({ kind: fc.constant('cancelled' as const), n: number }),
  push: fc.record(
    { kind: fc.constant('push' as const), push: number, leftMs: delay, message: wireMessage },
    { requiredKeys: ['kind', 'push', 'message'] },
  ),
  answered: fc.record({ kind: fc.constant('answered' as const), push: number }),
  withdrawn: fc.record({ kind: fc.constant('withdrawn' as const), push: number, ask: number }),
  gap: fc.record({ kind: fc.constant('gap' as const), from: number, to: number }),
  authorized: fc.record({ kind: fc.constant('authorized' as const), expiresInMs: delay }, { requiredKeys: ['kind'] }),
  drain: fc.record({ kind: fc.constant('drain' as const), taken: count, retryAfterMs: delay, windowMs: delay }),
  ping,
  pong,
}

export const clientFrame = fc.oneof(...Object.values<fc.Arbitrary<ReceivedByServer>>(clientFrames))
export const serverFrame = fc.oneof(...Object.values<fc.Arbitrary<ReceivedByClient>>(serverFrames))
