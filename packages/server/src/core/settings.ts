/** The options of a manager, judged once: what makes no sense is refused with a sentence, the rest gets its defaults. */

import type { ManagerConfig, RateConfig } from '../api.js'
import type { RequestLogLevel } from '../middleware/logging.js'
import type { Rate, RateLimitOptions } from '../middleware/rate-limit.js'
import type { Store } from '../store/store.js'
import type { LanesOptions } from './lanes.js'
import { requestLogSetting, serverSettings } from './server-settings.js'
import { choiceOf, inWords, type NumberSetting, numberOf, onlyNames } from './setting.js'

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
  /** How late the machine may be woken. */
  readonly strainMs: number
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
  readonly logger?: unknown
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
  'overload',
  'explained',
  'flightRecords',
]

/** @throws TypeError that names the option and says what it may be. */
export const settingsOf = (options: Given): Settings => {
  if (!isObject(options))
    throw new TypeError(
      `A manager needs an object of options, as in new WebSocketManager({ port: 8787 }), not ${inWords(options)}.`,
    )
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
    heartbeatMs: numberOf(serverSettings.heartbeat, config.heartbeat?.interval),
    maxConnections: numberOf(serverSettings.maxConnections, config.maxConnections),
    handlerTimeoutMs: numberOf(serverSettings.messageTimeout, config.messageTimeout),
    sessionTtlMs:
      config.sessionTtl === undefined ? sessionTtlMs : numberOf(serverSettings.sessionTtl, config.sessionTtl),
    maxSessions: numberOf(serverSettings.maxSessions, config.maxSessions),
    maxSessionsPerUser: numberOf(serverSettings.maxSessionsPerUser, config.maxSessionsPerUser),
    rateLimit: rateLimitOf(config.rateLimit),
    requestLog: choiceOf(requestLogSetting, config.requestLog),
    concurrency: concurrencyOf(config.concurrency),
    strainMs: strainOf(config.overload),
    explained: numberOf(serverSettings.explained, config.explained),
    flightRecords: numberOf(serverSettings.flightRecords, config.flightRecords),
    node: nodeOf(options.node),
    pollMs,
    messageBytes: numberOf(serverSettings.maxMessageBytes, config.maxMessageBytes),
  }
}

const rateLimitOf = (given: ManagerConfig['rateLimit']): RateLimitOptions | undefined => {
  if (given === undefined) return undefined
  onlyNames('option config.rateLimit', given, ['perSecond', 'burst', 'perUser'])
  const { perUser } = given
  const { rate, burst, userRate, userBurst } = serverSettings
  if (perUser === undefined) return rateOf(given, rate, burst)
  onlyNames('option config.rateLimit.perUser', perUser, ['perSecond', 'burst'])
  return { ...rateOf(given, rate, burst), perUser: rateOf(perUser, userRate, userBurst) }
}

const rateOf = (given: RateConfig, rate: NumberSetting, window: NumberSetting): Rate => {
  const perSecond = numberOf(rate, given.perSecond)
  const burst = given.burst === undefined ? Math.max(1, Math.ceil(perSecond)) : numberOf(window, given.burst)
  // Longer ones overflow the timers that end them.
  if (burst / perSecond > longestWindowSeconds) {
    const name = rate.name.replace('.perSecond', '')
    throw new TypeError(`${name} allows ${burst} messages in ${burst / perSecond} s; a window is at most 24 h.`)
  }
  return { perSecond, burst }
}

const longestWindowSeconds = 24 * 60 * 60

const concurrencyOf = (given: ManagerConfig['concurrency'] = {}): LanesOptions => {
  onlyNames('option config.concurrency', given, ['perSession', 'waiting'])
  const { perSession, waiting } = serverSettings
  return { perSession: numberOf(perSession, given.perSession), waiting: numberOf(waiting, given.waiting) }
}

const strainOf = (given: ManagerConfig['overload'] = {}): number => {
  onlyNames('option config.overload', given, ['delay'])
  return numberOf(serverSettings.strain, given.delay) || Number.POSITIVE_INFINITY
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
  if (port !== undefined) numberOf(serverSettings.port, port)
}

const isServer = (given: unknown): boolean =>
  typeof given === 'object' && given !== null && 'on' in given && 'listenerCount' in given && 'listening' in given

/** What would be noticed only when the first client comes. */
const rightKinds = ({ contract, store, authenticate, state, logger }: Given): void => {
  for (const [name, value] of Object.entries({ authenticate, state })) {
    if (value !== undefined && typeof value !== 'function')
      throw new TypeError(`${name} is a function, not ${inWords(value)}.`)
  }
  if (contract !== undefined && !isObject(contract))
    throw new TypeError(`contract is made by defineContract(), not ${inWords(contract)}.`)
  if (store !== undefined && !(isObject(store) && 'apply' in store && 'close' in store))
    throw new TypeError(`store is made by memoryStore() or its like, not ${inWords(store)}.`)
  if (logger !== undefined) rightLogger(logger)
}

const logMethods = ['debug', 'info', 'warn', 'error', 'child']

const rightLogger = (logger: unknown): void => {
  const missing = logMethods.find(
    (name) => typeof (logger as Partial<Record<string, unknown>> | null)?.[name] !== 'function',
  )
  if (missing === undefined) return
  const methods = logMethods.join(', ')
  throw new TypeError(
    `logger has no method ${missing}: it is made by createLogger() or pino(), or has their methods ${methods}.`,
  )
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
