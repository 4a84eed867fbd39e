/** One record in the log for each request that has ended: what it was and what came of it, never what it said. */

import type { HandledReport } from '../api.js'
import type { SafeLog } from '../core/safe-log.js'

export type RequestLogLevel = 'debug' | 'info' | 'off'

/** Returns what writes a record. Its fields are names and figures that we made or counted. */
export const requestLog =
  (log: SafeLog, level: RequestLogLevel): ((report: HandledReport) => void) =>
  ({ messageId, type, sessionId, userId, connectionId, mode, outcome, durationMs, chunks }) => {
    if (level === 'off') return
    log[level](
      {
        message: messageId,
        type,
        session: sessionId,
        user: userId,
        connection: connectionId,
        mode,
        outcome,
        durationMs: Math.round(durationMs * 1_000) / 1_000,
        chunks,
      },
      'request',
    )
  }
