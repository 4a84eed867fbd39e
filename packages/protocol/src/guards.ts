/**
 * Guards made by hand: the fields of each frame, and what each of them may be [P-3].
 * The schemas in `schema.ts` say the same, at a size that a browser should not have to load.
 */

import { errorCodes, type WireError } from './errors.js'
import { type Range, type ReceivedByClient, type ReceivedByServer, refuseCodes, requestModes } from './frames.js'
import { isLongerThan, type JsonObject, type JsonValue } from './json.js'
import { type Limits, limits } from './limits.js'
import { parties, type RequestMessage, type WireMessage } from './message.js'

type Check<Value> = (value: unknown) => value is Value

/** One check for each field of a shape, so that the compiler misses a forgotten one. What may be left out may be undefined. */
type Checks<Shape> = {
  readonly [Field in keyof Shape]-?: { readonly [_ in Field]?: never } extends Pick<Shape, Field>
    ? Check<Shape[Field] | undefined>
    : Check<Shape[Field]>
}

/** The checks of each kind of frame. */
export type ChecksOfFrames<Frame extends { readonly kind: string }> = {
  readonly [Kind in Frame['kind']]: Checks<Omit<Extract<Frame, { readonly kind: Kind }>, 'kind'>>
}

/** The name of the first field that is missing or of the wrong shape. Fields without a check are ignored [P-3]. */
export function wrongField(
  value: JsonObject,
  checks: { readonly [field: string]: Check<unknown> },
): string | undefined {
  for (const field in checks) {
    if (!checks[field]?.(value[field])) return field
  }
  return undefined
}

// ---- what a field may be ----

const isString = (value: unknown): value is string => typeof value === 'string'
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean'
const isTrue = (value: unknown): value is true => value === true
const isJson = (value: unknown): value is JsonValue => value !== undefined
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An integer from 1 to 2^53−1 [P-4]. `1e400` is read as Infinity, and stops here too. */
const isNumber = (value: unknown): value is number => isCount(value) && value > 0
/** A number, or 0 for "none yet"; the number of a chunk [P-4]. */
const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
/** Milliseconds; what is left of a time may be nothing any more. */
const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const isDelay = (value: unknown): value is number => isTime(value) && value >= 0
const isInterval = (value: unknown): value is number => isTime(value) && value > 0

/** A secret, or the name of a client, page, session or epoch. Stores make keys of them, so they are short. */
const isName = (value: unknown): value is string =>
  isString(value) && value.length > 0 && value.length <= limits.nameLength

/** At most 8 KiB [P-10]. */
const isToken = (value: unknown): value is string => isString(value) && !isLongerThan(value, limits.tokenBytes)

/** As `Date.prototype.toISOString` writes it; other languages leave out or add decimals. */
export const timestampPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/
const isTimestamp = (value: unknown): value is string => isString(value) && timestampPattern.test(value)

// What follows makes checks. Bundlers are told that calling it does nothing else, so that they can leave out frames not used.

/* @__NO_SIDE_EFFECTS__ */
function oneOf<Word extends string>(words: readonly Word[]) {
  return (value: unknown): value is Word => (words as readonly unknown[]).includes(value)
}

/* @__NO_SIDE_EFFECTS__ */
function listOf<Item>(isItem: Check<Item>) {
  return (value: unknown): value is readonly Item[] => Array.isArray(value) && value.every(isItem)
}

/* @__NO_SIDE_EFFECTS__ */
function optional<Value>(check: Check<Value>) {
  return (value: unknown): value is Value | undefined => value === undefined || check(value)
}

/* @__NO_SIDE_EFFECTS__ */
function shaped<Shape>(checks: Checks<Shape>) {
  return (value: unknown): value is Shape => isObject(value) && wrongField(value, checks) === undefined
}

const isPair = (value: unknown): value is readonly [number, number] =>
  Array.isArray(value) && value.length === 2 && isNumber(value[0]) && isCount(value[1])

/** Ranges with from ≤ to, ascending, that do not touch [P-4]. */
const isRanges = (value: unknown): value is readonly Range[] =>
  Array.isArray(value) &&
  value.every(isPair) &&
  value.every(([from, to], index) => {
    const before = value[index - 1]
    return from <= to && (before === undefined || from > before[1] + 1)
  })

// ---- the shapes ----

const isOptionalParty = optional(oneOf(parties))

/** A message as it travels [P-7]. Written out, because nearly every frame carries one: it takes half the time of a table. */
export const isWireMessage = (value: unknown): value is WireMessage =>
  isObject(value) &&
  isString(value['id']) &&
  isTimestamp(value['timestamp']) &&
  (value['type'] === undefined || isString(value['type'])) &&
  isOptionalParty(value['from']) &&
  isOptionalParty(value['to']) &&
  (value['metadata'] === undefined || isObject(value['metadata']))

const isRequestMessage = (value: unknown): value is RequestMessage => isWireMessage(value) && value.type !== undefined

const isLimits = shaped<Limits>({ messageBytes: isNumber, window: isNumber, ranges: isNumber })
const isGap = shaped<{ readonly from: number; readonly to: number }>({ from: isNumber, to: isNumber })
const isWireError = shaped<WireError>({
  code: oneOf(errorCodes),
  message: isString,
  mayHaveExecuted: isBoolean,
  retryAfterMs: optional(isDelay),
  failure: optional(isJson),
})

/** What a client may send. */
export const clientFrames: ChecksOfFrames<ReceivedByServer> = {
  hello: {
    version: isNumber,
    client: isName,
    secret: isName,
    attempt: isNumber,
    epoch: optional(isName),
    lastPush: isCount,
    floor: isCount,
    settled: isRanges,
    page: isName,
    token: optional(isToken),
  },
  request: {
    n: isNumber,
    mode: oneOf(requestModes),
    leftMs: isTime,
    from: optional(isCount),
    message: isRequestMessage,
  },
  cancel: { n: isNumber },
  ack: { push: isCount, floor: isCount, settled: isRanges, chunks: optional(listOf(isPair)) },
  bye: {},
  token: { token: isToken },
  answer: { push: isNumber, message: isWireMessage },
  answerError: { push: isNumber, error: isWireError },
  ping: {},
  pong: {},
}

/** What a server may send. */
export const serverFrames: ChecksOfFrames<ReceivedByClient> = {
  welcome: {
    sessionId: isName,
    epoch: isName,
    resumed: isBoolean,
    head: isCount,
    gap: optional(isGap),
    idempotent: listOf(isString),
    limits: isLimits,
    heartbeatMs: isInterval,
    expiresInMs: optional(isDelay),
  },
  refuse: { code: oneOf(refuseCodes), message: isString, retryAfterMs: optional(isDelay) },
  started: { n: isNumber },
  reply: { n: isNumber, count: optional(isCount), message: isWireMessage },
  error: { n: isNumber, count: optional(isCount), refused: optional(isTrue), error: isWireError },
  chunk: { n: isNumber, chunk: isCount, content: isJson },
  cancelled: { n: isNumber },
  push: { push: isNumber, leftMs: optional(isTime), message: isWireMessage },
  answered: { push: isNumber },
  withdrawn: { push: isNumber, ask: isNumber },
  gap: { from: isNumber, to: isNumber },
  authorized: { expiresInMs: optional(isDelay) },
  drain: { taken: isCount, retryAfterMs: isDelay, windowMs: isDelay },
  ping: {},
  pong: {},
}
