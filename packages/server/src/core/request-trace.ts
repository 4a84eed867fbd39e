/** What is noted of a request and of its session, for people who watch. */

import type { ErrorCode, RequestMode, Stage, TraceStep } from '@backchat/protocol'
import type { LinkId, RunId } from '../machine/inputs.js'

export interface RequestTrace {
  readonly session: SessionTrace
  readonly n: number
  readonly id: string
  readonly type: string
  readonly mode: RequestMode
  /** The stages it went through here. */
  readonly steps: TraceStep[]
  /** The newest link that brought it. */
  link: LinkId
  /** While its handler, or what stands around it, is at work here. */
  run: RunId | undefined
  outcome: 'pending' | 'ok' | ErrorCode
  /** Its answer went out on that link, then. */
  sent: { readonly link: LinkId; readonly atMs: number } | undefined
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

/** How far it got. */
export const stageOf = ({ steps }: RequestTrace): Stage => steps.at(-1)?.stage ?? 'received'
