/** The plugin `monitoring`: looks at the figures at intervals, and tells when an operator should. */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Figures, Plugin, PluginHost } from '../api.js'
import { isolated } from '../core/isolated.js'
import { type MonitoringOptions, monitoringSettings } from './monitoring/options.js'
import { type Change, Rules, type Sample } from './monitoring/rules.js'

export type { MonitoringOptions } from './monitoring/options.js'

/** How often the event loop is asked whether it is late, in milliseconds: what it is late by then is its delay. */
const resolutionMs = 20

/**
 * Alerts: raised once, resolved once, as `alert` events of the manager, as lines of its log, and by `notify`.
 *
 * @throws TypeError that names the option that makes no sense.
 * @example
 * ```ts
 * const notify = (alert: Alert) => fetch(hook, { method: 'POST', body: JSON.stringify(alert) })
 * new WebSocketManager({ port: 8787, plugins: [monitoring({ notify, eventLoopDelay: { ms: 100 } })] })
 * ```
 */
export const monitoring = (options: MonitoringOptions = {}): Plugin => {
  const { intervalMs, limits, notify } = monitoringSettings(options)
  let stop: (() => void) | undefined
  return {
    name: 'monitoring',
    install(host) {
      if (stop !== undefined) throw new Error('monitoring() watches another manager already: make one for each.')
      const rules = new Rules(limits)
      const delay = monitorEventLoopDelay({ resolution: resolutionMs })
      delay.enable()
      const look = (lateMs: number): void => {
        // The histogram is blind for a moment after each reset; what holds us up then makes the next look late.
        const delayMs = Math.max(lateMs, delayOf(delay.percentile(99)))
        const changes = rules.take(sampleOf(host.figures(), delayMs))
        delay.reset()
        for (const change of changes) tell(host, change, notify)
      }
      const end = every(host, intervalMs, look)
      stop = () => {
        stop = undefined
        end()
        delay.disable()
      }
    },
    close: () => stop?.(),
  }
}

/**
 * Calls again and again until told to stop, and says how late it is; what it throws ends nothing.
 * The first call is at once: a server that is strained from its first moment may be late for the second.
 */
const every = ({ clock, failed }: PluginHost, ms: number, call: (lateMs: number) => void): (() => void) => {
  let cancel = (): void => {}
  const next = (dueAt: number): void => {
    try {
      call(Math.max(0, clock.now() - dueAt))
    } catch (cause) {
      failed("The plugin 'monitoring' failed to look at the figures.", cause)
    }
    const nextAt = clock.now() + ms
    cancel = clock.after(ms, () => next(nextAt))
  }
  next(clock.now())
  return () => cancel()
}

/** The histogram holds nanoseconds between two looks at the clock. Without any look it says nothing that is a number. */
const delayOf = (nanoseconds: number): number =>
  Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e6 - resolutionMs) : 0

const sampleOf = ({ at, requests, queue, totals }: Figures, eventLoopDelayMs: number): Sample => {
  const { unauthorized, notYours, error } = totals.authFailures
  return {
    at,
    silentMs: requests.filter(({ stage }) => stage === 'started').map(({ silentMs }) => silentMs),
    handled: totals.handled,
    failed: totals.failed,
    eventLoopDelayMs,
    queue: queue.requests + queue.storeOperations,
    authFailures: unauthorized + notYours + error,
  }
}

const tell = (host: PluginHost, change: Change, notify: MonitoringOptions['notify']): void => {
  const alert = { ...change, at: new Date(host.clock.wall()).toISOString() }
  host.alert(alert)
  const failedTo = (what: string) => (cause: unknown) =>
    host.failed(`The plugin 'monitoring' failed to ${what}.`, cause)
  isolated(() => notify?.(alert), failedTo('notify'))
  isolated(() => host.log[alert.state === 'raised' ? 'warn' : 'info']({ alert }, alert.message), failedTo('log'))
}
