/** What the platform gives a client: time, chance, names, and signs that something changed. */

import type { Clock, Ids, Random } from '@backchat/protocol'

/** What a platform noticed. Never a truth, always a reason to look. */
export type Sign = 'online' | 'offline' | 'visible' | 'hidden' | 'woke'

export interface Environment {
  readonly clock: Clock
  readonly random: Random
  readonly ids: Ids
  /** Listens until the returned function is called. A page that is hidden already says so at once. */
  onSign(listener: (sign: Sign) => void): () => void
}
