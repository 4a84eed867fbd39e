/** How a run ended, with its size, in the form that is journalled and answered. */

import { type Json, limits, type RequestMode, toJson, utf8Length, type WireError } from '@backchat/protocol'
import type { Ending } from '../store/operations.js'
import { replyTooLarge } from './faults.js'

export interface SizedEnding {
  readonly ending: Ending
  readonly bytes: number
}

/** Nobody reads the reply to a `send`: this stands in its place. */
export const nothing: Json = 'null' as Json

/** The handler returned. A reply that is too large is journalled as an error, and it ran [P-17]. */
export const returned = (mode: RequestMode, message: Json, bytes: number): SizedEnding => {
  if (mode === 'send') return { ending: { ok: true, message: nothing }, bytes: nothing.length }
  return bytes > limits.replyBytes ? failed(replyTooLarge) : { ending: { ok: true, message }, bytes }
}

/** It ended in an error. What a handler says in its failure is bounded like a reply. */
export const failed = (error: WireError): SizedEnding => {
  const encoded = toJson(error)
  if (!encoded.ok)
    return failed({ ...replyTooLarge, message: `The handler failed, and of its failure ${encoded.reason}.` })
  const bytes = utf8Length(encoded.json)
  return bytes > limits.replyBytes ? failed(replyTooLarge) : { ending: { ok: false, error }, bytes }
}
