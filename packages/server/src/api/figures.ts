/** What may be read of a manager at work: numbers, names and ages, never content. */

import type { ErrorCode, RefuseCode, RequestMode } from '@backchat/protocol'

/** A snapshot, made when asked for: nothing in it changes afterwards. */
export interface Figures {
  /** When it was taken: monotonic milliseconds of the manager's clock. */
  readonly at: number
  readonly phase: Phase
  /** Links that are welcome here now. */
  readonly connections: number
  /** Links that have not been welcomed yet. */
  readonly handshakes: number
  readonly sessions: SessionFigures
  /** Runs whose answer is wanted and has not been given, oldest first. */
  readonly requests: readonly RequestInFlight[]
  readonly queue: QueueFigures
  readonly totals: Totals
}

/** `starting` until `manager.ready`; `draining` from `manager.close()` on, until the last link has gone. */
export type Phase = 'starting' | 'serving' | 'draining' | 'closed'

export interface SessionFigures {
  /** Sessions with a link to this node. */
  readonly attached: number
  /** Sessions in the store without a link to any node; undefined when the store does not count them. */
  readonly detached: number | undefined
}

/** A run of a handler, from its journal entry to its answer. */
export interface RequestInFlight {
  readonly type: string
  readonly messageId: string
  readonly sessionId: string
  readonly mode: RequestMode
  /** `received`: validation and middleware look at it. `started`: the handler was called. */
  readonly stage: 'received' | 'started'
  /** Milliseconds since it came. */
  readonly ageMs: number
  /** Milliseconds since it came or since its last chunk; 0 while it waits for its reader. */
  readonly silentMs: number
}

/** What waits for this server or for its network. */
export interface QueueFigures {
  /** Requests in flight whose handler has not been called. */
  readonly requests: number
  /** Store operations that have not been answered. */
  readonly storeOperations: number
  /** Bytes that wait for the network, over all links. */
  readonly sendBufferBytes: number
}

/** Counted since the manager was made; these only grow. */
export interface Totals {
  /** Connections by what became of their session: new, found again, or asked for and not found. */
  readonly connections: { readonly new: number; readonly resumed: number; readonly lost: number }
  /** Links that were turned away, by the code they were told. */
  readonly refusedLinks: { readonly [code in RefuseCode]?: number }
  /** Runs that ended, however they did. */
  readonly handled: number
  /** Those of them that went wrong on this side: the handler failed, timed out, or its reply could not be kept. */
  readonly failed: number
  /** Those of them that were refused as too many. */
  readonly rateLimited: number
  /** New requests that were refused without a run, by code: no handler, too late, server closing, token ended. */
  readonly refusedRequests: { readonly [code in ErrorCode]?: number }
  /** Requests that came again, and were answered without a second run. */
  readonly duplicates: number
  /** Links that were given up because nothing was heard of them. */
  readonly heartbeatTimeouts: number
  readonly authFailures: {
    /** `authenticate` said no, or the token had ended. */
    readonly unauthorized: number
    /** The client id is another user's, or its secret is wrong. */
    readonly notYours: number
    /** `authenticate` threw, or took too long. */
    readonly error: number
  }
}
