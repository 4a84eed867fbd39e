/** What is known of a request and of its session, for people who watch. */

import type { ErrorCode, Range, RequestMode, Trace } from '@backchat/protocol'
import type { RunId } from '../machine/inputs.js'

export interface RequestTrace {
  readonly session: SessionTrace
  readonly n: number
  readonly id: string
  readonly type: string
  readonly mode: RequestMode
  /** The connection that brought it; of one that has ended the connection on which it ran. */
  readonly connectionId: string | undefined
  /** The stages it went through here. */
  readonly trace: Trace
  /** While what stands around its handler, or the handler, is at work here. */
  readonly run: RunId | undefined
  readonly outcome: 'pending' | 'ok' | ErrorCode
  /** When it ended: milliseconds since 1970. */
  readonly endedAtMs: number | undefined
  /** It was not run, and its number may come again. */
  readonly refused: boolean
}

export interface SessionTrace {
  readonly id: string
  readonly user: string
  /** Whether a link of it is here. */
  attached: boolean
  /** Since when: milliseconds since 1970. */
  sinceMs: number
  /** Why its last link ended. */
  left: string | undefined
  /** What its client has for good. */
  settled: Settled
  over: boolean
}

/** Numbers of requests, as a client reports them. */
export interface Settled {
  readonly floor: number
  readonly settled: readonly Range[]
}

/** Why nothing of a request is wanted any more; undefined when it is. */
export type Over = 'confirmed' | 'refused' | 'session over'

export const overOf = ({ session, n, refused }: RequestTrace): Over | undefined => {
  if (refused) return 'refused'
  if (isSettled(session.settled, n)) return 'confirmed'
  return session.over ? 'session over' : undefined
}

const isSettled = ({ floor, settled }: Settled, n: number): boolean => {
  if (n <= floor) return true
  for (const [from, to] of settled) if (from <= n && n <= to) return true
  return false
}
