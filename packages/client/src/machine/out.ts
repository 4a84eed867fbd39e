/** Where the parts of the machine put what they decide; the machine that composes them gathers it. */

import type { ClientFrame, Json } from '@backchat/protocol'
import type { Effect } from './effects.js'
import type { Key } from './inputs.js'

export interface Out {
  emit(effect: Effect): void
  /** Hands a frame to the current link. Without one it is lost, and what matters is sent again after the next welcome. `key`: the request that it asks for. */
  transmit(frame: ClientFrame<Json>, key?: Key): void
  /** There is something new for the server to know, which waits for others at most so long [P-22]. */
  owe(withinMs: number): void
}
