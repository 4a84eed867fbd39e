/** Everything that a run measured: it can be kept, and looked at again. */

import type { GrowthOf } from '../growth.js'
import type { Finding } from '../limits.js'
import type { Round } from '../measures.js'
import type { Overload } from '../overload.js'
import type { PeerName } from '../peers/peers.js'
import type { Scale } from '../workloads.js'
import type { Machine } from './machine.js'

export interface Report {
  readonly machine: Machine
  /** Load average when all was done. */
  readonly loadAfter: number
  readonly names: readonly PeerName[]
  readonly scale: Scale
  readonly rounds?: readonly Round[]
  readonly growth?: GrowthOf
  readonly limits?: readonly Finding[]
  readonly overload?: readonly Overload[]
}
