/** The zod schemas of everything that travels, and of the message that applications see; the only file that imports zod. */

import * as z from 'zod/mini'
import { errorCodes, type WireError } from './errors.js'
import { type Range, type ReceivedByClient, type ReceivedByServer, refuseCodes, requestModes } from './frames.js'
import { timestampPattern } from './guards.js'
import { isLongerThan, type JsonObject, type JsonValue } from './json.js'
import { type Limits, limits } from './limits.js'
import { type Message, parties, type RequestMessage, type WireMessage } from './message.js'

// ---- what a field may be ----

/** What was read from JSON is JSON; it must only be there. */
const json: z.ZodMiniType<JsonValue> = z.any()
const jsonObject: z.ZodMiniType<JsonObject> = z.record(z.string(), json)
const timestamp = z.string().check(z.regex(timestampPattern))
const party = z.enum(parties)
const name = z.string().check(z.minLength(1), z.maxLength(limits.nameLength))

const token = z.string().check(z.refine((text) => !isLongerThan(text, limits.tokenBytes)))

/** Of requests, pushes and attempts [P-4]. */
const number = z.int().check(z.minimum(1))
/** A number, or 0 for "none yet"; the number of a chunk [P-4]. */
const count = z.int().check(z.minimum(0))
const delay = z.number().check(z.minimum(0))

const pair = z.tuple([number, count])
const ranges = z.array(z.tuple([number, number])).check(z.refine(areAscending))

/** From ≤ to, ascending, and not touching [P-4]. */
function areAscending(ranges: readonly Range[]): boolean {
  let last = Number.NEGATIVE_INFINITY
  for (const [from, to] of ranges) {
    if (from > to || from <= last + 1) return false
    last = to
  }
  return true
}

// ---- messages ----

/** The message that handlers and listeners see: all eight fields. */
export const messageSchema = z.object({
  id: z.string(),
  type: z.string(),
  from: party,
  to: party,
  content: json,
  sessionId: z.string(),
  timestamp,
  metadata: jsonObject,
}) satisfies z.ZodMiniType<Message>

/** The message as it travels, without what the link knows [P-7]. */
export const wireMessageSchema = z.object({
  id: z.string(),
  timestamp,
  type: z.exactOptional(z.string()),
  from: z.exactOptional(party),
  to: z.exactOptional(party),
  content: z.exactOptional(json),
  metadata: z.exactOptional(jsonObject),
}) satisfies z.ZodMiniType<WireMessage>

const requestMessage = z.extend(wireMessageSchema, { type: z.string() }) satisfies z.ZodMiniType<RequestMessage>

// ---- frames ----

const welcomeLimits = z.object({ messageBytes: number, window: number, ranges: number }) satisfies z.ZodMiniType<Limits>

const wireError = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  mayHaveExecuted: z.boolean(),
  retryAfterMs: z.exactOptional(delay),
  failure: z.exactOptional(json),
}) satisfies z.ZodMiniType<WireError>

const ping = z.object({ kind: z.literal('ping') })
const pong = z.object({ kind: z.literal('pong') })

/** Each frame that a client may send, by its kind. */
export const clientFrameSchemas = {
  hello: z.object({
    kind: z.literal('hello'),
    version: number,
    client: name,
    secret: name,
    attempt: number,
    epoch: z.exactOptional(name),
    lastPush: count,
    floor: count,
    settled: ranges,
    page: name,
    token: z.exactOptional(token),
  }),
  request: z.object({
    kind: z.literal('request'),
    n: number,
    mode: z.enum(requestModes),
    leftMs: z.number(),
    from: z.exactOptional(count),
    message: requestMessage,
  }),
  cancel: z.object({ kind: z.literal('cancel'), n: number }),
  ack: z.object({
    kind: z.literal('ack'),
    push: count,
    floor: count,
    settled: ranges,
    chunks: z.exactOptional(z.array(pair)),
  }),
  bye: z.object({ kind: z.literal('bye') }),
  token: z.object({ kind: z.literal('token'), token }),
  answer: z.object({ kind: z.literal('answer'), push: number, message: wireMessageSchema }),
  answerError: z.object({ kind: z.literal('answerError'), push: number, error: wireError }),
  ping,
  pong,
}

/** Each frame that a server may send, by its kind. */
export const serverFrameSchemas = {
  welcome: z.object({
    kind: z.literal('welcome'),
    sessionId: name,
    epoch: name,
    resumed: z.boolean(),
    head: count,
    gap: z.exactOptional(z.object({ from: number, to: number })),
    idempotent: z.array(z.string()),
    limits: welcomeLimits,
    heartbeatMs: z.number().check(z.positive()),
    expiresInMs: z.exactOptional(delay),
  }),
  refuse: z.object({
    kind: z.literal('refuse'),
    code: z.enum(refuseCodes),
    message: z.string(),
    retryAfterMs: z.exactOptional(delay),
  }),
  started: z.object({ kind: z.literal('started'), n: number }),
  reply: z.object({ kind: z.literal('reply'), n: number, count: z.exactOptional(count), message: wireMessageSchema }),
  error: z.object({
    kind: z.literal('error'),
    n: number,
    count: z.exactOptional(count),
    refused: z.exactOptional(z.literal(true)),
    error: wireError,
  }),
  chunk: z.object({ kind: z.literal('chunk'), n: number, chunk: count, content: json }),
  cancelled: z.object({ kind: z.literal('cancelled'), n: number }),
  push: z.object({
    kind: z.literal('push'),
    push: number,
    leftMs: z.exactOptional(z.number()),
    message: wireMessageSchema,
  }),
  answered: z.object({ kind: z.literal('answered'), push: number }),
  withdrawn: z.object({ kind: z.literal('withdrawn'), push: number, ask: number }),
  gap: z.object({ kind: z.literal('gap'), from: number, to: number }),
  authorized: z.object({ kind: z.literal('authorized'), expiresInMs: z.exactOptional(delay) }),
  drain: z.object({ kind: z.literal('drain'), taken: count, retryAfterMs: delay, windowMs: delay }),
  ping,
  pong,
}

/** Any frame that a client may send. */
export const clientFrameSchema = z.discriminatedUnion('kind', [
  clientFrameSchemas.hello,
  clientFrameSchemas.request,
  clientFrameSchemas.cancel,
  clientFrameSchemas.ack,
  clientFrameSchemas.bye,
  clientFrameSchemas.token,
  clientFrameSchemas.answer,
  clientFrameSchemas.answerError,
  ping,
  pong,
]) satisfies z.ZodMiniType<ReceivedByServer>

/** Any frame that a server may send. */
export const serverFrameSchema = z.discriminatedUnion('kind', [
  serverFrameSchemas.welcome,
  serverFrameSchemas.refuse,
  serverFrameSchemas.started,
  serverFrameSchemas.reply,
  serverFrameSchemas.error,
  serverFrameSchemas.chunk,
  serverFrameSchemas.cancelled,
  serverFrameSchemas.push,
  serverFrameSchemas.answered,
  serverFrameSchemas.withdrawn,
  serverFrameSchemas.gap,
  serverFrameSchemas.authorized,
  serverFrameSchemas.drain,
  ping,
  pong,
]) satisfies z.ZodMiniType<ReceivedByClient>
