/** The options of a manager, judged once: what makes no sense is refused with a sentence, the rest gets its defaults. */

import { limits } from '@backchat/protocol'
import type { ManagerConfig, RateConfig } from '../api.js'
import type { RequestLogLevel } from '../middleware/logging.js'
import type { Rate, RateLimitOptions } from '../middleware/rate-limit.js'
import type { Store } from '../store/store.js'
import type { LanesOptions } from './lanes.js'

/** Numbers that the parts are built with. Times are milliseconds. */
export interface Settings {
  readonly path: string | undefined
  readonly origins: readonly string[] | undefined
  readonly heartbeatMs: number
  readonly maxConnections: number
  readonly handlerTimeoutMs: number
  readonly sessionTtlMs: number
  readonly maxSessions: number
  readonly maxSessionsPerUser: number
  readonly messageBytes: number
  readonly rateLimit: RateLimitOptions | undefined
  readonly requestLog: RequestLogLevel
  readonly concurrency: LanesOptions
  readonly explained: number
  readonly flightRecords: number
  readonly node: string | undefined
  /** How often notes of other nodes are looked for. */
  readonly pollMs: number | undefined
}

/** What is judged here. The types allow no more than the API says; a program without types may hand over anything. */
interface Given {
  readonly server?: unknown
  readonly port?: unknown
  readonly path?: string | undefined
  readonly config?: ManagerConfig | undefined
  readonly origins?: readonly string[] | undefined
  readonly contract?: unknown
  readonly store?: unknown
  readonly authenticate?: unknown
  readonly state?: unknown
  readonly node?: unknown
  readonly inspector?: unknown
}

const optionNames = [
  'server',
  'port',
  'host',
  'path',
  'config',
  'plugins',
  'contract',
  'store',
  'authenticate',
  'origins',
  'state',
  'logger',
  'clock',
  'ids',
  'node',
  'inspector',
]
const configNames = [
  'heartbeat',
  'maxConnections',
  'messageTimeout',
  'sessionTtl',
  'maxSessions',
  'maxSessionsPerUser',
  'maxMessageBytes',
  'rateLimit',
  'requestLog',
  'concurrency',
  'explained',
  'flightRecords',
]

/** @throws TypeError that names the option and says what it may be. */
export const settingsOf = (options: Given): Settings => {
  onlyNames('option', options, optionNames)
  oneListener(options)
  rightKinds(options)
  const config = options.config ?? {}
  onlyNames('option config', config, configNames)
  onlyNames('option config.heartbeat', config.heartbeat ?? {}, ['interval'])
  storeIsSizedOnce(options, config)
  // That it is a store has been found above.
  const { pollMs, sessionTtlMs = 120_000 } = (options.store ?? {}) as Partial<Store>
  return {
    path: pathOf(options.path),
    origins: originsOf(options.origins),
    heartbeatMs: milliseconds('config.heartbeat.interval', config.heartbeat?.interval, 25_000),
    maxConnections: count('config.maxConnections', config.maxConnections, 10_000),
    handlerTimeoutMs: milliseconds('config.messageTimeout', config.messageTimeout, 60_000),
    sessionTtlMs: milliseconds('config.sessionTtl', config.sessionTtl, sessionTtlMs),
    maxSessions: count('config.maxSessions', config.maxSessions, 100_000),
    maxSessionsPerUser: count('config.maxSessionsPerUser', config.maxSessionsPerUser, 10),
    rateLimit: rateLimitOf(config.rateLimit),
    requestLog: requestLogOf(config.requestLog),
    concurrency: concurrencyOf(config.concurrency),
    explained: count('config.explained', config.explained, 4_096),
    flightRecords: flightRecordsOf(config.flightRecords),
    node: nodeOf(options.node),
    pollMs,
    messageBytes: count('config.maxMessageBytes', config.maxMessageBytes, limits.messageBytes),
  }
}

/** A length of time that somebody waits: `setTimeout` and deadlines understand no other. */
export const milliseconds = (name: string, value: number | undefined, otherwise: number): number => {
  if (value === undefined) return otherwise
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value
  throw new TypeError(`${name} is a positive number of milliseconds, not ${inWords(value)}.`)
}

const count = (name: string, value: number | undefined, otherwise: number): number => {
  if (value === undefined) return otherwise
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new TypeError(`${name} is a whole number from 1, not ${inWords(value)}.`)
}

const rateLimitOf = (given: ManagerConfig['rateLimit']): RateLimitOptions | undefined => {
  if (given === undefined) return undefined
  onlyNames('option config.rateLimit', given, ['perSecond', 'burst', 'perUser'])
  const { perUser } = given
  if (perUser === undefined) return rateOf('config.rateLimit', given)
  onlyNames('option config.rateLimit.perUser', perUser, ['perSecond', 'burst'])
  return { ...rateOf('config.rateLimit', given), perUser: rateOf('config.rateLimit.perUser', perUser) }
}

const rateOf = (name: string, { perSecond, burst: given }: RateConfig): Rate => {
  if (!(typeof perSecond === 'number' && perSecond > 0 && Number.isFinite(perSecond))) {
    throw new TypeError(`${name}.perSecond is a positive number, not ${inWords(perSecond)}.`)
  }
  const burst = count(`${name}.burst`, given, Math.max(1, Math.ceil(perSecond)))
  // Longer ones overflow the timers that end them.
  if (burst / perSecond > longestWindowSeconds) {
    throw new TypeError(`${name} allows ${burst} messages in ${burst / perSecond} s; a window is at most 24 h.`)
  }
  return { perSecond, burst }
}

