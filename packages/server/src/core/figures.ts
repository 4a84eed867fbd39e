/** Gathers from the parts what may be read of a manager at work. */

import type { Clock } from '@backchat/protocol'
import type { Figures, Identity, RequestInFlight } from '../api.js'
import type { Store } from '../store/store.js'
import type { ConnectionPool } from './connection-pool.js'
import type { Links } from './links.js'
import type { MachineDriver } from './machine-driver.js'
import type { Readiness } from './readiness.js'
import type { Tally } from './tally.js'

export interface FigureSources<User extends Identity, State extends object> {
  readonly clock: Pick<Clock, 'now'>
  readonly readiness: Pick<Readiness, 'phase'>
  readonly pool: Pick<ConnectionPool<User, State>, 'size'>
  readonly links: Pick<Links, 'size' | 'queuedBytes'>
  readonly processor: { inFlight(): readonly RequestInFlight[] }
  readonly driver: Pick<MachineDriver, 'unanswered'>
  readonly store: Pick<Store, 'sessions'>
  readonly tally: Pick<Tally, 'totals'>
}

export const figuresOf = <User extends Identity, State extends object>(
  sources: FigureSources<User, State>,
): Figures => {
  const { clock, readiness, pool, links, processor, driver, store, tally } = sources
  const requests = processor.inFlight()
  return {
    at: clock.now(),
    phase: readiness.phase,
    connections: pool.size,
    handshakes: Math.max(0, links.size - pool.size),
    sessions: { attached: pool.size, detached: store.sessions?.().detached },
    requests,
    queue: {
      requests: requests.filter(({ stage }) => stage === 'received').length,
      storeOperations: driver.unanswered,
      sendBufferBytes: links.queuedBytes,
    },
    totals: tally.totals(),
  }
}
