/** Where the library writes what happens. */

/** As much of pino as is used; `pino()` is one. */
export interface Logger {
  debug: LogMethod
  info: LogMethod
  warn: LogMethod
  error: LogMethod
  /** A logger that adds these fields to each line. */
  child(fields: Record<string, unknown>): Logger
}

export interface LogMethod {
  (fields: object, message?: string): void
  (message: string): void
}
