/** Pages that were refused, for the log: their browsers tell nobody why, and most often an option is what is wrong. */

import type { IncomingMessage } from 'node:http'
import type { Logger } from '../api.js'
import { clip } from './clip.js'
import { inOneLine } from './in-one-line.js'
import { type SafeLog, safeLog } from './safe-log.js'

/** Of so many origins it is told: who makes them up does not fill the log. */
const mostTold = 100

export class RefusedOrigins {
  readonly #log: SafeLog
  readonly #told = new Set<string>()

  constructor(log: Logger) {
    this.#log = safeLog(log)
  }

  /** Writes a warning, once for each origin. */
  tell({ headers }: Pick<IncomingMessage, 'headers'>): void {
    const origin = readable(headers.origin)
    if (this.#told.has(origin) || this.#told.size >= mostTold) return
    this.#told.add(origin)
    const host = readable(headers.host)
    const message = `Pages of ${origin} may not connect to ${host}. If they should, name their origin in the option origins.`
    this.#log.warn({ origin, host }, message)
  }
}

const readable = (header: string | undefined): string => inOneLine(clip(header ?? 'nowhere'))
