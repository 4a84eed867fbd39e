/** A message on its way out: checked first, then encoded once. */

import { limits, plainMessage, type RequestMode } from '@backchat/protocol'
import type { RequestOptions } from '../api/client.js'
import type { Fault } from '../machine/effects.js'
import type { Requested } from '../machine/inputs.js'
import type { ContractCheck } from './contract-check.js'
import { refused } from './errors.js'
import { timestampOf } from './timestamp.js'
import type { Watch } from './watch.js'

/** What the application said. Its types promise more than a program without types keeps. */
export interface Said {
  readonly id: string
  readonly mode: RequestMode
  readonly type: string
  readonly content: unknown
  readonly options: RequestOptions
}

export interface Letter extends Pick<Requested, 'message' | 'timeoutMs'> {
  readonly ok: true
  readonly signal: AbortSignal | undefined
}

export interface Author {
  readonly check: ContractCheck
  readonly timeoutMs: number
  readonly watch: Watch
}

/** Why it cannot go; `cause` is what its signal was aborted with. */
export interface Returned {
  readonly ok: false
  readonly fault: Fault
  readonly cause?: unknown
}

/** Throws what options, signal and the like throw when they are read. */
export function prepare(said: Said, author: Author): Letter | Returned {
  const { id, mode, type, content, options } = said
  const { timeout = author.timeoutMs, signal, metadata } = options
  const wrong = author.check.sending(type, mode, content) ?? wrongTimeout(timeout) ?? wrongSignal(signal)
  if (wrong !== undefined) return invalid(wrong)
  const timestamp = timestampOf(author.watch.at)
  const encoded = plainMessage({ id, timestamp, content, metadata }, type)
  if (!encoded.ok) return invalid(`The message cannot be sent: ${encoded.reason}.`)
  // Last, because what is encoded may have a toJSON() that aborts.
  if (signal?.aborted) {
    return { ok: false, fault: refused('ABORTED', 'Its signal was aborted already.'), cause: signal.reason }
  }
  const { json: message } = encoded
  const timeoutMs = Math.min(timeout, limits.timeoutMs)
  return { ok: true, message, timeoutMs, signal }
}

export const wrongTimeout = (timeout: unknown): string | undefined =>
  typeof timeout === 'number' && timeout > 0
    ? undefined
    : `timeout is a positive number of milliseconds, not ${String(timeout)}.`

const wrongSignal = (signal: unknown): string | undefined =>
  signal === undefined ||
  (typeof signal === 'object' && signal !== null && 'aborted' in signal && 'addEventListener' in signal)
    ? undefined
    : 'signal is an AbortSignal.'

export const invalid = (message: string): Returned => ({ ok: false, fault: refused('INVALID_MESSAGE', message) })
