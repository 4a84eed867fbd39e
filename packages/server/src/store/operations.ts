/**
 * The operations of a store. One verb, `apply`, takes a batch of them and carries it out whole and alone:
 * every read that decides is inside the batch.
 */

import type { Json, Range, RequestMode, WireError } from '@backchat/protocol'

/** Names a node's incarnation. Never used again. */
export type Owner = string

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
  | AnswerOperation
  | WithdrawOperation
  | DetachOperation
  /** Ends the session, if it is still at this epoch and attempt: each attempt is one link, so nobody else can be attached. */
  | { readonly op: 'end'; readonly fence: Fence }
  | LogoutOperation
  | { readonly op: 'join'; readonly session: string; readonly room: string }
  | { readonly op: 'leave'; readonly session: string; readonly room: string }
  | EnlistOperation
  | RenewOperation
  /** The owner ends in an orderly manner: as if its lease had run out now. */
  | { readonly op: 'retire'; readonly owner: Owner }

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
  /** Another page than the one before has forgotten what it was asked: open asks that it was given end as unknown [P-33]. */
  readonly page: string
  /**
   * The node that has the link. It holds the session until it detaches it, another one greets it, or its lease runs out.
   * One that has ended holds nothing: its session counts as without a link from here on.
   */
  readonly owner: Owner
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
  /**
   * Do not start it, only find what is known of it (it is past its deadline, or its type is unknown). `'at what is new'`: start it only
   * if an owner that is gone had, and its type is idempotent.
   */
  readonly onlyLookUp: boolean | 'at what is new'
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
  /** Size of the message, as UTF-8. */
  readonly bytes: number
  /** The node that asks for this. */
  readonly owner: Owner
  /** An answer is wanted [P-33]: then the target is one session, and has at most `asks` open ones. */
  readonly ask?: { readonly timeoutMs: number }
}

/** The client's answer to a push that wanted one. The first one counts; it is left to the owner that asked as a note. */
export interface AnswerOperation {
  readonly op: 'answer'
  readonly fence: Fence
  readonly push: number
  readonly ending: Ending
}

/** The answer is not wanted any more. A client that was given the push is told by another one; one that was not never sees it. */
export interface WithdrawOperation {
  readonly op: 'withdraw'
  readonly session: string
  readonly push: number
  readonly owner: Owner
}

/**
 * The link of this attempt ended. Does nothing when a newer attempt took over, or when the attempt is that of another page: a copy of a
 * client counts its attempts as the original does. Named by the key, for a hello whose answer was lost knows no session.
 */
export interface DetachOperation {
  readonly op: 'detach'
  readonly user: string
  readonly client: string
  readonly attempt: number
  readonly page: string
}

/** Ends all sessions of a user, with links or without. */
export interface LogoutOperation {
  readonly op: 'logout'
  readonly user: string
  /** The node that asks for this. */
  readonly owner: Owner
}

/** A node begins: its lease starts, and those of its older incarnations end at once. */
export interface EnlistOperation {
  readonly op: 'enlist'
  readonly owner: Owner
  /** Names the node over all its incarnations. Left out: nothing is known of older ones. */
  readonly node?: string
  readonly leaseMs: number
}

/** A node lives: renews its lease, collects its notes, and ends sessions that have been without a link for too long, wherever that was. */
export interface RenewOperation {
  readonly op: 'renew'
  readonly owner: Owner
  readonly leaseMs: number
  /** How long a session lives without a link. */
  readonly sessionTtlMs: number
  /** Notes up to this one were taken: forget them. */
  readonly seen: number
}

/**
 * What another node did that concerns this one. Notes wait in the store, numbered, until they were taken; there is at most one
 * of a kind about the same thing, the newest. So they are bounded by what a node holds, runs and asks.
 */
export type Note =
  /** Its log has more: read on. */
  | { readonly note: 'push'; readonly session: string }
  /** A request that is waited for here got further on the node that runs it: begin it again. */
  | { readonly note: 'run'; readonly session: string; readonly n: number }
  /** The caller of a run of ours gave up. */
  | { readonly note: 'cancel'; readonly session: string; readonly n: number }
  /** The reader of a run of ours took all chunks below `next`. */
  | { readonly note: 'took'; readonly session: string; readonly n: number; readonly next: number }
  /** The client has settled a run of ours. */
  | { readonly note: 'settled'; readonly session: string; readonly n: number }
  /** The session is on a newer link, elsewhere: attempts below this one are over. */
  | { readonly note: 'superseded'; readonly session: string; readonly attempt: number }
  /** A session that we hold or run something for is over. */
  | { readonly note: 'over'; readonly session: string; readonly user: string; readonly loggedOut?: true }
  /** What we asked a client has ended. */
  | { readonly note: 'answered'; readonly session: string; readonly push: number; readonly answer: AskEnding }

/** How an ask ended. `unknown`: the page that was asked is gone. `trimmed`: it was never given, and is past retention. */
export type AskEnding = Ending | { readonly ok: 'unknown' | 'trimmed' }

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
  readonly answer: AnswerResult
  readonly withdraw: WithdrawResult
  readonly detach: FencedResult<'detach'>
  readonly end: EndResult
  readonly logout: { readonly op: 'logout'; readonly status: 'ok'; readonly over: readonly EndedSession[] }
  readonly join: MembershipResult<'join'>
  readonly leave: MembershipResult<'leave'>
  readonly enlist: { readonly op: 'enlist'; readonly status: 'ok' }
  readonly renew: RenewResult
  readonly retire: { readonly op: 'retire'; readonly status: 'ok' }
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
   * Journalled as started by us: run it. With `onlyLookUp`, and not `again`: nothing is known of it, nothing was written.
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
   * `fenced`: the link is not the current one, or the owner has ended.
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
  /** The session has as many open asks as it may: nothing was appended. */
  readonly full?: true
}

/** `known`: it was answered before, or is not wanted any more; there is nothing to be done but to confirm it. */
export interface AnswerResult {
  readonly op: 'answer'
  readonly status: 'ok' | 'known' | 'fenced'
}

export type WithdrawResult =
  /** `given`: a link of the client may have had it, so it may have been done; then `push` is the withdrawal's own number. */
  | { readonly op: 'withdraw'; readonly status: 'ok'; readonly given: true; readonly push: number }
  | { readonly op: 'withdraw'; readonly status: 'ok'; readonly given: false }
  /** It has ended already: a note of it is here or on its way. `gone`: the session is over. */
  | { readonly op: 'withdraw'; readonly status: 'ended' | 'gone' }

export type RenewResult =
  | {
      readonly op: 'renew'
      readonly status: 'ok'
      /** Number of the last note below, or of the last ever. */
      readonly last: number
      readonly notes: readonly Note[]
      /** Sessions that ended now; their records are gone. Other nodes that hold or run something for them find a note. */
      readonly over: readonly EndedSession[]
    }
  /** The lease ran out and somebody acted on it, or was never there: this owner writes nothing any more. */
  | { readonly op: 'renew'; readonly status: 'gone' }

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

export type StoredPush =
  /** With `leftMs` it wants an answer within that time. */
  | { readonly push: number; readonly message: Json; readonly leftMs?: number }
  /**
   * The answer to push `withdraws` is not wanted any more. Its own number: it never was given, or its ask has ended since, so that who
   * reads it only now (another page, a slow link) is not asked.
   */
  | { readonly push: number; readonly withdraws: number }

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
