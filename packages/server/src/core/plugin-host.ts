/** What a plugin is given of a manager: see {@link PluginHost}. Each has its own, which ends with the manager. */

import type { Clock, CodedError, Untyped } from '@backchat/protocol'
import type { ConnectionMiddleware, Figures, Identity, Logger, Manager, Middleware, PluginHost } from '../api.js'
import { errorOf } from '../handlers/error.js'
import type { Health } from '../handlers/health.js'
import type { Asks } from './asks.js'

export interface HostOptions {
  /** Plugins serve managers of any contract. */
  readonly manager: Pick<Manager<Untyped, Identity>, 'on' | 'use'>
  readonly isClosed: () => boolean
  readonly log: Logger
  readonly clock: Clock
  readonly figures: () => Figures
  readonly health: Pick<Health, 'serve'>
  readonly asks: Pick<Asks, 'follow'>
  readonly alert: PluginHost['alert']
  readonly failed: (error: CodedError) => void
  /** Keeps what is to be done when the manager closes. */
  readonly atClose: (undo: () => void) => void
}

export const pluginHost = ({ manager, isClosed, health, asks, failed, atClose, ...rest }: HostOptions): PluginHost => {
  /** A plugin may be late: what it adds then would stay for ever. */
  const mustBeOpen = (): void => {
    if (isClosed()) throw new Error('The manager is closed: a plugin can add nothing more.')
  }
  return {
    ...rest,
    on: (name, listener) => {
      mustBeOpen()
      return manager.on(name, listener)
    },
    use: (first: Middleware | 'connection', second: ConnectionMiddleware = () => undefined) => {
      mustBeOpen()
      return first === 'connection' ? manager.use(first, second) : manager.use(first)
    },
    followAsks: (begin) => {
      mustBeOpen()
      asks.follow(begin)
    },
    serve: (path, page) => {
      mustBeOpen()
      atClose(health.serve(path, page))
    },
    failed: (message, cause) => failed(errorOf({ code: 'HANDLER_FAILED', message, mayHaveExecuted: false }, { cause })),
  }
}
