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

/** Names a run's entry in a journal. Only the owner that started it may write to it. */
export interface RunFence {
  readonly session: string
  readonly epoch: string
  readonly n: number
  readonly owner: string
}

/** To whom a push goes. A target that meets no session stores nothing. */
export type Target =
  | { readonly to: 'session'; readonly session: string }
  | { readonly to: 'user'; readonly user: string }
  /** `except` names sessions. */
  | { readonly to: 'room'; readonly room: string; readonly except?: readonly string[] }
  | { readonly to: 'all' }

/** How a run ended, as the journal keeps it. */
export type Ending = { readonly ok: true; readonly message: Json } | { readonly ok: false; readonly error: WireError }

/** One piece of a streamed answer, with its size as UTF-8. */
export interface StoredChunk {
  readonly content: Json
  readonly bytes: number
}

/** Pushes that are past retention. */
export interface GapRange {
  readonly from: number
  readonly to: number
}

export type Operation =
  | GreetOperation
  | BeginOperation
  | ChunksOperation
  | FinishOperation
  /** The run was refused before it started: forget it, so that its number may be sent again. */
  | { readonly op: 'forget'; readonly run: RunFence }
  /** The client does not want this answer any more. */
  | { readonly op: 'cancel'; readonly fence: Fence; readonly n: number }
  | ConfirmOperation
  | AppendOperation
  /** Reads the log by cursor: pushes above `after`, at most `most`. */
  | { readonly op: 'read'; readonly fence: Fence; readonly after: number; readonly most: number }
  /** The link of this attempt ended. Does nothing when a newer attempt took over. */
  | { readonly op: 'detach'; readonly fence: Fence }
  /** Ends the session, if it is still at this epoch and attempt: each attempt is one link, so nobody else can be attached. */
  | { readonly op: 'end'; readonly fence: Fence }
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
  /** Taken when a record must be made. */
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

/** Chunks of a running request, in order. Compare-and-set: `first` must be the next number, so that a lost batch leaves no hole. */
export interface ChunksOperation {
  readonly op: 'chunks'
  readonly run: RunFence
  readonly first: number
  readonly chunks: readonly StoredChunk[]
}

/** The run ended. Compare-and-set: only the owner that started it may finish it, once. */
export interface FinishOperation {
  readonly op: 'finish'
  readonly run: RunFence
  /** How many chunks it yielded. It cannot have gone well with fewer in the store. */
  readonly count: number
  readonly ending: Ending
  /** Size of the ending, encoded. */
  readonly bytes: number
}

/** What the client has for good; see the frame `ack`. */
export interface ConfirmOperation {
  readonly op: 'confirm'
  readonly fence: Fence
  readonly push: number
  readonly floor: number
  readonly settled: readonly Range[]
  readonly chunks: readonly (readonly [n: number, next: number])[]
}

/** Appends a push to the log of each session of the target, giving each its number. */
export interface AppendOperation {
  readonly op: 'append'
  readonly target: Target
  readonly message: Json
  readonly bytes: number
}

/** The answer to each operation, in the place of that operation. */
export interface Results {
  readonly greet: GreetResult
  readonly begin: BeginResult
  readonly chunks: ChunksResult
  readonly finish: FinishResult
  readonly forget: ForgetResult
  readonly cancel: CancelResult
  readonly confirm: FencedResult<'confirm'>
  readonly append: AppendResult
  readonly read: ReadResult
  readonly detach: FencedResult<'detach'>
  readonly end: EndResult
  readonly join: MembershipResult<'join'>
  readonly leave: MembershipResult<'leave'>
}

export type Result = Results[keyof Results]
export type ResultOf<O extends Operation> = Results[O['op']]

export type GreetResult =
  | {
      readonly op: 'greet'
      readonly status: 'ok'
      readonly session: string
      readonly epoch: string
      /** A record was found and its epoch kept. */
      readonly resumed: boolean
      readonly head: number
      readonly gap?: GapRange
      /** Sessions that had to go for this one: another epoch of the same client, or the oldest detached ones. */
      readonly over: readonly EndedSession[]
    }
  | { readonly op: 'greet'; readonly status: 'stale' | 'not-yours' | 'full' }

export interface EndedSession {
  readonly session: string
  readonly user: string
}

export type BeginResult =
  /**
   * Journalled as started by us: run it. With `onlyLookUp`: nothing is known of it, nothing was written.
   * `again`, here and below: an owner that is gone had started it before, so whatever becomes of it now, it may have run.
   */
  | { readonly op: 'begin'; readonly status: 'new'; readonly again?: true }
  /** Runs. `chunks` are what is kept from `from` on; `first` is the number of the first of them. */
  | {
      readonly op: 'begin'
      readonly status: 'started'
      readonly owner: string
      readonly again?: true
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
  /**
   * `lost`: it ran, or still does; its reply, or the chunk wanted, was not kept.
   * `unknown`: its owner is gone; nobody knows.
   * `settled`: the client has reported this number settled, or cancelled it.
   * `full`: nothing is known of it, and the journal holds as many requests as it may; nothing was written.
   */
  | { readonly op: 'begin'; readonly status: 'lost' | 'unknown' | 'settled' | 'full' | 'fenced' }

/** `fenced`: another owner, an older end, a cancelled or settled number, or not the next chunk; `gone`: no such session. Nothing was written. */
type NotWritten = 'fenced' | 'gone'

export interface ChunksResult {
  readonly op: 'chunks'
  readonly status: 'ok' | NotWritten
}

export type FinishResult =
  /** `count` is the number of chunks there were. */
  | { readonly op: 'finish'; readonly status: 'ok'; readonly count: number }
  | { readonly op: 'finish'; readonly status: NotWritten }

export interface ForgetResult {
  readonly op: 'forget'
  readonly status: 'ok' | NotWritten
}

export type CancelResult =
  | { readonly op: 'cancel'; readonly status: 'started'; readonly owner: string }
  | { readonly op: 'cancel'; readonly status: 'none' | 'ended' | 'fenced' }

export interface AppendResult {
  readonly op: 'append'
  readonly status: 'ok'
  /** The sessions that got it, each with its number. */
  readonly appended: readonly { readonly session: string; readonly push: number }[]
}

export type ReadResult =
  | {
      readonly op: 'read'
      readonly status: 'ok'
      readonly head: number
      /** Pushes above the cursor that are past retention. */
      readonly gap?: GapRange
      /** Contiguous, up to at most `head`. */
      readonly pushes: readonly StoredPush[]
    }
  | { readonly op: 'read'; readonly status: 'fenced' }

export interface StoredPush {
  readonly push: number
  readonly message: Json
}

export interface EndResult {
  readonly op: 'end'
  /** `gone`: it has ended already. `fenced`: it goes on with a newer attempt. */
  readonly status: 'ok' | 'fenced' | 'gone'
}

/** The answer to what a link asks of its session and that says nothing but whether it was still its own. */
export interface FencedResult<Op extends 'confirm' | 'detach'> {
  readonly op: Op
  readonly status: 'ok' | 'fenced'
}

export interface MembershipResult<Op extends 'join' | 'leave'> {
  readonly op: Op
  readonly status: 'ok' | 'gone'
}
