/** A user is logged out: all of its sessions end, wherever their links are [P-30]. */

import { perhapsLoggedOut } from './faults.js'
import type { Input } from './inputs.js'
import type { Parts } from './parts.js'
import type { Turn } from './turn.js'

export const logout = (parts: Parts, { key, user }: Extract<Input, { kind: 'loggedOut' }>, turn: Turn): void =>
  turn.ask({ op: 'logout', user, owner: parts.lease.owner }, (answer, turn) => {
    if (answer.status === 'failed')
      return turn.perform({ kind: 'pushed', key, outcome: { ok: false, error: perhapsLoggedOut } })
    for (const ended of answer.over) parts.sessions.over(ended, turn, 'unauthorized')
    turn.perform({ kind: 'pushed', key, outcome: { ok: true, sessions: answer.over.length } })
  })