const longestWindowSeconds = 24 * 60 * 60

const concurrencyOf = (given: ManagerConfig['concurrency'] = {}): LanesOptions => {
  onlyNames('option config.concurrency', given, ['perSession', 'waiting'])
  const perSession = count('config.concurrency.perSession', given.perSession, limits.window)
  return { perSession, waiting: count('config.concurrency.waiting', given.waiting, limits.window) }
}

/** A record takes 200 to 700 bytes, so that the most of them are a few hundred MB. */
const mostFlightRecords = 1_000_000

const flightRecordsOf = (given: number | undefined): number => {
  if (given === undefined) return 4_096
  if (Number.isInteger(given) && given >= 0 && given <= mostFlightRecords) return given
  throw new TypeError(`config.flightRecords is a whole number from 0 to ${mostFlightRecords}, not ${inWords(given)}.`)
}

const requestLogOf = (level: unknown): RequestLogLevel => {
  if (level === undefined) return 'debug'
  if (level === 'debug' || level === 'info' || level === 'off') return level
  throw new TypeError(`config.requestLog is 'debug', 'info' or 'off', not ${inWords(level)}.`)
}

/** @throws TypeError when it is no object, or has another field. */
export const onlyNames = (what: string, given: object, names: readonly string[]): void => {
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`The ${what} is an object, not ${inWords(given)}.`)
  for (const name of Object.keys(given)) {
    if (!names.includes(name))
      throw new TypeError(`The ${what} has an unknown field '${name}'; there are ${names.join(', ')}.`)
  }
}

const oneListener = ({ server, port, inspector }: Given): void => {
  if ((server === undefined) === (port === undefined)) {
    throw new TypeError('Give either a server (of node:http or built on it) or a port, and not both.')
  }
  if (server !== undefined && inspector !== undefined) {
    throw new TypeError(
      'The option inspector is for a port of our own; on a server of yours mount manager.inspector({ allow }).',
    )
  }
  if (server !== undefined && !isServer(server)) {
    throw new TypeError(
      'server is a server of node:http or node:https, as made by createServer(); an app of a framework is not.',
    )
  }
  if (port !== undefined && !(Number.isInteger(port) && Number(port) >= 0 && Number(port) <= 65_535)) {
    throw new TypeError(`port is a whole number from 0 to 65535, not ${inWords(port)}.`)
  }
}

const isServer = (given: unknown): boolean =>
  typeof given === 'object' && given !== null && 'on' in given && 'listenerCount' in given && 'listening' in given

/** What would be noticed only when the first client comes. */
const rightKinds = ({ contract, store, authenticate, state }: Given): void => {
  for (const [name, value] of Object.entries({ authenticate, state })) {
    if (value !== undefined && typeof value !== 'function')
      throw new TypeError(`${name} is a function, not ${inWords(value)}.`)
  }
  if (contract !== undefined && !isObject(contract))
    throw new TypeError(`contract is made by defineContract(), not ${inWords(contract)}.`)
  if (store !== undefined && !(isObject(store) && 'apply' in store && 'close' in store))
    throw new TypeError(`store is made by memoryStore() or its like, not ${inWords(store)}.`)
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** A store that is given was made with its own bounds. */
const storeIsSizedOnce = ({ store }: Given, config: ManagerConfig): void => {
  if (store === undefined) return
  for (const name of ['maxSessions', 'maxSessionsPerUser'] as const) {
    if (config[name] !== undefined) throw new TypeError(`Give ${name} to the store you made, not in config.`)
  }
}

const nodeOf = (node: unknown): string | undefined => {
  if (node === undefined || (typeof node === 'string' && node !== '')) return node
  throw new TypeError(`node is a name that is not empty, not ${inWords(node)}.`)
}

/** `/` means any path. */
const pathOf = (path: string | undefined): string | undefined => {
  if (path === undefined || path === '/') return undefined
  if (typeof path === 'string' && path.startsWith('/') && !/[?#\s]/.test(path)) return path
  throw new TypeError(`path begins with a slash and has no query, not ${inWords(path)}.`)
}

/** `*` means all. */
const originsOf = (origins: readonly string[] | undefined): readonly string[] | undefined => {
  if (origins === undefined) return undefined
  if (!Array.isArray(origins))
    throw new TypeError(`origins is a list, as in ['https://example.com'], not ${inWords(origins)}.`)
  for (const origin of origins) {
    if (origin !== '*' && !isOrigin(origin)) {
      throw new TypeError(
        `An origin is a scheme and a host, as in https://example.com, without a path; not ${inWords(origin)}.`,
      )
    }
  }
  return origins
}

const isOrigin = (origin: unknown): boolean => {
  if (origin === 'null') return true
  if (typeof origin !== 'string' || !URL.canParse(origin)) return false
  const { protocol, host } = new URL(origin)
  return `${protocol}//${host}` === origin
}

export const inWords = (value: unknown): string => {
  if (typeof value === 'function') return 'a function'
  return typeof value === 'string' ? `'${value}'` : String(value)
}
