/** Additions to the manager: installed in order before it is ready, closed when it closes; what one throws stops only itself. */

import type { Clock, CodedError } from '@backchat/protocol'
import type { Plugin, PluginHost, PluginName } from '../api.js'
import { errorOf } from '../handlers/error.js'
import { plugins as included } from '../plugins/included.js'
import { Patience } from './patience.js'

/** A plugin is given this long to be installed, and to close. */
export const pluginMs = 5_000

export class Plugins {
  readonly #plugins: readonly Plugin[]
  readonly #failed: (error: CodedError) => void
  readonly #patience: Patience
  #closed = false

  /** @throws TypeError when one of them is not there, is no plugin, or is there twice. */
  constructor(given: readonly (PluginName | Plugin)[], failed: (error: CodedError) => void, clock: Clock) {
    // Equal ones keep the order of the list.
    this.#plugins = given.map(pluginOf).sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
    this.#failed = failed
    this.#patience = new Patience(clock, pluginMs)
    const names = this.#plugins.map(({ name }) => name)
    for (const name of names) {
      if (names.indexOf(name) !== names.lastIndexOf(name)) throw new TypeError(`The plugin '${name}' is there twice.`)
    }
  }

  async install(host: PluginHost): Promise<void> {
    for (const plugin of this.#plugins) {
      if (this.#closed) return
      await this.#isolated(plugin, 'install', () => plugin.install(host))
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    // One that is being installed holds nothing up.
    this.#patience.callOff()
    for (const plugin of this.#plugins) await this.#isolated(plugin, 'close', () => plugin.close?.())
  }

  async #isolated({ name }: Plugin, what: string, call: () => void | Promise<void>): Promise<void> {
    try {
      await this.#patience.wait(call)
    } catch (cause) {
      const message = `The plugin '${name}' failed to ${what}.`
      this.#failed(errorOf({ code: 'HANDLER_FAILED', message, mayHaveExecuted: false }, { cause }))
    }
  }
}

/** Names stand for plugins that come with the server, with their defaults. */
const pluginOf = (given: PluginName | Plugin): Plugin => {
  if (typeof given === 'string') return includedOf(given)
  if (
    typeof given === 'object' &&
    given !== null &&
    typeof given.name === 'string' &&
    typeof given.install === 'function'
  ) {
    if (given.order !== undefined && !Number.isFinite(given.order))
      throw new TypeError(`The order of the plugin '${given.name}' is a number.`)
    return given
  }
  throw new TypeError('A plugin is an object with a name and a function install.')
}

const includedOf = (name: string): Plugin => {
  const make = included.get(name)
  if (make !== undefined) return make()
  const names = [...included.keys()].join(', ')
  throw new TypeError(`There is no plugin '${name}' in this version; there are ${names}. Or give a plugin object.`)
}
