/** What may be set of a manager. Each of them is checked by its description here, and is a row of docs/operations.md. */

import { limits } from '@backchat/protocol'
import type { RequestLogLevel } from '../middleware/logging.js'
import type { SessionBounds } from '../store/sessions.js'
import { type ChoiceSetting, dayMs, type NumberSetting, numberOf } from './setting.js'

/** As many as may be counted on: a table of more would not fit into the memory of a process. */
const mostHeld = 10_000_000
/** Of what is kept for people who look on: a few hundred MB. */
const mostRemembered = 1_000_000

/** The bounds of a store, as `memoryStore()` and `lmdbStore()` take them. */
export const storeSettings = {
  maxSessions: {
    name: 'maxSessions',
    otherwise: 100_000,
    least: 1,
    most: mostHeld,
    meaning:
      'Sessions held at a time; the one that has been without a link for longest goes first. When all have one, a new client is refused with `full`.',
  },
  maxSessionsPerUser: {
    name: 'maxSessionsPerUser',
    otherwise: 10,
    least: 1,
    most: mostHeld,
    meaning: 'The same for the sessions of one user.',
  },
} as const satisfies Record<string, NumberSetting>

/**
 * What a store is given as its bounds, with the defaults; `undefined` is none given.
 *
 * @throws TypeError that names the bound and says what it may be.
 */
export const storeBounds = (given: {
  readonly maxSessions?: number | undefined
  readonly maxSessionsPerUser?: number | undefined
}): SessionBounds => ({
  maxSessions: numberOf(storeSettings.maxSessions, given.maxSessions),
  maxSessionsPerUser: numberOf(storeSettings.maxSessionsPerUser, given.maxSessionsPerUser),
})

export const inspectorSettings = {
  stuckAfter: {
    name: 'stuckAfter',
    unit: 'ms',
    otherwise: 10_000,
    least: 1,
    most: dayMs,
    meaning: 'A request that has made no step for so long is shown as stuck, with the reason.',
  },
} as const satisfies Record<string, NumberSetting>

const rate = {
  name: 'config.rateLimit.perSecond',
  unit: 'per second',
  otherwise: 'no limit',
  least: 0.000_02,
  most: 1_000_000,
  meaning:
    'Messages that a session may send, over all its connections; beyond it `RATE_LIMITED`, and the client comes again by itself.',
} as const satisfies NumberSetting

const burst = {
  name: 'config.rateLimit.burst',
  otherwise: '`perSecond`, at least 1',
  least: 1,
  most: 1_000_000,
  meaning: 'Messages of one window of `burst / perSecond` seconds, which is at most 24 h.',
} as const satisfies NumberSetting

export const serverSettings = {
  port: {
    name: 'port',
    otherwise: 'give `port` or `server`',
    least: 0,
    most: 65_535,
    meaning: 'A port of its own; 0 takes any that is free.',
  },
  heartbeat: {
    name: 'config.heartbeat.interval',
    unit: 'ms',
    otherwise: 25_000,
    least: 1,
    most: dayMs,
    meaning: 'A link that is silent for so long is pinged. Shorter than what a proxy in between allows.',
  },
  maxConnections: {
    name: 'config.maxConnections',
    otherwise: 10_000,
    least: 1,
    most: mostHeld,
    meaning:
      'Links held at a time, those that are not welcome yet included; then `refuse full`, and the client comes again.',
  },
  messageTimeout: {
    name: 'config.messageTimeout',
    unit: 'ms',
    otherwise: 60_000,
    least: 1,
    most: dayMs,
    meaning: 'Longest silence of a handler: until its reply, or between two chunks; then `HANDLER_TIMEOUT`.',
  },
  handlerTimeout: {
    name: 'timeout',
    unit: 'ms',
    otherwise: '`config.messageTimeout`',
    least: 1,
    most: dayMs,
    meaning: 'The same for one handler: an option of `registerHandler`.',
  },
  sessionTtl: {
    name: 'config.sessionTtl',
    unit: 'ms',
    otherwise: "the store's: 120,000 ms in memory, 86,400,000 ms with LMDB",
    least: 1,
    most: 365 * dayMs,
    meaning: 'How long a session lives without a link.',
  },
  maxSessions: { ...storeSettings.maxSessions, name: 'config.maxSessions' },
  maxSessionsPerUser: { ...storeSettings.maxSessionsPerUser, name: 'config.maxSessionsPerUser' },
  maxMessageBytes: {
    name: 'config.maxMessageBytes',
    unit: 'bytes',
    otherwise: limits.messageBytes,
    least: 1,
    most: 16 * 1024 * 1024,
    meaning: 'Largest message of a client; then `TOO_LARGE`.',
  },
  rate,
  burst,
  userRate: {
    ...rate,
    name: 'config.rateLimit.perUser.perSecond',
    meaning: 'The same for all sessions of a user together.',
  },
  userBurst: { ...burst, name: 'config.rateLimit.perUser.burst', meaning: 'As `burst`.' },
  perSession: {
    name: 'config.concurrency.perSession',
    otherwise: limits.window,
    least: 1,
    most: limits.window,
    meaning: 'Handlers of a session that run at a time; what comes beyond it waits for its turn.',
  },
  waiting: {
    name: 'config.concurrency.waiting',
    otherwise: limits.window,
    least: 1,
    most: limits.window,
    meaning: 'Messages of a session that wait for their turn; then `OVERLOADED`, and the client comes again.',
  },
  strain: {
    name: 'config.overload.delay',
    unit: 'ms',
    otherwise: 200,
    least: 0,
    most: dayMs,
    meaning:
      'How late the event loop may be; when it is later again and again, or busy for three times as long, a part of the new requests is refused with `OVERLOADED`, and the clients come again. 0: none is for that.',
  },
  explained: {
    name: 'config.explained',
    otherwise: 4_096,
    least: 1,
    most: mostRemembered,
    meaning:
      'Settled requests that `manager.explain` remembers, and as many whose answer is not confirmed; the oldest are forgotten first.',
  },
  flightRecords: {
    name: 'config.flightRecords',
    otherwise: 4_096,
    least: 0,
    most: mostRemembered,
    meaning:
      'Headers of frames that the flight recorder keeps, of 250 to 700 bytes each; the oldest are overwritten. 0: none.',
  },
  drain: {
    name: 'drain',
    unit: 'ms',
    otherwise: 10_000,
    least: 0,
    most: dayMs,
    meaning:
      'How long running handlers are given to end: an option of `manager.close()`, which refuses nothing: more counts as the most, and what is no number as 0.',
  },
} as const satisfies Record<string, NumberSetting>

export const requestLogSetting: ChoiceSetting<RequestLogLevel> = {
  name: 'config.requestLog',
  otherwise: 'debug',
  choices: ['debug', 'info', 'off'],
  meaning: 'At which level each request that has ended is written to the log. The standard logger leaves `debug` out.',
}
