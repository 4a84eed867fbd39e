/** Additions to the manager. */

import type { Clock, ErrorCode } from '@backchat/protocol'
import type { Alert } from './alerts.js'
import type { ManagerEvents } from './events.js'
import type { Figures } from './figures.js'
import type { Page } from './health.js'
import type { Logger } from './logger.js'
import type { ConnectionMiddleware, Middleware } from './middleware.js'

/** Plugins that come with the server; as a name each has its defaults. */
export type PluginName = 'monitoring' | 'metrics' | 'recovery'

/**
 * An addition to the manager. What it throws stops only itself, and is an `error` event.
 *
 * @example
 * ```ts
 * const audit: Plugin = {
 *   name: 'audit',
 *   install: (host) => void host.on('handled', ({ type, outcome }) => host.log.info({ type, outcome }, 'handled')),
 * }
 * ```
 */
export interface Plugin {
  /** Unique in its manager. */
  readonly name: string
  /**
   * Lower ones are installed first, and their middleware stands further outside; that of the application stands inside of all.
   * Default 0. Equal ones keep the order of the list.
   */
  readonly order?: number | undefined
  /** Called once, before the manager is ready, which waits for it for 5 s; then an `error` event names it, and it is not waited for any more. */
  install(host: PluginHost): void | Promise<void>
  /** Called once, when the manager closes and the last link has gone, in the order of `install`. The manager waits for it for 5 s; then an `error` event names it. */
  close?(): void | Promise<void>
}

/** A question to a client, as `manager.request` begins. */
export interface BegunAsk {
  readonly id: string
  readonly type: string
  readonly sessionId: string
  /** As the caller gave it: it may be anything. */
  readonly metadata: unknown
}

/** Is told of one question what becomes of it. */
export interface FollowedAsk {
  /** What travels as the message's metadata, in place of the caller's. */
  readonly metadata: unknown
  /** The last that is told. `reason`: the error's sentence. */
  settled(outcome: 'ok' | ErrorCode, reason?: string): void
}

/**
 * All that a plugin may do: listen, stand in between, read figures, serve pages, tell of alerts and errors. Whatever
 * the contract; it sends nothing, and changes nothing of the manager's own. Once the manager is closed, what would add something throws.
 */
export interface PluginHost {
  readonly log: Logger
  /** Its timers never keep the process alive. A plugin calls off its own in `close`. */
  readonly clock: Clock
  /** Listens to the manager; returns how to stop. */
  on<Name extends keyof ManagerEvents>(name: Name, listener: (...event: ManagerEvents[Name]) => unknown): () => void
  use(middleware: Middleware): void
  use(place: 'connection', middleware: ConnectionMiddleware): void
  /** Follows each question to a client that is well formed: `begin` is called before it is written, in the caller's turn. What it throws is an `error` event. */
  followAsks(begin: (ask: BegunAsk) => FollowedAsk): void
  /** What the manager is doing now. Costs time for each request in flight: for each look, not for each message. */
  figures(): Figures
  /**
   * Serves a page to `GET` and `HEAD` beside `/livez` and `/readyz`, until the manager closes. A page that throws is
   * answered with 500 and is an `error` event.
   *
   * @throws TypeError when the path does not begin with a slash, or is served already.
   */
  serve(path: string, page: () => Page | Promise<Page>): void
  /** Raises the manager's `alert` event. */
  alert(alert: Alert): void
  /** Raises the manager's `error` event, for what went wrong when nobody called: in a timer, or in a promise. */
  failed(message: string, cause?: unknown): void
}
