/** The options of the plugin `monitoring`, judged once. */

import type { Alert } from '../../api.js'
import type { Limits } from './rules.js'

/** Times are milliseconds. A rule that is `false` is off. */
export interface MonitoringOptions {
  /** How often the figures are looked at: 10 ms to 1 h. Default 5 000. */
  readonly interval?: number | undefined
  /** Error rate and refused strangers are measured over this time: from one `interval` to 1 000, at most 24 h. Default 60 000, or what comes nearest. */
  readonly window?: number | undefined
  /** Raised while a handler has said nothing for `after`. Default 30 000: half of the default `messageTimeout`. */
  readonly stuckHandlers?: { readonly after?: number | undefined } | false | undefined
  /** Raised when of at least `least` requests in the window a `share` of 0 to 1 went wrong on this side. Default 0.1 of 20. */
  readonly errorRate?: { readonly share?: number | undefined; readonly least?: number | undefined } | false | undefined
  /** Raised when the 99th percentile of the event loop's delay is at least `ms`, twice in a row. Default 200. */
  readonly eventLoopDelay?: { readonly ms?: number | undefined } | false | undefined
  /** Raised when at least `least` requests and store operations wait, and more each time for so many `samples`. Default 100 and 3. */
  readonly queueGrowth?:
    | { readonly least?: number | undefined; readonly samples?: number | undefined }
    | false
    | undefined
  /** Raised when more than `most` links were refused in the window for who they are. Default 20. */
  readonly authFailures?: { readonly most?: number | undefined } | false | undefined
  /**
   * Called for each alert, for example to post it somewhere. Not waited for; what it throws or rejects with is an
   * `error` event.
   */
  readonly notify?: ((alert: Alert) => unknown) | undefined
}

export interface MonitoringSettings {
  readonly intervalMs: number
  readonly limits: Limits
  readonly notify: ((alert: Alert) => unknown) | undefined
}

const dayMs = 24 * 60 * 60 * 1_000
const hourMs = 60 * 60 * 1_000
const mostSamples = 1_000
const most = 1_000_000_000

/** @throws TypeError that names the option and says what it may be. */
export const monitoringSettings = (options: MonitoringOptions): MonitoringSettings => {
  const names = ['interval', 'window', 'stuckHandlers', 'errorRate', 'eventLoopDelay', 'queueGrowth', 'authFailures']
  onlyNames('monitoring', options, [...names, 'notify'])
  const { notify } = options
  if (notify !== undefined && typeof notify !== 'function') throw new TypeError('notify is a function.')
  const intervalMs = within('interval', options.interval, 5_000, 10, hourMs)
  // The samples of a window are kept.
  const longestMs = Math.min(dayMs, mostSamples * intervalMs)
  const usualMs = Math.min(longestMs, Math.max(60_000, intervalMs))
  const windowMs = within('window', options.window, usualMs, intervalMs, longestMs)
  const limits = {
    windowMs,
    stuckHandlers: rule('stuckHandlers', options.stuckHandlers, ['after'], (of) => ({
      afterMs: within('stuckHandlers.after', of.after, 30_000, 1, dayMs),
    })),
    errorRate: rule('errorRate', options.errorRate, ['share', 'least'], (of) => ({
      share: within('errorRate.share', of.share, 0.1, 0.0001, 1),
      least: whole('errorRate.least', of.least, 20),
    })),
    eventLoopDelay: rule('eventLoopDelay', options.eventLoopDelay, ['ms'], (of) => ({
      ms: within('eventLoopDelay.ms', of.ms, 200, 1, hourMs),
    })),
    queueGrowth: rule('queueGrowth', options.queueGrowth, ['least', 'samples'], (of) => ({
      least: whole('queueGrowth.least', of.least, 100),
      samples: whole('queueGrowth.samples', of.samples, 3),
    })),
    authFailures: rule('authFailures', options.authFailures, ['most'], (of) => ({
      most: whole('authFailures.most', of.most, 20),
    })),
  }
  return { intervalMs, limits, notify }
}

const rule = <Given extends object, Limit>(
  name: string,
  given: Given | false | undefined,
  names: readonly string[],
  read: (given: Partial<Given>) => Limit,
): Limit | undefined => {
  if (given === false) return undefined
  onlyNames(name, given ?? {}, names)
  return read(given ?? {})
}

const within = (name: string, value: number | undefined, otherwise: number, least: number, most: number): number => {
  if (value === undefined) return otherwise
  if (typeof value === 'number' && value >= least && value <= most) return value
  throw new TypeError(`monitoring: ${name} is a number from ${least} to ${most}, not ${String(value)}.`)
}

const whole = (name: string, value: number | undefined, otherwise: number): number => {
  if (value === undefined || Number.isSafeInteger(value)) return within(name, value, otherwise, 1, most)
  throw new TypeError(`monitoring: ${name} is a whole number from 1, not ${String(value)}.`)
}

const onlyNames = (what: string, given: object, names: readonly string[]): void => {
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`The options of ${what} are an object, not ${String(given)}.`)
  for (const name of Object.keys(given)) {
    if (!names.includes(name))
      throw new TypeError(`The options of ${what} have an unknown field '${name}'; there are ${names.join(', ')}.`)
  }
}
