/** The options of a client, checked: a mistake in them is a programmer's, and is told where it was made. */

import { type Contract, limits } from '@backchat/protocol'
import type { ClientOptions } from '../api/options.js'
import { wrongTimeout } from './outgoing.js'

export type Options = ClientOptions & { readonly contract?: Contract | undefined }

export interface Settings {
  readonly timeoutMs: number
  readonly queue: number
  readonly unheard: number
  readonly explained: number
}

const defaultTimeoutMs = 30_000
const defaultExplained = 256

/** @throws TypeError that names the option. */
export function settingsOf(options: Options): Settings {
  const { url, token, init, timeout = defaultTimeoutMs, limits: chosen = {} } = options
  if (typeof url !== 'string' && typeof url !== 'function' && !(url instanceof URL)) {
    throw new TypeError('url is a string, a URL, or a function that gives one.')
  }
  // 'localhost:8787' is a URL, of a scheme 'localhost'. One without a scheme is the platform's to judge: a browser knows where the page is from.
  if (typeof url !== 'function' && /^(?!(wss?|https?|ws\+unix):)[^/:]+:|#/i.test(String(url))) {
    throw new TypeError(`url is not ws: or wss:, or has a #: ${url}`)
  }
  if (typeof token !== 'string' && typeof token !== 'function' && token !== undefined) {
    throw new TypeError('token is a string, or a function that gives one.')
  }
  if (typeof init !== 'function' && init !== undefined) throw new TypeError('init is a function.')
  const wrong = wrongTimeout(timeout)
  if (wrong !== undefined) throw new TypeError(wrong)
  return {
    timeoutMs: timeout,
    queue: count('queue', chosen.queue, limits.queue, 1),
    unheard: count('unheard', chosen.unheard, limits.unheard, 0),
    explained: count('explained', chosen.explained, defaultExplained, 0),
  }
}

function count(name: string, value: number | undefined, otherwise: number, least: number): number {
  if (value === undefined) return otherwise
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new TypeError(`limits.${name} is a whole number from ${least}, not ${String(value)}.`)
}
