/** The plugin `metrics`: what Prometheus reads at `/metrics`, in a registry of the manager's own. */

import { Registry } from 'prom-client'
import type { Plugin } from '../api.js'
import { onlyNames } from '../core/setting.js'
import { Instruments } from './metrics/instruments.js'

export interface MetricsOptions {
  /**
   * Where the metrics are kept, for an application that has some of its own and shows all on one page; it holds those of
   * one manager, until that closes. Default: a new one for each manager.
   */
  readonly registry?: Registry | undefined
  /** Where the page is served. Default `/metrics`. */
  readonly path?: string | undefined
}

/**
 * Metrics in the format of Prometheus, named in docs/server.md. Labels are message types that have a handler here, and
 * codes: never an id, never what a peer made up.
 *
 * @throws TypeError when an option makes no sense.
 * @example
 * ```ts
 * const registry = new Registry()
 * collectDefaultMetrics({ register: registry })            // of the process, too
 * new WebSocketManager({ port: 8787, plugins: [metrics({ registry })] })
 * ```
 */
export const metrics = (options: MetricsOptions = {}): Plugin => {
  onlyNames('option of metrics()', options, ['registry', 'path'])
  const { registry = new Registry(), path = '/metrics' } = options
  if (typeof registry?.registerMetric !== 'function') throw new TypeError('registry is a Registry of prom-client.')
  if (typeof path !== 'string' || !path.startsWith('/')) throw new TypeError('path begins with a slash.')
  let instruments: Instruments | undefined
  return {
    name: 'metrics',
    install(host) {
      const shown = new Instruments(registry)
      instruments = shown
      host.on('handled', (report) => shown.handled(report))
      host.serve(path, async () => {
        shown.look(host.figures())
        return { contentType: registry.contentType, body: await registry.metrics() }
      })
    },
    close: () => instruments?.remove(),
  }
}
