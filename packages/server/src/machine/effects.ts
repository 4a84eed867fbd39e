/** What the server's machine wants done. Imperative: a shell performs each, in order, and decides nothing. */

import type { ErrorCode, Json, RequestMode, ServerFrame, Stage, WireError, WireMessage } from '@backchat/protocol'
import type { Operation } from '../store/operations.js'
import type { Key, LinkId, RunId } from './inputs.js'
import type { Portion } from './portion.js'

export type Effect =
  /** Ask the application who this is; answer with `authenticated` or `authenticateFailed`. */
  | {
      readonly kind: 'authenticate'
      readonly link: LinkId
      readonly token: string | undefined
      readonly client: string
    }
  | { readonly kind: 'transmit'; readonly link: LinkId; readonly frame: ServerFrame<Json> }
  /** Drop the socket: flush what was transmitted, close with the code, terminate soon after. No `closed` follows. */
  | { readonly kind: 'abandon'; readonly link: LinkId; readonly code: number; readonly reason: string }
  /** One atomic batch for the store; answer with `applied` or `applyFailed`. Batches are answered in order. */
  | { readonly kind: 'apply'; readonly batch: number; readonly operations: readonly Operation[] }
  /** Call the handler: `handling` when it is about to start, then `yielded`…, then `returned` or `threw`. */
  | Run
  /** Ask the generator for so many chunks, or until they have so many bytes together. The first `pull`, of one chunk, is implied by `run`. */
  | ({ readonly kind: 'pull'; readonly run: RunId } & Portion)
  /** Fire the handler's signal: its result is not wanted any more, or (`code` is not `ABORTED`) it was given up with an error. */
  | { readonly kind: 'abort'; readonly run: RunId; readonly code: ErrorCode; readonly reason: string }
  /** Fire the handler's signal; what it still answers counts. */
  | { readonly kind: 'signal'; readonly run: RunId; readonly reason: string }
  /** An attached link has a new token: what `authenticate` said of it holds from now on. */
  | { readonly kind: 'authorized'; readonly link: LinkId }
  /** A client's session is on this link now: the application's `connection` event. */
  | {
      readonly kind: 'attached'
      readonly link: LinkId
      readonly session: string
      readonly user: string
      readonly resumed: boolean
    }
  /** An attached link ended: the application's `disconnection` event. */
  | { readonly kind: 'detached'; readonly link: LinkId; readonly session: string; readonly reason: string }
  /** A session is over: its time ran out, or the client said bye. */
  | { readonly kind: 'ended'; readonly session: string; readonly user: string }
  /** Settles the append or the logout of that key. */
  | { readonly kind: 'pushed'; readonly key: Key; readonly outcome: PushOutcome }
  /** Settles the ask of that key. */
  | { readonly kind: 'answered'; readonly key: Key; readonly outcome: AskOutcome }
  /** Something nobody waits for went wrong; goes to the application's `error` event. */
  | {
      readonly kind: 'report'
      readonly error: WireError
      readonly link?: LinkId
      readonly session?: string
      readonly run?: RunId
    }
  /** All that `closeAsked` wanted is done. */
  | { readonly kind: 'ready to close' }

/** `sessions` is how many got it, or ended. */
export type PushOutcome =
  | { readonly ok: true; readonly sessions: number }
  | { readonly ok: false; readonly error: WireError }

export type AskOutcome =
  | { readonly ok: true; readonly session: string; readonly message: Json }
  | { readonly ok: false; readonly error: WireError; readonly stage: Stage }

export interface Run {
  readonly kind: 'run'
  readonly run: RunId
  readonly link: LinkId
  readonly session: string
  readonly user: string
  readonly n: number
  readonly mode: RequestMode
  readonly type: string
  readonly message: WireMessage
}
