/** What happens to the server's machine, one per node. Past tense: each is a fact that a shell reports. */

import type { Json, ReceivedByServer, WireError } from '@backchat/protocol'
import type { Owner, Result, Target } from '../store/operations.js'

/** Names a socket on this node, from 1, never reused. */
export type LinkId = number
/** Names a run of a handler on this node, from 1, never reused. */
export type RunId = number
/** A name that the shell gives to each append and each ask, to find its promise again. */
export type Key = number

export type Input =
  /** A socket was opened to us. `origin` checks are over, nothing has been said yet. */
  | { readonly kind: 'opened'; readonly link: LinkId }
  | { readonly kind: 'received'; readonly link: LinkId; readonly frame: ReceivedByServer }
  | { readonly kind: 'garbled'; readonly link: LinkId; readonly reason: string; readonly tooLarge: boolean }
  | { readonly kind: 'closed'; readonly link: LinkId }
  /** Answers the effect `authenticate`. `user` is the user's id; null when refused. `expiresInMs`: the token ends then. */
  | {
      readonly kind: 'authenticated'
      readonly link: LinkId
      readonly user: string | null
      readonly expiresInMs?: number | undefined
    }
  /** Answers the effect `authenticate` when the application's function threw. */
  | { readonly kind: 'authenticateFailed'; readonly link: LinkId }
  /** Answers the effect `apply`, in the same turn or later, in order. */
  | { readonly kind: 'applied'; readonly batch: number; readonly results: readonly Result[] }
  | { readonly kind: 'applyFailed'; readonly batch: number; readonly reason: string }
  /** The run waits for its turn, or has come to it: a wait is no silence of the handler. */
  | { readonly kind: 'waiting'; readonly run: RunId; readonly waits: boolean }
  /** The handler of that run is about to be called: validation and middleware let it pass. */
  | { readonly kind: 'handling'; readonly run: RunId }
  /** The generator yielded. It is asked for more only by the effect `pull`. */
  | { readonly kind: 'yielded'; readonly run: RunId; readonly content: Json; readonly bytes: number }
  | { readonly kind: 'returned'; readonly run: RunId; readonly message: Json; readonly bytes: number }
  /** It threw, or was not allowed to run; `refused` when it certainly did not run and may be sent again under its number. */
  | { readonly kind: 'threw'; readonly run: RunId; readonly error: WireError; readonly refused: boolean }
  /** A handler was registered: the type is known from now on. `timeoutMs` is its longest silence. */
  | { readonly kind: 'registered'; readonly type: string; readonly idempotent: boolean; readonly timeoutMs?: number }
  /** The application sends a push. */
  | {
      readonly kind: 'pushed'
      readonly key: Key
      readonly target: Target
      readonly id: string
      readonly message: Json
      readonly bytes: number
    }
  /** The application wants a user's sessions to end; settled by the effect `pushed`, which counts them. */
  | { readonly kind: 'loggedOut'; readonly key: Key; readonly user: string }
  /** The application asks a client; settled by the effect `answered`. */
  | {
      readonly kind: 'asked'
      /** When: the time runs from the call, and the code that calls may go on for long before the turn comes. */
      readonly at: number
      readonly key: Key
      readonly session: string
      readonly message: Json
      readonly bytes: number
      /** Positive, at most 24 h. */
      readonly timeoutMs: number
    }
  /** It does not want the answer any more. */
  | { readonly kind: 'askAbandoned'; readonly key: Key }
  /** The store says that there may be notes for that owner. */
  | { readonly kind: 'hinted'; readonly owner: Owner }
  /** The application closes one connection, or all of the server. Handlers have `drainMs` to end. */
  | { readonly kind: 'dropAsked'; readonly link: LinkId; readonly reason: string }
  | { readonly kind: 'closeAsked'; readonly drainMs: number }
  /** The time that `wakeAt()` named has come. */
  | { readonly kind: 'woke' }
