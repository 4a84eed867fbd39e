/** What the library itself writes to the log: a logger that throws or rejects, be it at what it is to write, stops nothing. */

import type { Logger } from '../api.js'
import { isolated } from './isolated.js'

export interface SafeLog {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const safeLog = (logger: Logger): SafeLog => ({
  debug: (fields, message) => write(logger, 'debug', fields, message),
  info: (fields, message) => write(logger, 'info', fields, message),
  warn: (fields, message) => write(logger, 'warn', fields, message),
  error: (fields, message) => write(logger, 'error', fields, message),
})

/** The standard logger reads causes, which are the application's. Where it cannot, the message is better than nothing. */
const write = (logger: Logger, level: keyof SafeLog, fields: object, message: string): void =>
  isolated(
    () => logger[level](fields, message),
    () => isolated(() => logger[level](message), nobodyIsLeftToTell),
  )

const nobodyIsLeftToTell = () => {}
