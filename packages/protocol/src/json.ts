/** JSON as a value and as text already encoded: a payload is encoded once, by its author, and spliced into frames. */

import { inWords } from './in-words.js'
import { limits } from './limits.js'

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

export type JsonObject = { readonly [key: string]: JsonValue }

declare const encoded: unique symbol

/** JSON text. Only {@link toJson} and a store that read it back make one. */
export type Json = string & { readonly [encoded]: true }

/** `reason` goes on after a colon: "content: it is a function". */
export type Encoded = { readonly ok: true; readonly json: Json } | { readonly ok: false; readonly reason: string }

/** A payload stands at most two levels below its frame: in its `message`, or in its `error`. */
const payloadDepth = limits.depth - 2

/**
 * Encodes what an application gives us, which may be anything. Never throws.
 * What is deeper than the peer would accept is refused here: on the wire it would cost the link, again and again.
 */
export function toJson(value: unknown): Encoded {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (thrown) {
    return { ok: false, reason: describe(thrown) }
  }
  if (text === undefined) return { ok: false, reason: nothingIn(value) }
  if (isDeeperThan(text, payloadDepth)) return { ok: false, reason: `it is nested deeper than ${payloadDepth}` }
  return { ok: true, json: text as Json }
}

function nothingIn(value: unknown): string {
  if (value === undefined) return 'it is undefined'
  return typeof value === 'object' ? 'its toJSON() gives nothing' : `it is a ${typeof value}`
}

/** Engines explain a cycle over several lines, of which the first says it. A thrown thing may be hostile even when it is looked at. */
function describe(thrown: unknown): string {
  try {
    if (thrown instanceof RangeError) return 'it is too large, or nested too deep'
  } catch {
    // A proxy may throw when it is asked for its prototype.
  }
  const [line] = inWords(thrown).split('\n')
  return line || 'it cannot be encoded'
}

const utf8 = /* @__PURE__ */ new TextEncoder()

/** How many bytes a text takes as UTF-8. A lone surrogate counts 3, as the U+FFFD that is sent in its place. */
export const utf8Length = (text: string): number => (beyondAscii.test(text) ? utf8.encode(text).length : text.length)

const beyondAscii = /[\u0080-\uffff]/

/** Whether a text takes more bytes than that as UTF-8. Looks at each character only where its length leaves it open. */
export function isLongerThan(text: string, bytes: number): boolean {
  if (text.length * 3 <= bytes) return false
  return text.length > bytes || utf8Length(text) > bytes
}

/**
 * Whether JSON text nests deeper than that, found without recursion and before anything is parsed.
 * Of text that is no JSON it may say either.
 */
export function isDeeperThan(text: string, depth: number): boolean {
  // Each level takes two characters of JSON.
  if (text.length <= 2 * depth || countOf('[', text, depth) + countOf('{', text, depth) <= depth) return false
  let open = 0
  let quoted = false
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (character === '"') quoted = !quoted
    else if (quoted) {
      if (character === '\\') index++
    } else if (character === '[' || character === '{') {
      if (++open > depth) return true
    } else if (character === ']' || character === '}') open--
  }
  return false
}

/** Nearly every frame has few brackets, and searching for one is much faster than looking at every character. Stops beyond `most`. */
function countOf(mark: string, text: string, most: number): number {
  let found = 0
  for (let index = text.indexOf(mark); index >= 0 && found <= most; index = text.indexOf(mark, index + 1)) found++
  return found
}
