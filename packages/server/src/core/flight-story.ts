/** What records of the flight recorder tell of a request that nobody else knows. */

import type { ErrorCode, RequestMode, TraceStep } from '@backchat/protocol'
import type { FlightRecord } from '../api.js'
import type { LinkId } from '../machine/inputs.js'

export interface Story {
  readonly sessionId: string
  readonly connectionId: string | undefined
  readonly link: LinkId
  readonly n: number
  readonly id: string
  readonly type: string
  readonly mode: RequestMode
  readonly trace: readonly TraceStep[]
  readonly outcome: 'pending' | 'ok' | ErrorCode
  readonly endedAtMs: number | undefined
  readonly refused: boolean
}

/** `records` are those of one request, oldest first. Undefined when none of them says which one it is. */
export const storyOf = (records: readonly FlightRecord[]): Story | undefined => {
  const asked = records.filter(({ kind }) => kind === 'request').at(-1)
  if (asked === undefined) return undefined
  const { sessionId, connectionId, link, n, id, type, mode } = asked
  if (sessionId === undefined || n === undefined || id === undefined || type === undefined || mode === undefined)
    return undefined
  const end = records.filter(({ kind }) => kind === 'reply' || kind === 'error' || kind === 'cancelled').at(-1)
  const trace = records
    .flatMap(stepOf)
    .filter((step, at, all) => all.findIndex(({ stage }) => stage === step.stage) === at)
  const known = { sessionId, connectionId, link, n, id, type, mode, trace }
  // It came again, and has not been answered.
  if (end === undefined || end.atMs < asked.atMs)
    return { ...known, outcome: 'pending', endedAtMs: undefined, refused: false }
  return { ...known, outcome: outcomeOf(end), endedAtMs: end.atMs, refused: end.refused }
}

const stepOf = ({ kind, atMs }: FlightRecord): TraceStep[] => {
  if (kind === 'request') return [{ stage: 'received', atMs }]
  if (kind === 'started') return [{ stage: 'started', atMs }]
  return kind === 'reply' ? [{ stage: 'replied', atMs }] : []
}

const outcomeOf = ({ kind, code }: FlightRecord): 'ok' | ErrorCode => {
  if (kind === 'reply') return 'ok'
  // An error has a code of errors.
  return kind === 'cancelled' ? 'ABORTED' : (code as ErrorCode)
}
