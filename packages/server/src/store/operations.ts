/**
 * The operations of a store. One verb, `apply`, takes a batch of them and carries it out whole and alone:
 * every read that decides is inside the batch.
 */

import type { Json, Range, RequestMode, WireError } from '@backchat/protocol'

/** Names a session's record as one link knows it: an operation that meets another epoch or a newer attempt is `fenced`. */
export interface Fence {
  readonly session: string
  readonly epoch: string
  readonly attempt: number
}

/** To whom a push goes. A target that meets no session stores nothing. */
export type Target =
  | { readonly to: 'session'; readonly session: string }
  | { readonly to: 'user'; readonly user: string }
  | { readonly to: 'room'; readonly room: string; readonly except?: readonly string[] }
  | { readonly to: 'all' }

/** How a run ended, as the journal keeps it. */
export type Ending = { readonly ok: true; readonly message: Json } | { readonly ok: false; readonly error: WireError }

export type Operation =
  | GreetOperation
  | BeginOperation
  /** Chunks of a running request, in order. */
  | {
      readonly op: 'chunks'
      readonly session: string
      readonly epoch: string
      readonly n: number
      readonly owner: string
      readonly contents: readonly Json[]
    }
  /** The run ended. Compare-and-set: only the owner that started it may finish it, once. `count` is the number of chunks. */
  | {
      readonly op: 'finish'
      readonly session: string
      readonly epoch: string
      readonly n: number
      readonly owner: string
      readonly count: number
      readonly ending: Ending
    }
  /** The run was refused before it started: forget it, so that its number may be sent again. */
  | {
      readonly op: 'forget'
      readonly session: string
      readonly epoch: string
      readonly n: number
      readonly owner: string
    }
  /** The client does not want this answer any more. */
  | { readonly op: 'cancel'; readonly fence: Fence; readonly n: number }
  /** What the client has for good; see the frame `ack`. */
  | {
      readonly op: 'confirm'
      readonly fence: Fence
      readonly push: number
      readonly floor: number
      readonly settled: readonly Range[]
      readonly chunks: readonly (readonly [n: number, next: number])[]
    }
  /** Appends a push to the log of each session of the target, giving each its number. */
  | { readonly op: 'append'; readonly target: Target; readonly message: Json; readonly bytes: number }
  /** Reads the log by cursor: pushes above `after`, at most `most`. */
  | { readonly op: 'read'; readonly fence: Fence; readonly after: number; readonly most: number }
  /** Reads the chunks of a request from number `from`. */
  | { readonly op: 'readChunks'; readonly fence: Fence; readonly n: number; readonly from: number }
  /** The link of this attempt ended. Does nothing when a newer attempt took over. */
  | { readonly op: 'detach'; readonly fence: Fence }
  /** Ends the session, if it is still at this epoch and attempt, and detached unless `attached` may be ended too. */
  | { readonly op: 'end'; readonly fence: Fence; readonly evenAttached: boolean }
  | { readonly op: 'join'; readonly session: string; readonly room: string }
  | { readonly op: 'leave'; readonly session: string; readonly room: string }

/** A client's hello: finds its record or makes one, and moves the fence to this attempt. */
export interface GreetOperation {
  readonly op: 'greet'
  readonly user: string
  readonly client: string
  readonly secretHash: string
  readonly attempt: number
  readonly epoch?: string
  readonly lastPush: number
  readonly floor: number
  readonly settled: readonly Range[]
  readonly page: string
  /** Taken when a record or an epoch must be made. */
  readonly newSession: string
  readonly newEpoch: string
}

/** The first thing that is done with a request: fence, then journal. */
export interface BeginOperation {
  readonly op: 'begin'
  readonly fence: Fence
  readonly n: number
  readonly mode: RequestMode
  readonly owner: string
  /** Whether the type may be run again when its owner died. */
  readonly idempotent: boolean
  /** Do not start it, only find what is known of it (it is past its deadline, or its type is unknown). */
  readonly onlyLookUp: boolean
  /** The first chunk wanted. */
  readonly from: number
}

/** The answer to an operation, in the place of that operation. */
export type Result =
  | GreetResult
  | BeginResult
  | { readonly op: 'chunks' | 'finish' | 'forget'; readonly status: 'ok'; readonly first: number }
  /** `fenced`: another owner, an older end, or a cancelled or settled number: nothing was written. */
  | { readonly op: 'chunks' | 'finish' | 'forget'; readonly status: 'fenced' | 'gone' }
  | { readonly op: 'cancel'; readonly status: 'none' | 'ended'; readonly owner?: never }
  | { readonly op: 'cancel'; readonly status: 'started'; readonly owner: string }
  | { readonly op: 'cancel' | 'confirm' | 'read' | 'readChunks' | 'detach' | 'end'; readonly status: 'fenced' }
  | { readonly op: 'confirm' | 'detach' | 'end' | 'join' | 'leave'; readonly status: 'ok' }
  | { readonly op: 'join' | 'leave'; readonly status: 'gone' }
  /** The sessions that got it, each with its number. */
  | {
      readonly op: 'append'
      readonly status: 'ok'
      readonly appended: readonly { readonly session: string; readonly push: number }[]
    }
  /** `gap` when pushes above the cursor are past retention; `pushes` are contiguous up to at most `head`. */
  | {
      readonly op: 'read'
      readonly status: 'ok'
      readonly head: number
      readonly gap?: { readonly from: number; readonly to: number }
      readonly pushes: readonly { readonly push: number; readonly message: Json }[]
    }
  | { readonly op: 'readChunks'; readonly status: 'ok'; readonly first: number; readonly contents: readonly Json[] }

export type GreetResult =
  | {
      readonly op: 'greet'
      readonly status: 'ok'
      readonly session: string
      readonly epoch: string
      /** A record was found and its epoch kept. */
      readonly resumed: boolean
      readonly head: number
      readonly gap?: { readonly from: number; readonly to: number }
      /** A session whose place this one took (another epoch of the same client): it is over. */
      readonly replaced?: string
    }
  | { readonly op: 'greet'; readonly status: 'stale' | 'not-yours' | 'full' }

export type BeginResult =
  /** Journalled as started by us: run it. With `onlyLookUp`: nothing is known of it, nothing was written. */
  | { readonly op: 'begin'; readonly status: 'new' }
  /** Runs. `chunks` are what is kept from `from` on. */
  | {
      readonly op: 'begin'
      readonly status: 'started'
      readonly owner: string
      readonly first: number
      readonly chunks: readonly Json[]
    }
  | {
      readonly op: 'begin'
      readonly status: 'ended'
      readonly ending: Ending
      readonly count: number
      readonly first: number
      readonly chunks: readonly Json[]
    }
  /** It ran; its reply, or the chunk wanted, was not kept. */
  | { readonly op: 'begin'; readonly status: 'lost' }
  /** Its owner is gone; nobody knows. */
  | { readonly op: 'begin'; readonly status: 'unknown' }
  /** The client has reported this number settled. */
  | { readonly op: 'begin'; readonly status: 'settled' }
  | { readonly op: 'begin'; readonly status: 'fenced' }
