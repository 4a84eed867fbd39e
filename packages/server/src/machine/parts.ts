/** The parts of a server's machine. They do not know each other; what happens between them stands beside this file. */

import type { Asks } from './asks.js'
import type { Credentials } from './credentials.js'
import type { Drop } from './drop.js'
import type { Greeting } from './greeting.js'
import type { Heartbeats } from './heartbeats.js'
import type { Lease } from './lease.js'
import type { Pushes } from './pushes.js'
import type { Registry } from './registry.js'
import type { Requests } from './requests.js'
import type { Runs } from './runs.js'
import type { Sessions } from './sessions.js'

export interface Parts {
  readonly lease: Lease
  readonly registry: Registry
  readonly greeting: Greeting
  readonly sessions: Sessions
  readonly heartbeats: Heartbeats
  readonly credentials: Credentials
  readonly pushes: Pushes
  readonly asks: Asks
  readonly runs: Runs
  readonly requests: Requests
  /** Ends a link, whether it was welcomed or not. */
  readonly drop: Drop
}
