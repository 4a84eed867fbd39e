/** Frames to text and back. Whatever a peer sends, reading it gives a value and never throws. */

import type { ClientFrame, ReceivedByClient, ReceivedByServer, ServerFrame } from './frames.js'
import { type ChecksOfFrames, clientFrames, isObject, serverFrames, wrongField } from './guards.js'
import { isDeeperThan, isLongerThan, type Json } from './json.js'
import { limits } from './limits.js'

/** The text of a frame. Payloads are text already, and are put into it as they are. */
export function encode(frame: ClientFrame<Json> | ServerFrame<Json>): string {
  switch (frame.kind) {
    case 'reply':
      return `{"kind":"reply","n":${frame.n}${optional('count', frame.count)},"message":${frame.message}}`
    case 'chunk':
      return `{"kind":"chunk","n":${frame.n},"chunk":${frame.chunk},"content":${frame.content}}`
    case 'push':
      return `{"kind":"push","push":${frame.push}${optional('leftMs', frame.leftMs)},"message":${frame.message}}`
    default:
      return encodeClientFrame(frame)
  }
}

/** The same for a client, which should not have to load how a server's frames are written. */
export function encodeClientFrame(frame: ClientFrame<Json> | ServerFrame<Json>): string {
  if (frame.kind === 'answer') return `{"kind":"answer","push":${frame.push},"message":${frame.message}}`
  if (frame.kind !== 'request') return JSON.stringify(frame)
  return `{"kind":"request","n":${frame.n},"mode":"${frame.mode}","leftMs":${frame.leftMs}${optional('from', frame.from)},"message":${frame.message}}`
}

const optional = (name: string, value: number | undefined) => (value === undefined ? '' : `,"${name}":${value}`)

/** What a line turned out to be. */
export type Decoded<Frame> =
  | { readonly ok: true; readonly frame: Frame }
  /** A kind not known here: ignored after `welcome` [P-3], a breach before it [P-5]. */
  | { readonly ok: true; readonly frame: null; readonly unknown: string }
  /** The link is to be closed: with 1009 when too large, else with 4400 [P-3]. */
  | { readonly ok: false; readonly reason: string; readonly tooLarge: boolean }

/** Reads what a client sent. `maxBytes` bounds its size as UTF-8. */
export function decodeClientFrame(
  text: string,
  maxBytes: number,
  maxDepth: number = limits.depth,
): Decoded<ReceivedByServer> {
  return decode<ReceivedByServer>(text, maxBytes, maxDepth, clientFrames)
}

/** Reads what a server sent. `maxBytes` bounds its size as UTF-8. */
export function decodeServerFrame(
  text: string,
  maxBytes: number,
  maxDepth: number = limits.depth,
): Decoded<ReceivedByClient> {
  return decode<ReceivedByClient>(text, maxBytes, maxDepth, serverFrames)
}

function decode<Frame extends { readonly kind: string }>(
  text: string,
  maxBytes: number,
  maxDepth: number,
  kinds: ChecksOfFrames<Frame>,
): Decoded<Frame> {
  if (isLongerThan(text, maxBytes)) return garbled(`larger than ${maxBytes} bytes`, true)
  if (isDeeperThan(text, maxDepth)) return garbled(`nested deeper than ${maxDepth}`)
  const value = parse(text)
  if (!isObject(value) || typeof value['kind'] !== 'string') return garbled('not a JSON object with a kind')
  const { kind } = value
  if (!isKnown(kinds, kind)) return { ok: true, frame: null, unknown: kind }
  const wrong = wrongField(value, kinds[kind])
  if (wrong !== undefined) return garbled(`${kind}: "${wrong}" is missing or of the wrong shape`)
  return { ok: true, frame: value as unknown as Frame }
}

const garbled = (reason: string, tooLarge = false) => ({ ok: false, reason, tooLarge }) as const

/** Only own keys are kinds: `constructor` and its like are not. */
const isKnown = <Kinds extends object>(kinds: Kinds, kind: string): kind is string & keyof Kinds =>
  Object.hasOwn(kinds, kind)

/** The value of JSON text, or undefined. Keys named `__proto__` are dropped [P-3]; looking for them costs only where they can be. */
function parse(text: string): unknown {
  try {
    return mayNamePrototype(text) ? JSON.parse(text, withoutPrototype) : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Spelled out, or with one of its letters written as an escape: `\u005f` and the like. */
const mayNamePrototype = (text: string) => text.includes('__proto__') || text.includes('\\u00')

const withoutPrototype = (key: string, value: unknown) => (key === '__proto__' ? undefined : value)
