/** What follows from each refusal: the table of [P-13]. */

import type { RefuseCode } from '@backchat/protocol'
import type { Cause } from './faults.js'

export type Consequence =
  /** There will never be a link: everything ends. */
  | { readonly do: 'end'; readonly cause: Cause; readonly why: string }
  /** The token may have been an old one. */
  | { readonly do: 'fetch token' }
  /** Somebody else has our client id: be another client. What was never sent waits for it, or is `theirs` and must not. */
  | { readonly do: 'be another'; readonly queue: 'waits' | 'theirs' }
  | { readonly do: 'wait' }

export const consequences: Readonly<Record<RefuseCode, Consequence>> = {
  version: { do: 'end', cause: 'UNSUPPORTED_VERSION', why: 'The server speaks another version of the protocol' },
  invalid: { do: 'end', cause: 'INVALID_MESSAGE', why: 'The server did not understand the client' },
  unauthorized: { do: 'fetch token' },
  'not-yours': { do: 'be another', queue: 'theirs' },
  stale: { do: 'be another', queue: 'waits' },
  superseded: { do: 'be another', queue: 'waits' },
  full: { do: 'wait' },
  draining: { do: 'wait' },
}
