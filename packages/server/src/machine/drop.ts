/** Ending a link whose session goes on, and the two reasons that a store gives for it. */

import { closeCodes } from '@backchat/protocol'
import type { LinkId } from './inputs.js'
import type { Turn } from './turn.js'

export type Drop = (link: LinkId, code: number, reason: string, turn: Turn) => void

/** The store met a newer attempt, or the session is over [P-11, P-15]. */
export const dropFenced = (drop: Drop, link: LinkId, turn: Turn): void =>
  drop(link, closeCodes.superseded, 'This link is not the newest of its session.', turn)

/** Nobody knows what the store did. The client comes again, and what it has no answer to is asked again. */
export const dropUnstored = (drop: Drop, link: LinkId, turn: Turn): void =>
  drop(link, closeCodes.internalError, 'The store is out of reach.', turn)
