/** Where the server writes what happened: facts about messages, never their content, never a secret. One record is one line. */

import { type DestinationStream, pino, stdSerializers } from 'pino'
import type { Logger } from './api.js'

export interface LoggerOptions {
  /** Least level that is written. Default `info`. */
  readonly level?: 'debug' | 'info' | 'warn' | 'error' | 'silent' | undefined
  /** Where the lines go. Default: standard output. */
  readonly destination?: DestinationStream | undefined
}

/** The standard logger: pino, one line of JSON for each record, with secrets made unreadable. */
export const createLogger = ({ level = 'info', destination }: LoggerOptions = {}): Logger => {
  const options = { name: 'backchat', level, redact: { paths: secretPaths, censor }, serializers: { err: errorFields } }
  return destination === undefined ? pino(options) : pino(options, destination)
}

const censor = '[redacted]'

/** Names under which applications keep secrets, as they are and as headers. */
const secretNames = ['token', 'secret', 'password', 'authorization', 'cookie', 'accessToken', 'refreshToken', 'apiKey']
/** In a record, and in the objects of a record, three deep. */
const secretPaths = [
  ...secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
  '["set-cookie"]',
  '*["set-cookie"]',
]

/** An error with its causes, without what a handler said in its failure, which is content, and without what looks like a token. */
const errorFields = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error
  const { failure, message, stack, ...rest } = stdSerializers.err(error)
  return { ...rest, message: withoutTokens(message), stack: withoutTokens(stack) }
}

/** JSON web tokens (RFC 7519), and what follows the scheme of an `Authorization` header (RFC 6750). */
const tokens = /\beyJ[\w-]+\.[\w-]+\.[\w-]*|(?<=\bbearer\s+)\S+/gi

const withoutTokens = (text: string): string => text.replace(tokens, censor)
