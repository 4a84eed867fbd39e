/** What a manager tells those who look on. */

import type { CodedError, ErrorCode, JsonObject, RequestMode } from '@backchat/protocol'
import type { Alert } from './alerts.js'
import type { Connection, Identity, Session } from './people.js'

/** Listeners are called with these. What one throws is an `error` event, and stops only itself. */
export interface ManagerEvents<User extends Identity = Identity, State extends object = object> {
  /** A client's session is on this link now, for the first time or again. */
  connection: [connection: Connection<User, State>]
  /** The link ended; the session may come back. */
  disconnection: [connection: Connection<User, State>, reason: string]
  /** A session is over, and all that was known of it is gone. */
  sessionEnded: [session: Session, userId: string]
  /** A run ended. */
  handled: [report: HandledReport]
  /** A rule of the plugin `monitoring` was raised or resolved. */
  alert: [alert: Alert]
  /** Something went wrong: a handler failed, a listener threw, the store was out of reach. */
  error: [error: CodedError, context: ErrorContext]
}

/** What is measured of a run. */
export interface HandledReport {
  /** A type that has a handler here. */
  readonly type: string
  /** The run's name on this server, as in `context.run.id`. */
  readonly run: number
  readonly messageId: string
  readonly sessionId: string
  readonly connectionId: string | undefined
  readonly userId: string
  readonly mode: RequestMode
  readonly outcome: 'ok' | ErrorCode
  readonly durationMs: number
  /** From its start to its first chunk; undefined when there was none. */
  readonly firstChunkMs?: number | undefined
  readonly chunks: number
  /** What the client said beside the content: any JSON, never written to the log. */
  readonly metadata: JsonObject
}

/** Where an error happened, as far as it is known. */
export interface ErrorContext {
  readonly connectionId?: string
  readonly sessionId?: string
  readonly messageId?: string
  readonly messageType?: string
}
