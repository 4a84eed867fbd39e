/** Who may wait for what a run says: the runs speak, and do not know who listens. */

import type { Json, WireError } from '@backchat/protocol'
import type { Ending } from '../store/operations.js'
import type { Turn } from './turn.js'

export interface Audience {
  /** The handler is running. */
  started(session: string, n: number, turn: Turn): void
  /** Chunks from number `first` on are stored. */
  chunks(session: string, n: number, first: number, contents: readonly Json[], turn: Turn): void
  /** The journal has its ending; there were `count` chunks. */
  ended(session: string, n: number, ending: Ending, count: number, turn: Turn): void
  /** It did not run, and the journal knows nothing of it. */
  refused(session: string, n: number, error: WireError, turn: Turn): void
  /** Its answer is nowhere. */
  lost(session: string, n: number, turn: Turn): void
  /** Nobody knows what the store has of it. */
  storeFailed(session: string, turn: Turn): void
}
