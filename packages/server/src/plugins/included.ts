/** The plugins that come with the server, by name. */

import type { Plugin, PluginName } from '../api.js'

export const plugins: ReadonlyMap<string, () => Plugin> = new Map<PluginName, () => Plugin>([])
