/** What went wrong, as the application gets it. */

import { BackchatError, type CodedError, type ErrorCode, inWords, type Stage, type Trace } from '@backchat/protocol'
import type { Fault } from '../machine/effects.js'
import { fault, notRun } from '../machine/faults.js'

/** What a fault is about; nothing for one that concerns no request. */
export interface Subject {
  readonly id: string
  readonly type: string
  readonly trace: Trace
  /** Where it got stuck, beside its stage. */
  readonly where: string
}

/** A fault as received: what the handler said has been parsed. */
export type Received = Omit<Fault, 'failure'> & { readonly failure?: unknown }

export function errorOf(received: Received, subject?: Subject, cause?: unknown): CodedError {
  const { id: requestId, type, trace, where } = subject ?? {}
  const error = new BackchatError({
    ...received,
    requestId,
    type,
    trace,
    where: hasOwnReason(received) ? '' : where,
    cause,
  })
  // The constructor gives each code what it must carry.
  return error as CodedError
}

/** Wherever it was, that would be no answer to why. */
const hasOwnReason = ({ code }: Received) => code === 'INVALID_MESSAGE' || code === 'TOO_LARGE'

/** A request that the client itself refuses: nothing was sent. */
export function refused(code: ErrorCode, message: string): Fault {
  return notRun(code, message, 'queued')
}

/** What arrived is not what the contract says. */
export function broken(reason: string, stage: Stage, mayHaveExecuted: boolean): Fault {
  const message = `${reason} Do client and server have the same contract?`
  return fault('INVALID_MESSAGE', message, { stage, mayHaveExecuted, idempotent: false })
}

/** A function of the application's threw. */
export function threw(what: string, cause: unknown): CodedError {
  const message = `${what} threw: ${inWords(cause)}`
  const progress = { stage: 'received', mayHaveExecuted: true, idempotent: false } as const
  return errorOf(fault('HANDLER_FAILED', message, progress), undefined, cause)
}

/** @throws TypeError when a message type can be no such thing. */
export function mustBeType(type: unknown): void {
  if (typeof type !== 'string' || type === '') throw new TypeError(`A message type is a text, not ${inWords(type)}.`)
}
