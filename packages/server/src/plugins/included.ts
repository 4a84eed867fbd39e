/** The plugins that come with the server, by name, each with its defaults. */

import type { Plugin, PluginName } from '../api.js'
import { metrics } from './metrics.js'
import { monitoring } from './monitoring.js'
import { recovery } from './recovery.js'

export const plugins: ReadonlyMap<string, () => Plugin> = new Map<PluginName, () => Plugin>([
  ['monitoring', () => monitoring()],
  ['metrics', () => metrics()],
  ['recovery', () => recovery()],
])
