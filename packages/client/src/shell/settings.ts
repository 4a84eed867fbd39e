/** The options of a client, checked: a mistake in them is a programmer's, and is told where it was made. */

import { type Contract, inWords, limits } from '@backchat/protocol'
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

const optionNames = ['url', 'contract', 'token', 'timeout', 'init', 'WebSocket', 'limits', 'clock', 'random', 'ids']
const limitNames = ['queue', 'unheard', 'explained']

/** @throws TypeError that names the option. */
export function settingsOf(options: Options): Settings {
  onlyNames('options', options, optionNames)
  const { url, WebSocket, token, init, timeout = defaultTimeoutMs, limits: chosen = {} } = options
  onlyNames('limits', chosen, limitNames)
  if (typeof url !== 'string' && typeof url !== 'function' && !(url instanceof URL)) {
    throw new TypeError('url is a string, a URL, or a function that gives one.')
  }
  if (typeof url === 'string' && !isUrl(url, WebSocket === undefined)) {
    throw new TypeError(`url is where the server listens, as in wss://example.com/chat, not '${url}'.`)
  }
  if (typeof token !== 'function' && typeof token !== 'string' && token !== undefined) {
    throw new TypeError('token is a string, or a function that gives one.')
  }
  if (typeof init !== 'function' && init !== undefined) throw new TypeError('init is a function.')
  const wrong = wrongTimeout(timeout)
  if (wrong !== undefined) throw new TypeError(wrong)
  return {
    timeoutMs: timeout,
    queue: count('queue', chosen.queue, limits.queue),
    unheard: count('unheard', chosen.unheard, limits.unheard),
    explained: count('explained', chosen.explained, defaultExplained),
  }
}

function count(name: string, value: number | undefined, otherwise: number): number {
  if (value === undefined) return otherwise
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new TypeError(`limits.${name} is a whole number from 0, not ${inWords(value)}.`)
}

function onlyNames(what: string, given: object, names: readonly string[]): void {
  if (typeof given !== 'object' || given === null) throw new TypeError(`The ${what} are an object.`)
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) {
      throw new TypeError(`The ${what} have an unknown field '${name}'; there are ${names.join(', ')}.`)
    }
  }
}

/** What platforms and `ws` dial; a WebSocket of the application's may know others. `localhost:8787` is a URL, but of none of these. */
const dialled = /^(wss?|https?|ws\+unix):$/

/** Pages may leave out what their own address says. */
function isUrl(text: string, onlyDialled: boolean): boolean {
  try {
    const { protocol } = new URL(text, globalThis.location?.href)
    return !onlyDialled || dialled.test(protocol)
  } catch {
    return false
  }
}
