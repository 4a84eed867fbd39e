/** What nodes that share a store have to do with each other [P-35]: notes, and the loss of the lease. */

import { closeCodes, Ranges, unreachable } from '@backchat/protocol'
import type { Note } from '../store/operations.js'
import { leaseLost } from './faults.js'
import type { Parts } from './parts.js'
import type { Turn } from './turn.js'

/** Another node did something that concerns this one. */
export const noted = (parts: Parts, note: Note, turn: Turn): void => {
  switch (note.note) {
    case 'push':
      return parts.pushes.noted(note.session, turn)
    case 'run':
      // The renewal that brought this looks at all that runs on other nodes.
      return
    case 'cancel':
      return parts.runs.cancel(note.session, note.n, turn)
    case 'took':
      return parts.runs.took(note.session, note.n, note.next, turn)
    case 'settled':
      return parts.runs.settled(note.session, new Ranges(0, [[note.n, note.n]]), turn)
    case 'superseded':
      return parts.sessions.superseded(note.session, note.attempt, turn)
    case 'over':
      return parts.sessions.over(note, turn, note.loggedOut === true ? 'unauthorized' : 'superseded')
    case 'answered':
      return parts.asks.answered(note.session, note.push, note.answer, turn)
    default:
      return unreachable(note)
  }
}

/** The lease was renewed: what could not be told is told, and what no note tells of is looked at. */
export const renewed = ({ sessions, requests, runs }: Parts, turn: Turn): void => {
  sessions.retell(turn)
  runs.retell((session, n) => requests.isAsking(session, n), turn)
  requests.lookAgain(turn)
}

/** Others count this node as gone: what it began is theirs to judge, and its clients come again. */
export const lost = ({ runs, asks, sessions }: Parts, turn: Turn): void => {
  runs.dropAll(leaseLost.message, turn)
  asks.endAll(leaseLost, turn)
  sessions.dropAll(closeCodes.internalError, leaseLost.message, turn)
}
