/** What is noted of a request and of its session, for people who watch. */

import type { ErrorCode, RequestMode, Trace, TraceStep } from '@backchat/protocol'
import type { LinkId, RunId } from '../machine/inputs.js'

export interface RequestTrace {
  readonly session: SessionTrace
  readonly n: number
  readonly id: string
  readonly type: string
  readonly mode: RequestMode
  /** When it got to each stage here, those that it got to: milliseconds since 1970. Fields, because many are kept. */
  readonly receivedAtMs: number
  startedAtMs: number | undefined
  repliedAtMs: number | undefined
  settledAtMs: number | undefined
  /** The newest link that brought it. */
  link: LinkId
  /** While its handler, or what stands around it, is at work here. */
  run: RunId | undefined
  outcome: 'pending' | 'ok' | ErrorCode
  /** The link on which its answer went out last, and when. */
  sentOn: LinkId | undefined
  sentAtMs: number | undefined
  /** Why nothing of it is wanted any more, though it may still run. */
  over: Over | undefined
}

export type Over = 'confirmed' | 'cancelled' | 'refused' | 'session over'

export interface SessionTrace {
  readonly id: string
  readonly user: string
  /** Undefined while no link of it is here. */
  link: LinkId | undefined
  /** Since when it has that link, or none: milliseconds since 1970. */
  sinceMs: number
  /** Why its last link ended. */
  left: string | undefined
  /** Those that are not settled, by number. */
  readonly requests: Map<number, RequestTrace>
}

/** The stages it went through here. */
export const stepsOf = ({ receivedAtMs, startedAtMs, repliedAtMs, settledAtMs }: RequestTrace): Trace => {
  const steps: TraceStep[] = [{ stage: 'received', atMs: receivedAtMs }]
  if (startedAtMs !== undefined) steps.push({ stage: 'started', atMs: startedAtMs })
  if (repliedAtMs !== undefined) steps.push({ stage: 'replied', atMs: repliedAtMs })
  if (settledAtMs !== undefined) steps.push({ stage: 'settled', atMs: settledAtMs })
  return steps
}
