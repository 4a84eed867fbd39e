/** The options of the plugin `monitoring`, judged once. */

import type { Alert } from '../../api.js'
import { dayMs, hourMs, type NumberSetting, numberOf, onlyNames } from '../../core/setting.js'
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

const mostSamples = 1_000
const most = 1_000_000_000

export const monitoringNumbers = {
  interval: {
    name: 'monitoring: interval',
    unit: 'ms',
    otherwise: 5_000,
    least: 10,
    most: hourMs,
    meaning: 'How often the figures are looked at.',
  },
  window: {
    name: 'monitoring: window',
    unit: 'ms',
    otherwise: 60_000,
    least: 10,
    most: dayMs,
    meaning: 'Error rate and refused strangers are measured over it: from one `interval` to 1000 of them.',
  },
  stuckAfter: {
    name: 'monitoring: stuckHandlers.after',
    unit: 'ms',
    otherwise: 30_000,
    least: 1,
    most: dayMs,
    meaning: '`stuck-handlers`: a handler has said nothing for so long, and does not wait for its reader.',
  },
  errorShare: {
    name: 'monitoring: errorRate.share',
    unit: 'share',
    otherwise: 0.1,
    least: 0.000_1,
    most: 1,
    meaning: '`error-rate`: such a share of the requests in the window went wrong on this side.',
  },
  errorLeast: {
    name: 'monitoring: errorRate.least',
    otherwise: 20,
    least: 1,
    most,
    meaning: 'The same, of at least so many requests.',
  },
  loopDelay: {
    name: 'monitoring: eventLoopDelay.ms',
    unit: 'ms',
    otherwise: 200,
    least: 1,
    most: hourMs,
    meaning: '`event-loop-delay`: the 99th percentile is so much, twice in a row.',
  },
  queueLeast: {
    name: 'monitoring: queueGrowth.least',
    otherwise: 100,
    least: 1,
    most,
    meaning: '`queue-growth`: so many requests and store operations wait, and more each time.',
  },
  queueSamples: {
    name: 'monitoring: queueGrowth.samples',
    otherwise: 3,
    least: 1,
    most,
    meaning: 'The same, so many times in a row.',
  },
  authFailures: {
    name: 'monitoring: authFailures.most',
    otherwise: 20,
    least: 1,
    most,
    meaning: '`auth-failures`: more links were refused in the window for who they are.',
  },
} as const satisfies Record<string, NumberSetting>

/** @throws TypeError that names the option and says what it may be. */
export const monitoringSettings = (options: MonitoringOptions): MonitoringSettings => {
  const names = ['interval', 'window', 'stuckHandlers', 'errorRate', 'eventLoopDelay', 'queueGrowth', 'authFailures']
  onlyNames('option of monitoring()', options, [...names, 'notify'])
  const { notify } = options
  if (notify !== undefined && typeof notify !== 'function') throw new TypeError('notify is a function.')
  const of = monitoringNumbers
  const intervalMs = numberOf(of.interval, options.interval)
  const limits = {
    windowMs: numberOf(windowFor(intervalMs), options.window),
    stuckHandlers: rule('stuckHandlers', options.stuckHandlers, ['after'], ({ after }) => ({
      afterMs: numberOf(of.stuckAfter, after),
    })),
    errorRate: rule('errorRate', options.errorRate, ['share', 'least'], ({ share, least }) => ({
      share: numberOf(of.errorShare, share),
      least: numberOf(of.errorLeast, least),
    })),
    eventLoopDelay: rule('eventLoopDelay', options.eventLoopDelay, ['ms'], ({ ms }) => ({
      ms: numberOf(of.loopDelay, ms),
    })),
    queueGrowth: rule('queueGrowth', options.queueGrowth, ['least', 'samples'], ({ least, samples }) => ({
      least: numberOf(of.queueLeast, least),
      samples: numberOf(of.queueSamples, samples),
    })),
    authFailures: rule('authFailures', options.authFailures, ['most'], ({ most }) => ({
      most: numberOf(of.authFailures, most),
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
  onlyNames(`option ${name} of monitoring()`, given ?? {}, names)
  return read(given ?? {})
}

/** The samples of a window are kept, so it holds no more than there is room for. */
const windowFor = (intervalMs: number): NumberSetting => {
  const { window } = monitoringNumbers
  const longestMs = Math.min(window.most, mostSamples * intervalMs)
  const usualMs = Math.min(longestMs, Math.max(window.otherwise, intervalMs))
  return { ...window, otherwise: usualMs, least: intervalMs, most: longestMs }
}
