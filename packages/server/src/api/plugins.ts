/** Additions to the manager. */

import type { Clock } from '@backchat/protocol'
import type { ManagerEvents } from './events.js'
import type { Logger } from './logger.js'
import type { ConnectionMiddleware, Middleware } from './middleware.js'

export type PluginName = 'monitoring' | 'metrics' | 'recovery'

/** An addition to the manager. What it throws stops only itself, and is an `error` event. */
export interface Plugin {
  /** Unique in its manager. */
  readonly name: string
  /** Called once, before the manager is ready, which waits for it for 5 s; then an `error` event names it, and it is not waited for any more. */
  install(host: PluginHost): void | Promise<void>
  /** Called once, when the manager closes, which waits for it for 5 s; then an `error` event names it. */
  close?(): void | Promise<void>
}

/** What a plugin may do: listen and stand in between, whatever the contract. */
export interface PluginHost {
  readonly log: Logger
  readonly clock: Clock
  on<Name extends keyof ManagerEvents>(name: Name, listener: (...event: ManagerEvents[Name]) => unknown): () => void
  use(middleware: Middleware): void
  use(place: 'connection', middleware: ConnectionMiddleware): void
}
