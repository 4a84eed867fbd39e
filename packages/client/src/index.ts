/** The Backchat client for browsers and Node: every message gets its answer. */

export {
  BackchatError,
  type CodedError,
  type Contract,
  defineContract,
  type ErrorCode,
  type JsonObject,
  type JsonValue,
  type Message,
  type Stage,
  type Trace,
} from '@backchat/protocol'
export type * from './api.js'
export { createClient } from './client.js'
